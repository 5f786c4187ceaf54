// Applies the alert policies to the judged observations, and works out how each alert is handled.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import type { Firing, Policy, Sighting } from '../contract/policy.ts';
import { join } from '../core/path.ts';
import { counted, firstLine } from '../core/text.ts';
import type { Judged } from '../engine/checks.ts';
import { judge } from '../engine/judgement.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { AlertsConfig, RuleConfig } from './config.ts';
import type { Alert } from './files.ts';
import type { Handling, RuleSightings } from './lifecycle.ts';
import { monitorPolicies, policies, policyNamed, red, snapshotPolicies } from './policies.ts';
import { acknowledgedBy, type Note, silencedBy } from './silences.ts';

export interface Readings {
  /** Reading → why it failed, and the reading that caused the failure, if known; undefined if the reading succeeded. */
  readonly outcomes: Readonly<
    Record<string, { readonly reason: string; readonly because?: string | undefined } | undefined>
  >;
  /** Sections that are not in the snapshot at all: whether their items can be read is not known. */
  readonly missing: readonly string[];
}

export function readingsOf(sections: Sections, snapshot: Readonly<Record<string, Envelope>>): Readings {
  const read = outcomesOf(sections, snapshot).flatMap(({ name, outcome }) =>
    outcome.status === 'absent' ? [] : [[name, outcome.status === 'failed' ? outcome : undefined] as const],
  );
  // A section with items may have failed as a whole before: that failure is over when its items are there.
  const whole = Object.entries(snapshot).flatMap(([name, { status }]) =>
    status === 'ok' ? [[name, undefined] as const] : [],
  );
  const missing = Object.keys(sections).filter((name) => snapshot[name] === undefined);
  return { outcomes: Object.fromEntries([...whole, ...read]), missing };
}

const noReadings: Readings = { outcomes: {}, missing: [] };

/** Sightings of the snapshot policies, and of `red` for red observations that no other policy covers. */
export function snapshotSightings(
  judged: readonly Judged[],
  readings: Readings,
  config: AlertsConfig,
): Record<string, RuleSightings> {
  const left = judged.filter(
    (one) =>
      one.observation.level !== 'red' ||
      !policies.some((policy) => policy !== red && subjectIn(policy, one) !== undefined),
  );
  return {
    ...sightingsOf(snapshotPolicies, judged, readings, config),
    ...sightingsOf([red], left, noReadings, config),
  };
}

export const monitorSightings = (judged: readonly Judged[], config: AlertsConfig): Record<string, RuleSightings> =>
  sightingsOf(monitorPolicies, judged, noReadings, config);

function sightingsOf(
  wanted: readonly Policy[],
  judged: readonly Judged[],
  readings: Readings,
  config: AlertsConfig,
): Record<string, RuleSightings> {
  return Object.fromEntries(
    wanted.map((policy) => {
      const covered = judged.flatMap((one) => {
        const subject = subjectIn(policy, one);
        return subject === undefined ? [] : [{ subject, one }];
      });
      const failures = covered.flatMap(({ one: { failure, observation } }) =>
        failure === undefined ? [] : [[prefixOf(policy, observation.check), failure] as const],
      );
      // An alert about a part of an item stays while the item cannot be read.
      for (const { subject, one } of covered)
        if (one.itemFailure !== undefined)
          failures.push([`${subject}.`, one.itemFailure], [`${subject}:`, one.itemFailure]);
      if (policy.readings) failures.push(...failedSections(readings));
      const failureOf = (subject: string) => failures.find(([prefix]) => `${subject}.`.startsWith(prefix))?.[1];
      const seen = covered.filter(({ one }) => one.failure === undefined);
      const sightings = seen.map(({ subject, one }) => sightingOf(policy, subject, one, config));
      const all = policy.readings ? withReadings(sightings, seen, readings) : sightings;
      return [policy.name, { sightings: all, failureOf }];
    }),
  );
}

/** Prefix of the alert's subject: an alert of `probe` about the observation `host-reachable:vm` has the subject `host.vm`. */
const prefixOf = ({ of }: Policy, check: string): string => (of === undefined ? `${check}:` : (of[check] ?? ''));

/** Prefix of the readings of a section → why none of them is known. */
const failedSections = ({ outcomes, missing }: Readings): (readonly [string, string])[] => [
  ...Object.entries(outcomes).flatMap(([name, failed]) => (failed ? [[`${name}.`, failed.reason] as const] : [])),
  ...missing.map((name) => [`${name}.`, `the snapshot has no section ${name}`] as const),
];

type Covered = Pick<Judged, 'dependents' | 'failure'> & {
  readonly observation: Pick<Judged['observation'], 'id' | 'check' | 'subject' | 'level'>;
};

/** The subject of the policy’s alert about this observation; undefined if the policy does not cover the observation. */
function subjectIn(
  { of, except, onlyServing }: Policy,
  { observation, dependents, failure }: Covered,
): string | undefined {
  if (of === undefined) return observation.id;
  const prefix = Object.hasOwn(of, observation.check) ? of[observation.check] : undefined;
  if (prefix === undefined || except?.includes(observation.subject)) return undefined;
  // The dependents of a unit that could not be read are not known: an alert about it stays.
  if (onlyServing && !dependents && failure === undefined && observation.level !== 'unknown') return undefined;
  return `${prefix}${observation.subject}`;
}

function sightingOf(policy: Policy, subject: string, judged: Judged, config: AlertsConfig): Sighting {
  const { observation, measured, since, dependents, shortMessage, urgent } = judged;
  const { level, value, unit, limit, message, clears_when, runbook } = observation;
  const own = policy.limit && measured && judge(measured, ownLimit(policy.name, policy.limit, subject, config));
  if (own && measured) {
    if (own.level === 'green') return { subject, state: 'clear', message: own.shown, value: measured.value };
    const { value: number, unit: ofNumber } = measured;
    const { limit: crossed, crossed: words, clears_when: clears } = own;
    return firing(subject, {
      value: number,
      unit: ofNumber,
      limit: crossed,
      message: words,
      since,
      clears_when: clears,
    });
  }
  const shown = shortMessage ?? message;
  if (policy.levels.includes(level)) {
    const whose = dependents && policy.onlyServing ? ` (${dependents.join(', ')})` : '';
    const ownRunbook = policy.runbook === undefined ? runbook : undefined;
    const full = `${shown}${whose}`;
    return firing(subject, { value, unit, limit, message: full, since, urgent, clears_when, runbook: ownRunbook });
  }
  if (level === 'unknown') return { subject, state: 'unknown', message: shown };
  return {
    subject,
    state: 'clear',
    message: policy.wellSays === undefined ? shown : `${subject} ${policy.wellSays}`,
    value,
  };
}

export function ownLimit(
  rule: string,
  { key, side }: NonNullable<Policy['limit']>,
  subject: string,
  config: AlertsConfig,
) {
  const value = numberOr(ruleConfigOf(config, rule, subject)[key], Number.NaN);
  const exception = exceptionsFor(config, rule, subject).findLast(([, values]) => values[key] !== undefined);
  const path = [rule, ...(exception ? ['for', exception[0]] : []), key];
  return { side, red: { value, key: `alerts.rules.${path.join('.')}` } };
}

const firing = (
  subject: string,
  { since, urgent, clears_when, runbook, ...fired }: Omit<Firing, 'subject' | 'state'>,
): Firing => ({
  subject,
  state: 'firing',
  ...fired,
  ...(since === undefined ? {} : { since }),
  ...(urgent ? { urgent } : {}),
  ...(clears_when === undefined ? {} : { clears_when }),
  ...(runbook === undefined ? {} : { runbook }),
});

/** Raises one alert about an unreachable machine, instead of one for each reading that fails because of it. */
function withReadings(
  sightings: readonly Sighting[],
  seen: readonly { readonly subject: string; readonly one: Judged }[],
  readings: Readings,
): Sighting[] {
  const causes = new Map(
    seen.flatMap(({ subject, one }) =>
      one.observation.level === 'red' && one.reading !== undefined ? [[one.reading, subject] as const] : [],
    ),
  );
  const costs = new Map<string, number>();
  const failing = Object.entries(readings.outcomes).map(([subject, failed]): Sighting => {
    if (failed === undefined) return { subject, state: 'clear', message: `${subject} can be read`, value: 'ok' };
    const cause = failed.because === undefined ? undefined : causes.get(failed.because);
    if (cause !== undefined) {
      costs.set(cause, (costs.get(cause) ?? 0) + 1);
      return { subject, state: 'unknown', message: `${cause} is unreachable` };
    }
    const message = `${subject} cannot be read: ${firstLine(failed.reason)}`;
    return firing(subject, { value: 'failed', unit: '', limit: { value: 'a reading', key: '' }, message });
  });
  const withCosts = sightings.map((sighting) => {
    const cost = costs.get(sighting.subject);
    if (sighting.state !== 'firing' || cost === undefined) return sighting;
    const also = `${counted(cost, 'reading')} ${cost === 1 ? 'fails' : 'fail'} because of it`;
    return { ...sighting, message: `${sighting.message}; ${also}` };
  });
  return [...withCosts, ...failing];
}

/** Whether the alert reports this observation already, or reports the failed reading that caused it. */
export function isCoveredBy(alert: { rule: string; subject: string }, one: Judged, all: readonly Judged[]): boolean {
  const policy = policyNamed(alert.rule);
  if (!policy) return false;
  const isIts = (other: Judged): boolean => subjectIn(policy, other) === alert.subject;
  const { because } = one.observation;
  if (isIts(one)) return true;
  // A part of a node that does not report is unknown because of that.
  const { part_of, level } = one.observation;
  if (part_of !== undefined && level === 'unknown')
    return all.some((other) => other.observation.id === part_of && isIts(other));
  return (
    because !== undefined &&
    policy.readings === true &&
    (because === alert.subject || all.some((other) => other.reading === because && isIts(other)))
  );
}

/** The observation that the alert reports; undefined for a failed reading, which may affect several observations. */
export function observationOf(alert: { rule: string; subject: string }, all: readonly Judged[]): string | undefined {
  const policy = policyNamed(alert.rule);
  return policy && all.find((one) => subjectIn(policy, one) === alert.subject)?.observation.id;
}

function ruleConfigOf(config: AlertsConfig, rule: string, subject: string): RuleConfig {
  const { for: _exceptions, ...all } = ruleIn(config, rule);
  const own = exceptionsFor(config, rule, subject).flatMap(([, values]) => Object.entries(values));
  return { ...all, ...Object.fromEntries(own.filter(([, value]) => value !== undefined)) };
}

/** The entries under `for` that hold for the subject; a later one has precedence. */
function exceptionsFor(
  config: AlertsConfig,
  rule: string,
  subject: string,
): readonly (readonly [string, RuleConfig])[] {
  const { for: exceptions } = ruleIn(config, rule);
  // A subject of `red` begins with its check; `for.CHECK` holds for all subjects of that check, and `for.CHECK:NODE` for all alerts of
  // that node, as silences do.
  const words = subject.split(':');
  return words.flatMap((_word, index) => {
    const key = words.slice(0, index + 1).join(':');
    const values = Object.hasOwn(exceptions, key) ? exceptions[key] : undefined;
    return values ? [[key, values] as const] : [];
  });
}

const ruleIn = ({ alerts: { rules } }: AlertsConfig, rule: string): AlertsConfig['alerts']['rules'][string] =>
  (Object.hasOwn(rules, rule) && rules[rule]) || { for: {} };

/** Silences and acknowledgements, and what is needed to judge whether they hold. */
export interface SilencesInForce {
  readonly notes: readonly Note[];
  readonly at: Date;
  /** The alert before this evaluation. */
  readonly alertOf: (id: string) => Pick<Alert, 'first_seen' | 'acknowledged_at'> | undefined;
}

function acknowledgedInForce({ notes, at, alertOf }: SilencesInForce, id: string): string | undefined {
  const { first_seen, acknowledged_at } = alertOf(id) ?? {};
  // An acknowledgement of later, from before the clock was set back, belongs to an earlier incident.
  const made = acknowledged_at === undefined ? notes.filter(({ from }) => from <= at.toISOString()) : notes;
  return acknowledgedBy(made, id, first_seen);
}

export function handlingOf(config: AlertsConfig, rule: string, subject: string, quiet?: SilencesInForce): Handling {
  const id = `${rule}:${subject}`;
  const own = ruleConfigOf(config, rule, subject);
  const { alerts } = config;
  const holdKey = policyNamed(rule)?.hold?.[0] ?? 'hold';
  return {
    hold: numberOr(own[holdKey], 0),
    clearHold: own['clear-hold'] ?? 0,
    repeat: own.repeat ?? alerts.repeat,
    to: own.to ?? alerts.to,
    escalate: alerts.escalate,
    silenced: quiet && silencedBy(quiet.notes, alerts.maintenance, id, quiet.at),
    acknowledged: quiet && acknowledgedInForce(quiet, id),
  };
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** The path of the runbook, below the folder of the product. */
export const runbookOf = (
  { rule, runbook }: { rule: string; runbook?: string | undefined },
  { folder }: { folder: string },
): string => join(folder, runbook ?? policyNamed(rule)?.runbook ?? 'ops/docs/alerts.md');
