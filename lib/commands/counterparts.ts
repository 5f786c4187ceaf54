// Maps alerts to observations and back: alerts are named by rule (`storage:data`, in mails and silences), observations by
// check (`filesystem-usage:data`, in the report and for explain).
import { monitorPolicies, red, snapshotPolicies } from '../alerts/policies.ts';
import { checkNames } from '../config/check-names.ts';
import type { Configuration } from '../config/schema.ts';

/** The first policy that covers a check is its rule; `red` covers every other check. */
const covering = [...snapshotPolicies, ...monitorPolicies];

/** Possible observations of an alert; empty for a failed reading, which affects several. For a rule without a subject: its checks. */
export function observationsBehind(alert: string): string[] {
  const { head, subject } = partsOf(alert);
  if (head === red.name) return subject === undefined ? [...checkNames] : [subject];
  const { of = {} } = covering.find(({ name }) => name === head) ?? {};
  return Object.entries(of).flatMap(([check, before]) => {
    if (subject === undefined) return [check];
    return subject.startsWith(before) ? [`${check}:${subject.slice(before.length)}`] : [];
  });
}

/** The alert of an observation, or the rule of a check; undefined for an unknown check. A unit on which no stream depends belongs
 * to the rule `red`. */
export function alertOfObservation(
  observation: string,
  { streams }: Pick<Configuration, 'streams'>,
): string | undefined {
  const { head, subject } = partsOf(observation);
  if (!checkNames.includes(head)) return undefined;
  const serves = (unit: string): boolean =>
    Object.values(streams).some(({ units }) => Object.values(units).includes(unit));
  for (const { name, of = {}, except = [], onlyServing } of covering)
    if (
      Object.hasOwn(of, head) &&
      !except.includes(subject ?? '') &&
      !(onlyServing && subject !== undefined && !serves(subject))
    )
      return subject === undefined ? name : `${name}:${of[head]}${subject}`;
  return `${red.name}:${observation}`;
}

function partsOf(name: string): { head: string; subject: string | undefined } {
  const at = name.indexOf(':');
  return at < 0 ? { head: name, subject: undefined } : { head: name.slice(0, at), subject: name.slice(at + 1) };
}
