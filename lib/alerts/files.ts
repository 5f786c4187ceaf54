// The files that send-alerts writes.
import * as z from 'zod/mini';
import { loose } from '../contract/fields.ts';
import { defineFile, type FileSpec, type Places } from '../contract/file.ts';
import { notifiedKinds } from '../contract/mail.ts';
import { judgedFields } from '../contract/observation.ts';
import { join } from '../core/path.ts';

/** An invalid time would make every run fail that computes with it. */
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), { error: 'expected an instant' }));

const alertSchema = loose({
  rule: z.string(),
  phase: z.enum(['pending', 'firing']),
  /** Times of the first and last snapshot (not runs) with the problem. */
  first_seen: instant,
  last_seen: instant,
  /** When the problem began, if the data say; otherwise `first_seen`. */
  since: instant,
  /** Identifies the incident. */
  incident: z.string(),
  /** The message of the first mail: the subject of all mails about the incident, by which mail programs group them. */
  headline: z.optional(z.string()),
  /** Message-ID of the first mail that a transport accepted: later mails refer to it. */
  thread: z.optional(z.string()),
  /** When the problem cleared, while `clear-hold` has not passed yet. */
  clear_since: z.optional(instant),
  /** Since when the value is unreadable: meanwhile the alert is neither raised nor cleared. */
  unknown_since: z.optional(instant),
  /** When the first and the last mail about the alert were written. */
  first_queued: z.optional(instant),
  last_queued: z.optional(instant),
  /** When a transport last accepted a mail about the alert. */
  last_sent: z.optional(instant),
  escalated_at: z.optional(instant),
  silenced_since: z.optional(instant),
  acknowledged_at: z.optional(instant),
  /** Since when the alert fires without a recipient. */
  unheard_since: z.optional(instant),
  /** Everyone who was notified: they get the recovery too, even if the configuration no longer names them. */
  told: z.optional(z.array(z.string())),
  ...judgedFields,
  runbook: z.optional(z.string()),
});

export type Alert = Readonly<z.output<typeof alertSchema>>;

const alertStateSchema = loose({
  /** Time of the last evaluation: evaluating the same snapshot again changes nothing. */
  seen_at: z.optional(instant),
  /** By id. */
  alerts: z.record(z.string(), alertSchema),
});

export type AlertState = Readonly<z.output<typeof alertStateSchema>>;

const eventKinds = [
  'pending',
  'firing',
  'repeated',
  'escalated',
  'joined',
  'recovered',
  'passed',
  'vanished',
  'unknown',
  'known',
  'silenced',
  'acknowledged',
  'unheard',
] as const;

const alertEventSchema = loose({ kind: z.enum(eventKinds), id: z.string(), message: z.string() });

export type AlertEvent = Readonly<z.output<typeof alertEventSchema>>;

/** A notification that is due. Composition and delivery of its mail are separate steps. */
const noticeSchema = loose({
  kind: z.enum(notifiedKinds),
  /** An opening for recipients who were added while the alert was active. */
  joined: z.optional(z.boolean()),
  id: z.string(),
  alert: alertSchema,
  to: z.array(z.string()),
});

export type Notice = Readonly<z.output<typeof noticeSchema>>;

const activeSilenceSchema = loose({
  kind: z.enum(['silence', 'acknowledgement', 'maintenance']),
  /** `rule`, or `rule:subject`, or `everything`. */
  of: z.string(),
  who: z.optional(z.string()),
  until: z.optional(z.string()),
  reason: z.string(),
});

/** A silence, acknowledgement or maintenance window that holds now. */
export type ActiveSilence = z.output<typeof activeSilenceSchema>;

/** What is owed to recipients: a mail that waits in the outbox. It can be composed anew from this. */
const owedMailSchema = loose({
  digest: z.string(),
  /** Time of the evaluation that made the notices. */
  at: instant,
  /** Empty for a mail of an older version. */
  notices: z.array(noticeSchema),
});

export type OwedMail = Readonly<z.output<typeof owedMailSchema>>;

const stateSchema = loose({
  schema_version: z.number(),
  quiet: z.optional(z.array(activeSilenceSchema)),
  /** Alerts evaluated at the time of the snapshots, and alerts evaluated by the clock. */
  snapshot: alertStateSchema,
  own: alertStateSchema,
  /** File name → mail that waits in the outbox. Missing in the states of older versions. */
  mails: z.optional(z.record(z.string(), owedMailSchema)),
  /** Events not yet in the log, and the notices of older versions: after a kill, the next run writes them. */
  owed: z.optional(loose({ at: instant, notices: z.array(noticeSchema), events: z.array(alertEventSchema) })),
});

export type State = Readonly<z.output<typeof stateSchema>>;

/** By id. */
export const alertsIn = (state: State | undefined): AlertState['alerts'] => ({
  ...state?.snapshot.alerts,
  ...state?.own.alerts,
});

const fileOf = <Content>(name: string, file: Pick<FileSpec<Content>, 'summary' | 'format' | 'schema'>) =>
  defineFile<Content>({
    ...file,
    path: ({ state }) => join(state, 'alerts', name),
    mode: 0o600,
    fallsBack: true,
    onlyOnChange: true,
  });

export const stateFile = fileOf<State>('state.json', {
  summary: 'the active alerts, and which notifications were sent',
  format: 'json',
  schema: stateSchema,
});

const postedSchema = z.looseObject({
  schema_version: z.number(),
  /** Alert id → alert in Alertmanager’s format. An ended alert is posted for a while longer. */
  alerts: z.record(
    z.string(),
    z.looseObject({
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      startsAt: z.string(),
      endsAt: z.string(),
    }),
  ),
});

export type PostedAlerts = z.output<typeof postedSchema>;

export const postedAlerts = fileOf<PostedAlerts>('alertmanager.json', {
  summary: 'the alerts last posted to Alertmanager',
  format: 'json',
  schema: postedSchema,
});

const eventSchema = z.looseObject({
  schema_version: z.number(),
  time: z.string(),
  run_id: z.string(),
  kind: z.string(),
  /** Ids of the alerts concerned, `rule:subject`. */
  ids: z.array(z.string()),
  message: z.string(),
  message_id: z.optional(z.string()),
  to: z.optional(z.array(z.string())),
});

export type LoggedEvent = z.output<typeof eventSchema>;

export const events = fileOf<LoggedEvent>('alerts.jsonl', {
  summary: 'every event of every alert, one per line',
  format: 'jsonl',
  schema: eventSchema,
});

/** Mails that wait to be sent; undeliverable mails are in its subfolder `dead`. */
export const outboxFolder = ({ state }: Places): string => join(state, 'alerts', 'outbox');

/** One file for each silence, lift and acknowledgement. An operators' group may write here. */
export const silencesFolder = ({ state }: Places): string => join(state, 'alerts', 'silences');
