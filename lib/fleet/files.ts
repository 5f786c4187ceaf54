// What is known of a fleet at one time: each node's report, or why there is none.
import {
  type ContentOf,
  instant,
  number,
  object,
  optional,
  recordOf,
  string,
  boolean,
  anyObject,
} from '../contract/shape.ts';

export const layoutVersion = 1;

const nodeShape = object({
  /** As ssh takes it. */
  target: string,
  role: optional(string),
  reached: boolean,
  /** Why there is no report. */
  error: optional(string),
  /** From the call of ssh to the end of the report, on this machine's clock. */
  asked_at: instant,
  collection_ms: number,
  /** As the node wrote it, without control characters. */
  report: optional(anyObject),
});

export type NodeAnswer = Readonly<ContentOf<typeof nodeShape>>;

const fleetShape = object({
  schema_version: number,
  environment: string,
  collected_at: instant,
  duration_seconds: number,
  /** By the names of the configuration: what a node says of its own name decides nothing. */
  nodes: recordOf(nodeShape),
});

export type FleetReading = Readonly<ContentOf<typeof fleetShape>>;
