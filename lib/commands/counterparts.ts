// What is told has a name by rule (`storage:data`), what was judged one by check (`filesystem-usage:data`): which alert has
// which observation behind it. The one is in the mails and in silences, the other in the report and for explain.
import { monitorPolicies, red, snapshotPolicies } from '../alerts/policies.ts';
import { checkNames } from '../config/check-names.ts';

/** The first that covers a check is its rule; `red` tells of what no other does. */
const covering = [...snapshotPolicies, ...monitorPolicies];

/** Those that there may be; none where a reading that fails takes several with it. Of a rule, its checks. */
export function observationsBehind(alert: string): string[] {
  const { head, subject } = partsOf(alert);
  if (head === red.name) return subject === undefined ? [...checkNames] : [subject];
  const { of = {} } = covering.find(({ name }) => name === head) ?? {};
  return Object.entries(of).flatMap(([check, before]) => {
    if (subject === undefined) return [check];
    return subject.startsWith(before) ? [`${check}:${subject.slice(before.length)}`] : [];
  });
}

/** Undefined where nobody is told of it. Of a check, its rule. */
export function alertOf(observation: string): string | undefined {
  const { head, subject } = partsOf(observation);
  if (!checkNames.includes(head)) return undefined;
  for (const { name, of = {}, except = [] } of covering)
    if (Object.hasOwn(of, head) && !except.includes(subject ?? ''))
      return subject === undefined ? name : `${name}:${of[head]}${subject}`;
  return `${red.name}:${observation}`;
}

function partsOf(name: string): { head: string; subject: string | undefined } {
  const at = name.indexOf(':');
  return at < 0 ? { head: name, subject: undefined } : { head: name.slice(0, at), subject: name.slice(at + 1) };
}
