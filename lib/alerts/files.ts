// The files that send-alerts writes.
import { defineFile, type Places } from '../contract/file.ts';
import { notifiedKinds } from '../contract/mail.ts';
import type { StageRecord } from '../contract/record.ts';
import { judgedFields } from '../contract/observation.ts';
import {
  boolean,
  type ContentOf,
  instant,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  string,
} from '../contract/shape.ts';
import { join } from '../core/path.ts';

const alertSchema = object({
  rule: string,
  phase: oneOf(['pending', 'firing']),
  /** Times of the first and last snapshot (not runs) with the problem. */
  first_seen: instant,
  last_seen: instant,
  /** When the problem began, if the data say; otherwise `first_seen`. */
  since: instant,
  /** Identifies the incident. */
  incident: string,
  /** The message of the first mail: the subject of all mails about the incident, by which mail programs group them. */
  headline: optional(string),
  /** Message-ID of the first mail that a transport accepted: later mails refer to it. */
  thread: optional(string),
  /** When the problem cleared, while `clear-hold` has not passed yet. */
  clear_since: optional(instant),
  /** Since when the value is unreadable: meanwhile the alert is neither raised nor cleared. */
  unknown_since: optional(instant),
  /** When the first and the last mail about the alert were written. */
  first_queued: optional(instant),
  last_queued: optional(instant),
  /** When a transport last accepted a mail about the alert. */
  last_sent: optional(instant),
  escalated_at: optional(instant),
  silenced_since: optional(instant),
  acknowledged_at: optional(instant),
  /** Since when the alert fires without a recipient (the event `unheard` in the log). */
  unheard_since: optional(instant),
  /** Everyone who was notified: they get the recovery too, even if the configuration no longer names them. */
  told: optional(listOf(string)),
  ...judgedFields,
  runbook: optional(string),
});

export type Alert = Readonly<ContentOf<typeof alertSchema>>;

/** An alert as a screen shows it: without the addresses of its recipients. */
export type ShownAlert = ReturnType<typeof shownAlert>;

export const shownAlert = (alert: Alert, told_without_mail: string) => ({
  told_without_mail,
  phase: alert.phase,
  message: alert.message,
  since: alert.since,
  last_sent: alert.last_sent,
  last_queued: alert.last_queued,
  recipients: alert.told?.length ?? 0,
  acknowledged_at: alert.acknowledged_at,
  silenced_since: alert.silenced_since,
  escalated_at: alert.escalated_at,
});

const alertStateSchema = object({
  /** Time of the last evaluation: evaluating the same snapshot again changes nothing. */
  seen_at: optional(instant),
  /** By id. */
  alerts: recordOf(alertSchema),
});

export type AlertState = Readonly<ContentOf<typeof alertStateSchema>>;

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

const alertEventSchema = object({ kind: oneOf(eventKinds), id: string, message: string });

export type AlertEvent = Readonly<ContentOf<typeof alertEventSchema>>;

/** A notification that is due. Composition and delivery of its mail are separate steps. */
const noticeSchema = object({
  kind: oneOf(notifiedKinds),
  /** An opening for recipients who were added while the alert was active. */
  joined: optional(boolean),
  id: string,
  alert: alertSchema,
  to: listOf(string),
});

export type Notice = Readonly<ContentOf<typeof noticeSchema>>;

const activeSilenceSchema = object({
  kind: oneOf(['silence', 'acknowledgement', 'maintenance']),
  /** `rule`, or `rule:subject`, or `everything`. */
  of: string,
  who: optional(string),
  until: optional(string),
  reason: string,
});

/** A silence, acknowledgement or maintenance window that holds now. */
export type ActiveSilence = ContentOf<typeof activeSilenceSchema>;

/** A mail that waits in the outbox: enough to compose it again if its file is lost. */
const waitingMailSchema = object({
  digest: string,
  /** Time of the evaluation that made the notices. */
  at: instant,
  /** Empty for a mail of an older version. */
  notices: listOf(noticeSchema),
});

export type WaitingMail = Readonly<ContentOf<typeof waitingMailSchema>>;

const stateSchema = object({
  schema_version: number,
  quiet: optional(listOf(activeSilenceSchema)),
  /** Alerts evaluated at the time of the snapshots, and alerts evaluated by the clock. */
  snapshot: alertStateSchema,
  own: alertStateSchema,
  /** File name → mail that waits in the outbox. Missing in the states of older versions. */
  mails: optional(recordOf(waitingMailSchema)),
  /** Events not yet in the log, and the notices of older versions: after a kill, the next run writes them. */
  owed: optional(object({ at: instant, notices: listOf(noticeSchema), events: listOf(alertEventSchema) })),
});

export type State = Readonly<ContentOf<typeof stateSchema>>;

/** By id. */
export const alertsIn = (state: State | undefined): AlertState['alerts'] => ({
  ...state?.snapshot.alerts,
  ...state?.own.alerts,
});

const fileOf = <Content>(name: string, schema: Shape<Content>, summary: string) =>
  defineFile<Content>({
    summary,
    format: name.endsWith('.jsonl') ? 'jsonl' : 'json',
    path: ({ state }) => join(state, 'alerts', name),
    schema,
    mode: 0o600,
    fallsBack: true,
    onlyOnChange: true,
  });

export const stateFile = fileOf<State>(
  'state.json',
  stateSchema,
  'the active alerts, and which notifications were sent',
);

const postedSchema = object({
  schema_version: number,
  /** Alert id → alert in Alertmanager’s format. An ended alert is posted for a while longer. */
  alerts: recordOf(
    object({ labels: recordOf(string), annotations: recordOf(string), startsAt: string, endsAt: string }),
  ),
});

export type PostedAlerts = ContentOf<typeof postedSchema>;

export const postedAlerts = fileOf('alertmanager.json', postedSchema, 'the alerts last posted to Alertmanager');

/** Who was told of an alert that fires, where no mail was written. The file of the last run of send-alerts names what was posted, and its
 * record says whether that was accepted. */
export function toldWithoutMail(id: string, posted: PostedAlerts | undefined, stages: readonly StageRecord[]): string {
  const untold = stages.find(({ stage }) => stage === 'send-alerts')?.counts['untold'];
  if (untold === undefined || !Object.hasOwn(posted?.alerts ?? {}, id)) return 'nobody was told';
  return untold === 0 ? 'Alertmanager was told' : 'Alertmanager did not accept it';
}

const eventSchema = object({
  schema_version: number,
  time: string,
  run_id: string,
  kind: string,
  /** Ids of the alerts concerned, `rule:subject`. */
  ids: listOf(string),
  message: string,
  message_id: optional(string),
  to: optional(listOf(string)),
});

export type LoggedEvent = ContentOf<typeof eventSchema>;

export const events = fileOf('alerts.jsonl', eventSchema, 'every event of every alert, one per line');

/** Mails that wait to be sent; undeliverable mails are in its subfolder `dead`. */
export const outboxFolder = ({ state }: Places): string => join(state, 'alerts', 'outbox');

/** One file for each silence, lift and acknowledgement. An operators' group may write here. */
export const silencesFolder = ({ state }: Places): string => join(state, 'alerts', 'silences');
