// The groups of levels that pictures and the page draw as strips: the group of each check, and the check of each variable
// `level_…` of the archive.
import { identifierOf } from '../core/text.ts';
import type { AnyCheck } from './check.ts';
import type { Sections } from './registry.ts';

export interface GroupSources {
  readonly sections: Sections;
  readonly checks: readonly AnyCheck[];
  /** Names of the checks that judge the monitor itself. */
  readonly monitorChecks: readonly string[];
}

const monitorGroup = 'the monitor';

/** Check → the group of the section that it judges, in the order of the sections. */
export function groupsOf({ sections, checks, monitorChecks }: GroupSources): Map<string, string> {
  const judging = Object.entries(sections).flatMap(([section, { group }]) =>
    checks.filter(({ needs }) => needs[0] === section).map(({ name }): [string, string] => [name, group]),
  );
  return new Map([...judging, ...monitorChecks.map((name): [string, string] => [name, monitorGroup])]);
}

export interface LevelVariable {
  readonly variable: string;
  readonly check: string;
  /** As in names of variables: `weather_gws`. */
  readonly subject: string;
}

/** The variables of levels among `names`. A variable's name does not tell where the check ends: where the name of one check
 * begins another one's, the longer name is meant. A check that this version does not have is left out. */
export function levelVariables(names: readonly string[], checks: Iterable<string>): LevelVariable[] {
  const prefixes = [...checks]
    .map((check) => ({ check, prefix: `level_${identifierOf(check)}_` }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return names.flatMap((variable) => {
    const found = prefixes.find(({ prefix }) => variable.startsWith(prefix));
    return found ? [{ variable, check: found.check, subject: variable.slice(found.prefix.length) }] : [];
  });
}
