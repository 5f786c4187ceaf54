// The files that send-alerts writes.
import * as z from 'zod/mini';
import { defineFile, type Places } from '../contract/file.ts';
import { judgedFields } from '../contract/observation.ts';
import { join } from '../core/path.ts';

/** An invalid time would make every run fail that computes with it. */
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), { error: 'expected an instant' }));

const alertFields = {
  rule: z.string(),
  phase: z.enum(['pending', 'firing']),
  /** Times of the first and last snapshot (not runs) with the problem. */
  first_seen: instant,
  last_seen: instant,
  /** When the problem began, if the data say; otherwise `first_seen`. */
  since: instant,
  /** Identifies the incident: all mails about it share this, as a thread. */
  incident: z.string(),
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
};

const alertSchema = z.looseObject(alertFields);

export type Alert = Readonly<z.output<z.ZodMiniObject<typeof alertFields>>>;

const lookSchema = z.looseObject({ seen_at: z.optional(instant), alerts: z.record(z.string(), alertSchema) });

export interface AlertState {
  /** Time of the last evaluation: evaluating the same snapshot again changes nothing. */
  readonly seen_at?: string | undefined;
  /** By id. */
  readonly alerts: Readonly<Record<string, Alert>>;
}

export interface AlertEvent {
  readonly kind:
    | 'pending'
    | 'firing'
    | 'repeated'
    | 'escalated'
    | 'recovered'
    | 'passed'
    | 'vanished'
    | 'unknown'
    | 'known'
    | 'silenced'
    | 'acknowledged'
    | 'unheard';
  readonly id: string;
  readonly message: string;
}

/** A notification that is due. Composition and delivery of its mail are separate steps. */
export interface Notice {
  readonly kind: 'opening' | 'repeat' | 'escalation' | 'recovery' | 'vanished';
  readonly id: string;
  readonly alert: Alert;
  readonly to: readonly string[];
}

const quietSchema = z.looseObject({
  kind: z.enum(['silence', 'acknowledgement', 'maintenance']),
  /** `rule`, or `rule:subject`, or `everything`. */
  of: z.string(),
  who: z.optional(z.string()),
  until: z.optional(z.string()),
  reason: z.string(),
});

export type Quiet = z.output<typeof quietSchema>;

const stateSchema = z.looseObject({
  schema_version: z.number(),
  /** Silences, acknowledgements and maintenance windows that hold now. */
  quiet: z.optional(z.array(quietSchema)),
  /** Alerts evaluated at the time of the snapshots, and alerts evaluated by the clock. */
  snapshot: lookSchema,
  own: lookSchema,
  /** Notices and events not yet in the outbox and the log: after a kill, the next run writes them. */
  owed: z.optional(
    z.looseObject({
      at: instant,
      notices: z.array(
        z.looseObject({ kind: z.string(), id: z.string(), alert: alertSchema, to: z.array(z.string()) }),
      ),
      events: z.array(z.looseObject({ kind: z.string(), id: z.string(), message: z.string() })),
    }),
  ),
});

export interface State {
  readonly schema_version: number;
  readonly quiet?: readonly Quiet[] | undefined;
  readonly snapshot: AlertState;
  readonly own: AlertState;
  readonly owed?: { readonly at: string; readonly notices: readonly Notice[]; readonly events: readonly AlertEvent[] };
}

/** By id. */
export const alertsIn = (state: State | undefined): AlertState['alerts'] => ({
  ...state?.snapshot.alerts,
  ...state?.own.alerts,
});

export const stateFile = defineFile<State>({
  summary: 'the active alerts, and which notifications were sent',
  format: 'json',
  path: ({ state }) => join(state, 'alerts', 'state.json'),
  mode: 0o600,
  schema: stateSchema as unknown as z.ZodMiniType<State>,
  fallsBack: true,
  onlyOnChange: true,
});

const notifiedAlertSchema = z.looseObject({
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

export type ToldAlerts = z.output<typeof notifiedAlertSchema>;

export const toldAlerts = defineFile<ToldAlerts>({
  summary: 'the alerts last posted to Alertmanager',
  format: 'json',
  path: ({ state }) => join(state, 'alerts', 'alertmanager.json'),
  mode: 0o600,
  schema: notifiedAlertSchema,
  fallsBack: true,
  onlyOnChange: true,
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

export const events = defineFile<LoggedEvent>({
  summary: 'every event of every alert, one per line',
  format: 'jsonl',
  path: ({ state }) => join(state, 'alerts', 'alerts.jsonl'),
  mode: 0o600,
  schema: eventSchema,
  fallsBack: true,
  onlyOnChange: true,
});

/** Mails that wait to be sent; undeliverable mails are in its subfolder `dead`. */
export const outboxFolder = ({ state }: Places): string => join(state, 'alerts', 'outbox');

/** One file for each silence, lift and acknowledgement. An operators' group may write here. */
export const silencesFolder = ({ state }: Places): string => join(state, 'alerts', 'silences');
