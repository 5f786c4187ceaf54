// The rules over what was read: what each of them sees, and under which policy.
import type { Envelope } from '../contract/envelope.ts';
import type { AnyRule, Sighting } from '../contract/rule.ts';
import type { Section } from '../contract/section.ts';
import { reasonOf } from '../core/text.ts';
import type { Health } from '../health/files.ts';
import { shownOf } from '../engine/readable.ts';
import { outcomesOf, sections } from '../snapshot/sections/index.ts';
import type { AlertsConfig, RuleConfig } from './config.ts';
import type { Policy, Seen } from './lifecycle.ts';
import type { OwnState } from './own.ts';
import { allRules, ownRules, red, snapshotRules } from './rules/index.ts';
import { acknowledgedBy, type Note, silencedBy } from './silence.ts';

export function lookAtSnapshot(
  snapshot: Readonly<Record<string, Envelope>>,
  config: AlertsConfig,
  at: Date,
): Record<string, Seen> {
  const outcomes = outcomesOf(snapshot).filter(({ outcome }) => outcome.status !== 'absent');
  const readings: OwnState['readings'] = Object.fromEntries(
    outcomes.map(({ name, outcome }) => [name, outcome.status === 'failed' ? outcome.reason : undefined]),
  );
  return lookOf(snapshotRules, config, at, (needs) => {
    const shown = shownOf(
      needs.filter((need) => need !== 'readings'),
      snapshot,
      definitions,
    );
    return { input: { ...shown.readable, readings }, unread: shown.unread };
  });
}

export function lookAtOwn(own: Omit<OwnState, 'readings'>, config: AlertsConfig, at: Date): Record<string, Seen> {
  return lookOf(ownRules, config, at, () => ({ input: { ...own }, unread: [] }));
}

/** What health judges of this very snapshot, and none of those that were looked at tells of. */
export function lookAtHealth(
  observations: Health['observations'] | undefined,
  others: Readonly<Record<string, Seen>>,
  config: AlertsConfig,
  at: Date,
): Record<string, Seen> {
  const isTold = (observation: Observed): boolean =>
    Object.entries(others).some(([rule, { sightings }]) =>
      sightings.some(({ subject }) => tellsOf({ rule, subject }, observation)),
    );
  const health = observations?.filter((one) => one.level !== 'red' || !isTold(one)) ?? [];
  const reason = 'the snapshot was not assessed';
  const unread = observations ? [] : [{ section: 'health', item: undefined, reason, because: 'health' }];
  return lookOf([red], config, at, () => ({ input: { health }, unread }));
}

type Observed = Pick<Health['observations'][number], 'check' | 'subject'>;

/** Whether the alert says already what the observation does. */
export function tellsOf({ rule, subject }: { rule: string; subject: string }, observation: Observed): boolean {
  const before = ruleOf(rule)?.tells[observation.check];
  return before !== undefined && `${before}${observation.subject}` === subject;
}

const definitions: Readonly<Record<string, Section>> = sections;

type Shown = ReturnType<typeof shownOf>;
type Show = (needs: readonly string[]) => { input: Record<string, unknown>; unread: Shown['unread'] };

function lookOf(rules: readonly AnyRule[], config: AlertsConfig, at: Date, show: Show): Record<string, Seen> {
  return Object.fromEntries(
    rules.map((rule) => {
      const { input, unread } = show(rule.needs);
      const lost = unread.flatMap(({ item, reason }): Sighting[] =>
        item === undefined ? [] : [{ subject: item, state: 'unknown', message: reason }],
      );
      const blind = unread.find(({ item }) => item === undefined)?.reason;
      try {
        const sightings = rule.sightings(input, (subject) => ruleConfigOf(config, rule.name, subject), at);
        return [rule.name, { sightings: [...lost, ...sightings], blind }];
      } catch (error) {
        // A reading that no rule expected costs no other rule its mails.
        return [rule.name, { sightings: lost, blind: `${rule.name} could not judge it: ${reasonOf(error)}` }];
      }
    }),
  );
}

function ruleConfigOf({ alerts }: AlertsConfig, rule: string, subject: string): RuleConfig {
  const { for: exceptions, ...all } = alerts.rules[rule] ?? { for: {} };
  // A subject of `red` begins with its check, of all whose subjects something may be said.
  const [check = ''] = subject.split(':', 1);
  const own = [...Object.entries(exceptions[check] ?? {}), ...Object.entries(exceptions[subject] ?? {})];
  return { ...all, ...Object.fromEntries(own.filter(([, value]) => value !== undefined)) };
}

/** Who does not want to hear, and who knows already. */
export interface Quiet {
  readonly notes: readonly Note[];
  readonly at: Date;
  readonly firstSeenOf: (id: string) => string | undefined;
}

export function policyOf(config: AlertsConfig, rule: string, subject: string, quiet?: Quiet): Policy {
  const id = `${rule}:${subject}`;
  const own = ruleConfigOf(config, rule, subject);
  const { alerts } = config;
  const holdKey = ruleOf(rule)?.hold?.[0] ?? 'hold';
  return {
    hold: numberOr(own[holdKey], 0),
    clearHold: own['clear-hold'] ?? 0,
    repeat: own.repeat ?? alerts.repeat,
    to: own.to ?? alerts.to,
    escalate: alerts.escalate,
    silenced: quiet && silencedBy(quiet.notes, alerts.maintenance, id, quiet.at),
    acknowledged: quiet && acknowledgedBy(quiet.notes, id, quiet.firstSeenOf(id)),
  };
}

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const ruleOf = (rule: string): AnyRule | undefined => allRules.find(({ name }) => name === rule);

export const runbookOf = ({ rule, runbook }: { rule: string; runbook?: string }): string =>
  runbook ?? ruleOf(rule)?.runbook ?? 'ops/docs/alerts.md';
