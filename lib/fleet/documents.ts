// The fields with which the JSON of every view begins. The schemas of the views are in document-schemas.ts. Pure.
import type { Fleet } from './assess.ts';

export const documentVersion = 1;

export const documentOf = <Content extends object>(fleet: Fleet, content: Content) => ({
  schema_version: documentVersion,
  environment: fleet.environment,
  collected_at: fleet.collected_at,
  duration_seconds: fleet.duration_seconds,
  ...content,
});
