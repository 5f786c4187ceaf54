// The levels of each group along time, as runs, from the variables `level_…` of the archive.
import { levelVariables } from '../contract/groups.ts';
import { type Level, levels } from '../core/level.ts';
import { identifierOf } from '../core/text.ts';
import { worstLevels } from '../draw/strip.ts';
import type { Run, Trends } from './files.ts';
import type { Series } from './series.ts';

interface LevelColumn {
  readonly id: string;
  readonly group: string;
  readonly values: ArrayLike<number>;
}

/** `known` are the ids of the latest assessment: a variable's name does not tell how the configuration writes the subject. */
export function levelColumns(
  series: Series,
  groups: ReadonlyMap<string, string>,
  known: readonly string[],
): LevelColumn[] {
  const ids = new Map(known.map((id) => [`level_${identifierOf(id)}`, id]));
  return levelVariables(series.names, groups.keys()).flatMap(({ variable, check, subject }) => {
    const [values, group] = [series.column(variable), groups.get(check)];
    return values && group ? [{ id: ids.get(variable) ?? `${check}:${subject}`, group, values }] : [];
  });
}

/** Names of observations kept for a run; a strip tells the rest as a number. */
const mostNamed = 4;

/** The groups are in the order of the checks. */
export function stripsOf(
  { times }: Series,
  columns: readonly LevelColumn[],
  groups: ReadonlyMap<string, string>,
  gapSeconds: number,
): Trends['groups'] {
  const strips = [...new Set(groups.values())].flatMap((title) => {
    const members = columns.filter(({ group }) => group === title);
    return members.length === 0 ? [] : [{ title, members, worst: worstOf(members, times.length) }];
  });
  const overall = {
    title: 'overall',
    members: columns,
    worst: worstLevels(
      strips.map(({ worst }) => worst),
      times.length,
    ),
  };
  return [overall, ...strips].map(({ title, members, worst }) => ({
    title,
    runs: runsOf(times, worst, members, gapSeconds),
  }));
}

const worstOf = (members: readonly LevelColumn[], length: number): Int8Array =>
  worstLevels(
    members.map(({ values }) => values),
    length,
  );

function runsOf(
  times: readonly number[],
  worst: Int8Array,
  members: readonly LevelColumn[],
  gapSeconds: number,
): Run[] {
  const runs: { first: number; last: number; level: Level; ids: Set<string> }[] = [];
  for (const [index, time] of times.entries()) {
    const level = levels[worst[index] ?? -1];
    if (level === undefined) continue;
    const before = runs.at(-1);
    const follows = before?.last === index - 1 && time - (times[index - 1] ?? 0) <= gapSeconds;
    const run =
      follows && before.level === level ? before : { first: index, last: index, level, ids: new Set<string>() };
    if (run !== before) runs.push(run);
    run.last = index;
    if (level === 'green') continue;
    for (const { id, values } of members) if (values[index] === worst[index]) run.ids.add(id);
  }
  return runs.map(({ ids, ...run }) => ({ ...run, ids: namedIds([...ids]) }));
}

const namedIds = (ids: readonly string[]): string[] =>
  ids.length <= mostNamed ? [...ids] : [...ids.slice(0, mostNamed), `and ${ids.length - mostNamed} more`];

/** Since when each observation has had the level that it has in the last sample. */
export function sinceOf({ times }: Series, columns: readonly LevelColumn[]): Trends['since'] {
  const last = times.length - 1;
  return Object.fromEntries(
    columns.flatMap(({ id, values }) => {
      const level = levels[values[last] ?? -1];
      if (level === undefined) return [];
      let first = last;
      while (first > 0 && values[first - 1] === values[last]) first -= 1;
      const at = new Date((times[first] ?? 0) * 1000).toISOString();
      return [[id, { level, at, ...(first === 0 ? { at_least: 'yes' as const } : {}) }]];
    }),
  );
}
