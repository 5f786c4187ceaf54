// The shape of what is known of a fleet at one time (each node's report, or the reason why there is none), and the files in which
// fleet-snapshot leaves it.
import { defineFile } from '../contract/file.ts';
import { level } from '../contract/observation.ts';
import {
  listOf,
  oneOf,
  type ContentOf,
  instant,
  number,
  object,
  optional,
  recordOf,
  scalar,
  string,
  boolean,
  anyObject,
} from '../contract/shape.ts';
import { join } from '../core/path.ts';
import { severities } from '../core/severity.ts';
import { dayStamp } from '../core/time.ts';

export const layoutVersion = 1;

const nodeFields = {
  /** The destination, as ssh takes it. */
  target: string,
  role: optional(string),
  reached: boolean,
  /** Why there is no report. */
  error: optional(string),
  /** When ssh was called, on this machine's clock. */
  asked_at: instant,
  /** From then to the end of the report. */
  collection_ms: number,
  /** What the node wrote, without control characters. Its sections are not checked yet. */
  report: optional(anyObject),
};

const nodeShape = object(nodeFields);

export type NodeAnswer = Readonly<ContentOf<typeof nodeShape>>;

const readingFields = {
  environment: string,
  collected_at: instant,
  duration_seconds: number,
  /** Node → its answer. The names are those of the configuration, whatever a node calls itself. */
  nodes: recordOf(nodeShape),
};

const readingShape = object(readingFields);

export type FleetReading = Readonly<ContentOf<typeof readingShape>>;

/** Figures of a node for tables and metrics. Each is missing where it was not read. */
const figuresShape = object({
  memory_used_percent: optional(number),
  disk_used_percent: optional(number),
  load_per_processor: optional(number),
});

export type Figures = Readonly<ContentOf<typeof figuresShape>>;

/** Files of earlier versions have no figures. */
const recordShape = object({ ...nodeFields, figures: optional(figuresShape) });

export type NodeRecord = Readonly<ContentOf<typeof recordShape>>;

/** Files of earlier versions have no value, unit, limit, clears_when and since. */
const alertFields = {
  id: string,
  severity: oneOf(severities),
  subsystem: string,
  /** Missing where the alert is about no single node. */
  node: optional(string),
  level,
  message: string,
  value: optional(scalar),
  unit: optional(string),
  limit: optional(object({ value: scalar, key: string })),
  clears_when: optional(string),
  /** Since when it has had this severity. */
  since: optional(instant),
};

const alertShape = object(alertFields);

export type AlertRecord = Readonly<ContentOf<typeof alertShape>>;

/** An alert of an earlier run that is no longer found. Its level is green where it is over, and unknown where what it is about could not be
 * read. With any other level it goes on, as a consequence of another alert. */
const earlierShape = object({
  ...alertFields,
  /** When it was first not found any more. */
  ended_at: optional(instant),
});

export type EarlierAlert = Readonly<ContentOf<typeof earlierShape>>;

const fleetShape = object({
  schema_version: number,
  run_id: string,
  at: instant,
  environments: recordOf(
    object({
      ...readingFields,
      nodes: recordOf(recordShape),
      alerts: listOf(alertShape),
      /** Files of earlier versions have none. */
      earlier: optional(listOf(earlierShape)),
    }),
  ),
});

export type FleetSnapshot = Readonly<ContentOf<typeof fleetShape>>;

export const latestFleet = defineFile<FleetSnapshot>({
  summary: 'the last report of each node of the fleet, and what is wrong',
  format: 'json',
  path: ({ monitoring }) => join(monitoring, 'fleet', 'latest.json'),
  mode: 0o644,
  schema: fleetShape,
});

export const fleetLines = defineFile<FleetSnapshot>({
  summary: 'the reports of a day, a line for each run of fleet-snapshot',
  format: 'jsonl',
  path: ({ raw }, at) => join(raw, `fleet_${dayStamp(at)}.jsonl`),
  mode: 0o644,
  kept: 'raw',
  schema: fleetShape,
});

export const fleetTextfile = defineFile<string>({
  summary: 'nodes of the fleet and their alerts, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'fleet.prom'),
  mode: 0o644,
});
