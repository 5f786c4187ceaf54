// The files that watch-services writes.
import { defineFile, type FileSpec } from '../contract/file.ts';
import {
  type ContentOf,
  instant,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  scalar,
  string,
} from '../contract/shape.ts';
import { join } from '../core/path.ts';

export const layoutVersion = 1;

const serviceShape = object({
  state: oneOf(['running', 'stopped', 'unknown']),
  /** Why the state is not `running`. */
  reason: optional(string),
  /** The main processes. */
  pids: listOf(number),
  processes: optional(number),
  threads: optional(number),
  /** CPU time since the previous run; 100 is one processor. */
  cpu_percent: optional(number),
  resident_bytes: optional(number),
  proportional_bytes: optional(number),
  open_files: optional(number),
  open_files_percent: optional(number),
  restarts: optional(number),
  /** Measure → why it could not be read. */
  unread: recordOf(string),
});

export type ServiceReading = Readonly<ContentOf<typeof serviceShape>>;

/** The measures that are judged, by their keys in the configuration. */
export const measures = ['running', 'cpu', 'memory', 'open-files', 'threads'] as const;

/** `interrupted`: the run was killed during the attempt, so how the attempt ended is unknown. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'interrupted'] as const;

/** The alert keeps only the newest attempts. */
const attemptFields = {
  at: instant,
  measures: listOf(oneOf(measures)),
  outcome: oneOf(outcomes),
  reason: optional(string),
  /** Whether the next known values of these measures were within their limits. */
  helped: optional(oneOf(['yes', 'no'])),
};

const alertShape = object({
  schema_version: number,
  service: string,
  measure: oneOf(measures),
  message: string,
  value: scalar,
  /** The worst value so far. */
  worst: scalar,
  unit: string,
  limit: object({ value: scalar, key: string }),
  /** When the limit was first crossed; the alert begins after the hold. */
  since: instant,
  began_at: instant,
  ended_at: optional(instant),
  /** How it ended. */
  ended: optional(string),
  /** The newest attempts to restart the service because of it, oldest first. */
  restarts: optional(listOf(object(attemptFields))),
});

export type Alert = Readonly<ContentOf<typeof alertShape>>;

const rateShape = object({ received_bytes_per_second: optional(number), sent_bytes_per_second: optional(number) });

export type NetworkRates = Readonly<Record<string, ContentOf<typeof rateShape>>>;

const latestShape = object({
  schema_version: number,
  at: instant,
  services: recordOf(serviceShape),
  /** By interface, all but the loopback. */
  network: recordOf(rateShape),
  /** The active alerts. */
  alerts: listOf(alertShape),
});

export type Latest = Readonly<ContentOf<typeof latestShape>>;

export const latestServices = defineFile<Latest>({
  summary: 'what each service of the watchdog uses, and its alerts',
  format: 'json',
  path: ({ monitoring }) => join(monitoring, 'watchdog', 'latest.json'),
  mode: 0o644,
  schema: latestShape,
});

export const watchdogTextfile = defineFile<string>({
  summary: 'what each service of the watchdog uses, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'watchdog.prom'),
  mode: 0o644,
});

/** The name of the file holds the time at which the alert began: a run that is repeated after a kill writes the same file. */
export const alertFile = ({ service, measure, began_at }: Alert): FileSpec<Alert> =>
  defineFile<Alert>({
    summary: `an alert of ${service}`,
    format: 'json',
    path: ({ monitoring }) =>
      join(
        monitoring,
        'alerts',
        'watchdog',
        `${began_at.replaceAll(/[-:]/g, '')}-${service.replaceAll(/[^\w.-]/g, '_')}-${measure}.json`,
      ),
    mode: 0o644,
    schema: alertShape,
  });

const restartLineShape = object({
  schema_version: number,
  /** The attempt, together with `service`. */
  run_id: string,
  service: string,
  at: instant,
  /** With these, the age of an attempt does not depend on the clock. */
  boot_id: string,
  uptime_seconds: number,
  /** `tries` is written before the attempt, `ended` after it, `measured` once the effect is known. */
  event: oneOf(['tries', 'ended', 'measured']),
  measures: listOf(oneOf(measures)),
  outcome: optional(oneOf(outcomes)),
  reason: optional(string),
  seconds: optional(number),
  helped: optional(oneOf(['yes', 'no'])),
});

export type RestartLine = Readonly<ContentOf<typeof restartLineShape>>;

/** The only record of attempts. It lies on disk, so that a cooldown holds over reboots. */
export const restartLog = defineFile<RestartLine>({
  summary: 'every attempt to restart a service, and how it ended',
  format: 'jsonl',
  path: ({ monitoring }) => join(monitoring, 'watchdog', 'restarts.jsonl'),
  mode: 0o644,
  onlyOnChange: true,
  schema: restartLineShape,
});

const attemptShape = object({ run_id: string, boot_id: string, uptime_seconds: number, ...attemptFields });

export type Attempt = Readonly<ContentOf<typeof attemptShape>>;

/** By service. */
const attemptsShape = recordOf(object({ counts: recordOf(number), recent: listOf(attemptShape) }));

export type Attempts = Readonly<ContentOf<typeof attemptsShape>>;

const ticksShape = object({ pid: number, parent: number, started: number, own: number, reaped: number });

const rootShape = object({ pid: number, started: number });

const trackShape = object({
  /** In seconds since boot, by which holds are measured: the clock may be set. */
  since_uptime: number,
  crossed_uptime: number,
  alert: alertShape,
  isBegun: oneOf(['yes', 'no']),
});

export type Track = Readonly<ContentOf<typeof trackShape>>;

const stateShape = object({
  schema_version: number,
  boot_id: string,
  uptime_seconds: number,
  services: recordOf(
    object({
      processes: optional(listOf(ticksShape)),
      cgroup: optional(object({ start: string, seconds: number })),
      restarts: object({ count: number, roots: listOf(rootShape) }),
    }),
  ),
  network: recordOf(object({ received: number, sent: number })),
  tracks: recordOf(trackShape),
  /** What the log of restarts says, as long as it is not changed. */
  restarts: optional(object({ log_modified_ms: number, attempts: attemptsShape })),
});

export type WatchdogState = Readonly<ContentOf<typeof stateShape>>;

/** In the runtime folder: a reboot may lose it, and no disk should be written for it 2,880 times a day. */
export const watchdogState = defineFile<WatchdogState>({
  summary: 'what one run of watch-services leaves for the next: counters, and what is above its limit',
  format: 'json',
  // The path repeats the whole state folder, so that two sites of one user never share a file.
  path: ({ runtime, state }) => join(runtime, 'watchdog', state, 'watchdog_state.json'),
  mode: 0o644,
  schema: stateShape,
});
