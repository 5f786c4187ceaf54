// The alert manager of an application: it remembers which alerts there are, and tells handlers when one begins, gets worse, is
// acknowledged by nobody in time, or is over. Nothing here waits for a handler.
import type { Metrics } from '../metrics.ts';
import { type OnProblem, reasonOf, safely } from '../problem.ts';
import { type Alert, type AlertEvent, type NewAlert, isActive, severities } from './alert.ts';
import { type AlertHandler, type Queue, queueOf } from './handlers.ts';
import {
  acknowledge,
  cleanUp,
  create,
  escalate,
  escalatesAt,
  type Memory,
  emptyMemory,
  resolve,
  type Statistics,
  statisticsOf,
} from './memory.ts';
import type { Rule } from './rules.ts';
import { openState } from './state.ts';

export interface AlertsOptions<Values> {
  readonly handlers?: readonly AlertHandler[];
  readonly rules?: readonly Rule<Values>[];
  /** Who is told of an alert that nobody has acknowledged so many seconds after its start, in the order of these seconds. */
  readonly escalations?: readonly { readonly afterSeconds: number; readonly handler: AlertHandler }[];
  /** A file in which the alerts outlast the process, of this process alone. Without it they end with the process. */
  readonly stateFile?: string;
  /** Counts each alert that begins, as `…_alerts_total`. */
  readonly metrics?: Pick<Metrics, 'countAlert'>;
  /** How long resolved alerts stay in the history. Default: 30. */
  readonly keepResolvedDays?: number;
  /** Told of a handler, a rule or a disk that fails. Default: one line on standard error. */
  readonly onProblem?: OnProblem;
  /** The clock. */
  readonly now?: () => Date;
}

export interface Alerts<Values = never> {
  create(draft: NewAlert): Alert;
  /** Returns the alert that is over; undefined if it was not active. */
  resolve(name: string, labels?: Readonly<Record<string, string>>): Alert | undefined;
  /** It is escalated to nobody, unless it gets worse. */
  acknowledge(name: string, by: string, labels?: Readonly<Record<string, string>>): Alert | undefined;
  /** Runs all rules on these values: creates the alerts that are due, and resolves those that are no more. */
  evaluate(values: Values): void;
  addHandler(handler: AlertHandler): void;
  addRule(rule: Rule<Values>): void;
  active(): readonly Alert[];
  /** The last alerts, active and resolved, the newest last. */
  history(most?: number): readonly Alert[];
  statistics(): Statistics;
  /** Forgets what was resolved long ago. Happens with each new alert, too. */
  cleanUp(): void;
  /** Ends: handlers deliver what waits, within so many seconds (default: 5). Never throws. */
  stop(seconds?: number): Promise<void>;
}

const defaultKeepDays = 30;
const defaultStopSeconds = 5;

export function createAlerts<Values = never>(options: AlertsOptions<Values> = {}): Alerts<Values> {
  const { keepResolvedDays = defaultKeepDays, now = () => new Date() } = options;
  const onProblem = safely(options.onProblem);
  const state = options.stateFile === undefined ? undefined : openState(options.stateFile, onProblem);
  let memory: Memory = state?.read() ?? emptyMemory;
  const active = (): readonly Alert[] => memory.alerts.filter(isActive);
  /** A handler that stands in several places has one queue, and is told once. */
  const byHandler = new Map<AlertHandler, Queue>();
  const queueFor = (handler: AlertHandler): Queue => {
    const queue = byHandler.get(handler) ?? queueOf(handler, active, onProblem);
    byHandler.set(handler, queue);
    return queue;
  };
  const queues = (options.handlers ?? []).map(queueFor);
  const escalations = [...(options.escalations ?? [])]
    .sort((one, other) => one.afterSeconds - other.afterSeconds)
    .map(({ afterSeconds, handler }) => ({ afterSeconds, queue: queueFor(handler) }));
  const afterSeconds = escalations.map((step) => step.afterSeconds);
  const rules = new Map<string, Rule<Values>>();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  /** The name stands with the alerts of the rule, also in the next process: it has to be the same there. */
  function addRule(rule: Rule<Values>): void {
    const isTaken = rule.name === '' || rules.has(rule.name);
    rules.set(isTaken ? `rule ${rules.size + 1}` : rule.name, rule);
  }

  function note(step: { readonly memory: Memory; readonly alert: Alert; readonly event?: AlertEvent['kind'] }): void {
    memory = step.memory;
    state?.write(memory);
    if (step.event === undefined || step.event === 'escalated') return;
    // Who was told that it began is told that it is over.
    const told = step.event === 'resolved' ? escalations.slice(0, step.alert.escalated) : [];
    for (const queue of new Set([...queues, ...told.map(({ queue }) => queue)]))
      queue.add({ kind: step.event, alert: step.alert });
  }

  /** Takes the steps that are due, and sleeps until the next. */
  function escalateDue(): void {
    clearTimeout(timer);
    if (isOver || escalations.length === 0) return;
    for (const alert of active()) {
      let current = alert;
      for (let step = escalate(memory, current, afterSeconds, now()); step;) {
        note(step);
        escalations[current.escalated]?.queue.add({ kind: 'escalated', alert: step.alert });
        current = step.alert;
        step = escalate(memory, current, afterSeconds, now());
      }
    }
    const due = active().flatMap((alert) => escalatesAt(alert, afterSeconds) ?? []);
    if (due.length === 0) return;
    const ms = Math.max(0, Math.min(...due) - now().getTime());
    // A timer takes at most 24 days; it comes here again, and sleeps on.
    timer = setTimeout(escalateDue, Math.min(ms, 2 ** 31 - 1)).unref();
  }

  function begin(draft: NewAlert, rule?: string): Alert {
    check(draft);
    const step = create(cleanUp(memory, keepResolvedDays, now()), draft, { id: crypto.randomUUID(), now: now(), rule });
    note(step);
    if (step.event === 'created') {
      options.metrics?.countAlert(draft.severity, draft.name);
      escalateDue();
    }
    return step.alert;
  }

  const alerts: Alerts<Values> = {
    create: (draft) => begin(draft),
    resolve: (name, labels = {}) => {
      const step = resolve(memory, { name, labels }, now());
      if (step) note(step);
      return step?.alert;
    },
    acknowledge: (name, by, labels = {}) => {
      const step = acknowledge(memory, { name, labels }, by, now());
      if (step) note(step);
      return step?.alert;
    },
    evaluate: (values) => {
      // Of the process before, which had other rules.
      for (const { rule, name, labels } of active())
        if (rule !== undefined && !rules.has(rule)) alerts.resolve(name, labels);
      for (const [name, rule] of rules) {
        let keys: ReadonlySet<string>;
        try {
          const found = [rule(values) ?? []].flat();
          keys = new Set(found.map((draft) => begin(draft, name).key));
        } catch (error) {
          // Its alerts stay as they are: a rule that fails says nothing about them.
          onProblem(`alert rule ${name}: ${reasonOf(error)}`);
          continue;
        }
        for (const alert of active())
          if (alert.rule === name && !keys.has(alert.key)) alerts.resolve(alert.name, alert.labels);
      }
    },
    addHandler: (handler) => {
      queues.push(queueFor(handler));
    },
    addRule,
    active,
    history: (most = Infinity) => memory.alerts.slice(Math.max(0, memory.alerts.length - most)),
    statistics: () => statisticsOf(memory, now()),
    cleanUp: () => {
      memory = cleanUp(memory, keepResolvedDays, now());
      state?.write(memory);
    },
    stop: async (seconds = defaultStopSeconds) => {
      isOver = true;
      clearTimeout(timer);
      await Promise.all([state?.stop(seconds), ...[...byHandler.values()].map((queue) => queue.stop(seconds))]);
    },
  };
  for (const rule of options.rules ?? []) addRule(rule);
  escalateDue();
  return alerts;
}

/** Types do not hold where the values come from elsewhere. */
function check({ name, severity, labels = {}, annotations = {} }: NewAlert): void {
  if (typeof name !== 'string' || name === '') throw new TypeError('an alert needs a name');
  if (!severities.includes(severity))
    throw new TypeError(`alert ${name}: the severity ${severity} has to be one of ${severities.join(', ')}`);
  for (const [key, value] of [...Object.entries(labels), ...Object.entries(annotations)])
    if (typeof value !== 'string') throw new TypeError(`alert ${name}: ${key} has to be a text`);
}
