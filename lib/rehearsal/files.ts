// The files that run-rehearsal writes.
import { defineFile, type Places } from '../contract/file.ts';
import {
  type ContentOf,
  instant,
  listOf,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  string,
} from '../contract/shape.ts';
import { verdictFields } from '../contract/verdict.ts';
import { join } from '../core/path.ts';

const outcome = oneOf(['pass', 'fail']);
const drillPart = oneOf(['inside', 'outside', 'none']);

/** Any JSON value: another program printed it. */
const anyJson: Shape = { form: { type: 'other' }, wrongIn: () => undefined };

const connectorShape = object({
  name: string,
  kind: oneOf(['http', 'tcp', 'tls', 'ssh', 'command']),
  outcome,
  required: oneOf(['yes', 'no']),
  seconds: number,
  /** Why the connector is not healthy. */
  reason: optional(string),
});

/** `health_checks.json` */
const healthShape = object({
  /** `pass`: all required connectors are healthy. */
  outcome,
  healthy_ratio: number,
  connectors: listOf(connectorShape),
});

/** `smoke_test.json` */
const smokeShape = object({
  outcome,
  seconds: number,
  reason: optional(string),
  /** Name of the file with the payload, in the folder of the run. */
  payload_file: string,
  payload_characters: number,
  /** The payload, where it is JSON and small. */
  payload: optional(anyJson),
});

const credentialShape = object({
  name: string,
  /** `unknown`: the time of the rotation cannot be read. */
  outcome: oneOf(['rotated', 'overdue', 'unknown']),
  rotated_at: optional(instant),
  age_seconds: optional(number),
  max_age_seconds: number,
  reason: optional(string),
});

/** `credential_rotation.json` */
const rotationShape = object({
  outcome,
  /** Share of the credentials that were rotated within their age. */
  coverage_ratio: number,
  credentials: listOf(credentialShape),
});

/** `doctrine.json` */
const doctrineShape = object({
  verdict: oneOf(['pass', 'fail', 'unknown']),
  decided_at: optional(instant),
  reason: optional(string),
});

const drillShape = object({
  /** Runs that were due by now. */
  due_runs: number,
  /** The due runs that took place. */
  runs: number,
  /** Absent before the first run is due. */
  coverage_ratio: optional(number),
  /** Runs of the history that were outside the drill. */
  runs_outside: number,
});

const summaryShape = object({
  ...verdictFields,
  health: optional(healthShape),
  smoke_test: optional(smokeShape),
  rotation: optional(rotationShape),
  doctrine: optional(doctrineShape),
  /** Whether the run took place during the drill; `none` where no drill is configured. */
  in_drill: drillPart,
  drill: optional(drillShape),
});

const historyShape = object({
  run_id: string,
  started_at: instant,
  decided_at: instant,
  seconds: number,
  verdict: outcome,
  reason: optional(string),
  connectors: number,
  connectors_healthy: number,
  smoke_test: optional(outcome),
  rotation_coverage_ratio: optional(number),
  doctrine: optional(oneOf(['pass', 'fail', 'unknown'])),
  in_drill: drillPart,
});

export type ConnectorResult = Readonly<ContentOf<typeof connectorShape>>;
export type HealthResult = Readonly<ContentOf<typeof healthShape>>;
export type SmokeResult = Readonly<ContentOf<typeof smokeShape>>;
export type CredentialResult = Readonly<ContentOf<typeof credentialShape>>;
export type RotationResult = Readonly<ContentOf<typeof rotationShape>>;
export type DoctrineResult = Readonly<ContentOf<typeof doctrineShape>>;
export type DrillResult = Readonly<ContentOf<typeof drillShape>>;
export type RehearsalSummary = Readonly<ContentOf<typeof summaryShape>>;
export type PastRun = Readonly<ContentOf<typeof historyShape>>;

/** A subfolder for each run, `latest`, and the history. */
export const rehearsalFolder = ({ monitoring }: Pick<Places, 'monitoring'>): string => join(monitoring, 'stage_b');

export const rehearsalHistory = defineFile<PastRun>({
  summary: 'every rehearsal, one per line',
  format: 'jsonl',
  path: (places) => join(rehearsalFolder(places), 'history.jsonl'),
  mode: 0o644,
  schema: historyShape,
});

export const rehearsalTextfile = defineFile<string>({
  summary: 'the result of the last rehearsal, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'rehearsal_status.prom'),
  mode: 0o644,
});
