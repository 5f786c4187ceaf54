// What send-alerts writes.
import * as z from 'zod/mini';
import { defineFile, type Places } from '../contract/file.ts';
import { judgedFields } from '../contract/observation.ts';
import { join } from '../core/path.ts';

/** One that is none would end every run that reckons with it. */
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), { error: 'expected an instant' }));

const alertFields = {
  rule: z.string(),
  phase: z.enum(['pending', 'firing']),
  /** When it was first and last seen; instants of snapshots, not of runs. */
  first_seen: instant,
  last_seen: instant,
  /** Since when it is so, where the data know; otherwise since it was first seen. */
  since: instant,
  /** Names the incident in every mail about it. */
  incident: z.string(),
  /** Since when it has looked well again, while nobody is told yet. */
  clear_since: z.optional(instant),
  /** Since when it could not be read: meanwhile it neither begins nor ends. */
  unknown_since: z.optional(instant),
  /** The first and the last mail about it were written then. */
  first_queued: z.optional(instant),
  last_queued: z.optional(instant),
  /** And a transport took one then. */
  last_sent: z.optional(instant),
  escalated_at: z.optional(instant),
  silenced_since: z.optional(instant),
  acknowledged_at: z.optional(instant),
  /** There was nobody to be told. */
  unheard_since: z.optional(instant),
  /** Who has heard of it: they hear of its end too, whoever is in the configuration by then. */
  told: z.optional(z.array(z.string())),
  ...judgedFields,
  runbook: z.optional(z.string()),
};

const alertSchema = z.looseObject(alertFields);

export type Alert = Readonly<z.output<z.ZodMiniObject<typeof alertFields>>>;

const lookSchema = z.looseObject({ seen_at: z.optional(instant), alerts: z.record(z.string(), alertSchema) });

export interface AlertState {
  /** The snapshot that was judged last: read twice, it changes nothing. */
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

/** Somebody is to be told. Which mails are made of that, and how they get there, is another matter. */
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
  /** What nobody is told of at the moment, and why. */
  quiet: z.optional(z.array(quietSchema)),
  /** By the time of the snapshots, and by our own. */
  snapshot: lookSchema,
  own: lookSchema,
  /** What this look brought and is not in the outbox and the log yet: a run that was killed left it to the next. */
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
  summary: 'the alerts that are active, and what was told of them',
  format: 'json',
  path: ({ state }) => join(state, 'alerts', 'state.json'),
  mode: 0o600,
  schema: stateSchema as unknown as z.ZodMiniType<State>,
  fallsBack: true,
  onlyOnChange: true,
});

const toldSchema = z.looseObject({
  schema_version: z.number(),
  /** By id, in its own words. One that is over is told for a while longer. */
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

export type ToldAlerts = z.output<typeof toldSchema>;

export const toldAlerts = defineFile<ToldAlerts>({
  summary: 'what Alertmanager was told last',
  format: 'json',
  path: ({ state }) => join(state, 'alerts', 'alertmanager.json'),
  mode: 0o600,
  schema: toldSchema,
  fallsBack: true,
  onlyOnChange: true,
});

const eventSchema = z.looseObject({
  schema_version: z.number(),
  time: z.string(),
  run_id: z.string(),
  kind: z.string(),
  /** Alerts, `rule:subject`, that it is about. */
  ids: z.array(z.string()),
  message: z.string(),
  message_id: z.optional(z.string()),
  to: z.optional(z.array(z.string())),
});

export type LoggedEvent = z.output<typeof eventSchema>;

export const events = defineFile<LoggedEvent>({
  summary: 'everything that ever happened to an alert, a line each',
  format: 'jsonl',
  path: ({ state }) => join(state, 'alerts', 'alerts.jsonl'),
  mode: 0o600,
  schema: eventSchema,
  fallsBack: true,
  onlyOnChange: true,
});

/** Mails that wait; those that none will take lie in its folder of the dead. */
export const outboxFolder = ({ state }: Places): string => join(state, 'alerts', 'outbox');

/** What people leave: a file for each silence and acknowledgement. An operators' group may write here. */
export const silencesFolder = ({ state }: Places): string => join(state, 'alerts', 'silences');
