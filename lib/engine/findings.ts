// Folds what is not green by its cause, for every place that lists it: report, summary, Nagios, explain.
import type { Observation } from '../contract/observation.ts';
import { worstFirst } from '../core/level.ts';
import { counted } from '../core/text.ts';

export interface Folded<One extends Observation> {
  readonly observation: One;
  /** Observations that say the same, such as those of several checks on one failed reading. */
  readonly same: readonly One[];
  /** Observations that are unknown because of this one. */
  readonly dependents: readonly One[];
}

/** Section of a reading that other readings depend on → check that judges it. */
const reachChecks: Readonly<Record<string, string>> = { hosts: 'host-reachable', workspace: 'workspace-reachable' };

/** The observation of the unreachable machine, workspace or node that makes this one unknown, if it is another and not green. */
export function causeOf<One extends Observation>(
  { id, level, because = '', part_of }: Observation,
  observations: readonly One[],
): One | undefined {
  const [section = '', ...item] = because.split('.');
  const check = Object.hasOwn(reachChecks, section) ? reachChecks[section] : undefined;
  const cause = check === undefined ? part_of : `${check}:${item.join('.') || section}`;
  if (level !== 'unknown' || cause === undefined || cause === id) return undefined;
  return observations.find((one) => one.id === cause && one.level !== 'green');
}

/** Worst first. An observation that is unknown because of another stands with that one. */
export function foldFindings<One extends Observation>(observations: readonly One[]): Folded<One>[] {
  const bad = observations.filter(({ level }) => level !== 'green');
  const causes = new Map(bad.map((one) => [one.id, causeOf(one, bad)?.id]));
  const dependents = Map.groupBy(bad, ({ id }) => causes.get(id));
  const shown = worstFirst.flatMap((level) => bad.filter((one) => one.level === level && !causes.get(one.id)));
  return [...Map.groupBy(shown, ({ level, message }) => `${level} ${message}`).values()].map(([first, ...same]) => ({
    observation: first as One,
    same,
    dependents: dependents.get((first as One).id) ?? [],
  }));
}

/** `because of it 7 more observations are unknown`; empty where there are none. */
export const dependentsInWords = ({ dependents }: Pick<Folded<Observation>, 'dependents'>): string =>
  dependents.length === 0
    ? ''
    : `because of it ${counted(dependents.length, 'more observation')} ${dependents.length === 1 ? 'is' : 'are'} unknown`;
