// What is told has a name by rule (`storage:data`), what was judged one by check (`filesystem-usage:data`): which alert has
// which observation behind it. The one is in the mails and in silences, the other in the report and for explain.
import { ownRules, red, snapshotRules } from '../alerts/rules/index.ts';
import type { AnyRule } from '../contract/rule.ts';

/** The first that tells of a check is its rule; `red` tells of what no other does. */
const rules: readonly AnyRule[] = [...snapshotRules, ...ownRules, red];

/** Those that there may be; none where a reading that fails takes several with it. Of a rule, its checks. */
export function observationsBehind(alert: string): string[] {
  const { head, subject } = partsOf(alert);
  const tells = rules.find(({ name }) => name === head)?.tells ?? {};
  return Object.entries(tells).flatMap(([check, before]) => {
    if (subject === undefined) return [check];
    return subject.startsWith(before) ? [`${check}:${subject.slice(before.length)}`] : [];
  });
}

/** Undefined where nobody is told of it. Of a check, its rule. */
export function alertOf(observation: string): string | undefined {
  const { head, subject } = partsOf(observation);
  const rule = rules.find(({ tells }) => Object.hasOwn(tells, head));
  if (!rule) return undefined;
  // Of all that `red` tells, a whole check has a name of its own.
  if (subject === undefined) return rule === red ? `red:${head}` : rule.name;
  return `${rule.name}:${rule.tells[head]}${subject}`;
}

function partsOf(name: string): { head: string; subject: string | undefined } {
  const at = name.indexOf(':');
  return at < 0 ? { head: name, subject: undefined } : { head: name.slice(0, at), subject: name.slice(at + 1) };
}
