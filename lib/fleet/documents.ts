// The fields with which every view begins what it prints with --json. document-schemas.ts has the schemas of the whole. Pure.
import type { Fleet } from './assess.ts';

export const documentVersion = 1;

export const documentOf = <Content extends object>(fleet: Fleet, content: Content) => ({
  schema_version: documentVersion,
  environment: fleet.environment,
  collected_at: fleet.collected_at,
  duration_seconds: fleet.duration_seconds,
  ...content,
});
