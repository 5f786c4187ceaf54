// The alerts that an application remembers: a list with the oldest first, and pure functions from one list to the next.
import { secondsSince } from '../../core/age.ts';
import {
  type Alert,
  type AlertEvent,
  type NewAlert,
  isActive,
  isWorse,
  keyOf,
  severities,
  type Severity,
} from './alert.ts';

export interface Memory {
  /** Active and resolved. */
  readonly alerts: readonly Alert[];
  /** How many there ever were, by severity, also those that are forgotten. */
  readonly total: Readonly<Record<Severity, number>>;
}

export const emptyMemory: Memory = { alerts: [], total: { info: 0, warning: 0, critical: 0 } };

/** Resolved alerts beyond these are forgotten, the oldest first; active ones are not. */
const mostAlerts = 1000;

interface Step {
  readonly memory: Memory;
  readonly alert: Alert;
  /** What handlers are told; nothing where nothing is new. */
  readonly event?: AlertEvent['kind'];
}

function activeOf({ alerts }: Memory, draft: Pick<NewAlert, 'name' | 'labels'>): Alert | undefined {
  const key = keyOf(draft);
  return alerts.find((alert) => isActive(alert) && alert.key === key);
}

interface Beginning {
  readonly id: string;
  readonly now: Date;
  readonly rule?: string | undefined;
}

export function create(memory: Memory, draft: NewAlert, { id, now, rule }: Beginning): Step {
  const at = now.toISOString();
  const { name, severity, message, labels = {}, annotations = {} } = draft;
  const known = activeOf(memory, draft);
  if (!known) {
    const times = { startedAt: at, seenAt: at, escalated: 0 };
    const from = rule === undefined ? {} : { rule };
    const alert = { key: keyOf(draft), id, name, severity, message, labels, annotations, ...from, ...times };
    const total = { ...memory.total, [severity]: memory.total[severity] + 1 };
    return { memory: { alerts: trimmed([...memory.alerts, alert]), total }, alert, event: 'created' };
  }
  const isWorseNow = isWorse(severity, known.severity);
  // Whoever acknowledged it knew of something less.
  const { acknowledged, ...rest } = known;
  const kept = isWorseNow || acknowledged === undefined ? rest : { ...rest, acknowledged };
  const alert = { ...kept, severity, message, annotations, seenAt: at };
  return { memory: replaced(memory, alert), alert, ...(isWorseNow ? { event: 'worsened' } : {}) };
}

export function resolve(memory: Memory, draft: Pick<NewAlert, 'name' | 'labels'>, now: Date): Step | undefined {
  const known = activeOf(memory, draft);
  if (!known) return undefined;
  const alert = { ...known, resolvedAt: now.toISOString() };
  const { alerts, total } = replaced(memory, alert);
  return { memory: { alerts: trimmed(alerts), total }, alert, event: 'resolved' };
}

export function acknowledge(
  memory: Memory,
  draft: Pick<NewAlert, 'name' | 'labels'>,
  by: string,
  now: Date,
): Step | undefined {
  const known = activeOf(memory, draft);
  if (!known) return undefined;
  const alert = { ...known, acknowledged: { at: now.toISOString(), by } };
  return { memory: replaced(memory, alert), alert };
}

/** The next step of escalation of an alert that nobody acknowledged, if it is due. */
export function escalate(memory: Memory, alert: Alert, afterSeconds: readonly number[], now: Date): Step | undefined {
  const due = escalatesAt(alert, afterSeconds);
  if (due === undefined || due > now.getTime()) return undefined;
  const next = { ...alert, escalated: alert.escalated + 1 };
  return { memory: replaced(memory, next), alert: next, event: 'escalated' };
}

/** Milliseconds since 1970; undefined if no step is left or needed. */
export function escalatesAt(alert: Alert, afterSeconds: readonly number[]): number | undefined {
  const seconds = afterSeconds[alert.escalated];
  return !isActive(alert) || alert.acknowledged || seconds === undefined
    ? undefined
    : Date.parse(alert.startedAt) + seconds * 1000;
}

/** Forgets what was resolved more than so many days ago. */
export const cleanUp = (memory: Memory, days: number, now: Date): Memory => ({
  ...memory,
  alerts: memory.alerts.filter(
    ({ resolvedAt }) => resolvedAt === undefined || secondsSince(resolvedAt, now) <= days * 86_400,
  ),
});

export interface Statistics {
  readonly total: number;
  readonly active: number;
  readonly resolved: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Alerts that began within the last hour. */
  readonly perHour: number;
}

export function statisticsOf({ alerts, total }: Memory, now: Date): Statistics {
  const all = severities.reduce((sum, severity) => sum + total[severity], 0);
  const active = alerts.filter(isActive).length;
  const perHour = alerts.filter(({ startedAt }) => secondsSince(startedAt, now) <= 3600).length;
  return { total: all, active, resolved: all - active, bySeverity: total, perHour };
}

const replaced = (memory: Memory, alert: Alert): Memory => ({
  ...memory,
  alerts: memory.alerts.map((one) => (one.id === alert.id ? alert : one)),
});

function trimmed(alerts: readonly Alert[]): readonly Alert[] {
  let excess = alerts.length - mostAlerts;
  return excess <= 0 ? alerts : alerts.filter((alert) => isActive(alert) || excess-- <= 0);
}
