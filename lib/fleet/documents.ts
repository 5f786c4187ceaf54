// What all views print with --json begin with. The schema of the rest of each is in document-schemas.ts. Pure.
import type { Fleet } from './assess.ts';

export const documentVersion = 1;

export const documentOf = <Content extends object>(fleet: Fleet, content: Content) => ({
  schema_version: documentVersion,
  environment: fleet.environment,
  collected_at: fleet.collected_at,
  duration_seconds: fleet.duration_seconds,
  ...content,
});
