// Joins the cached trends with those of the samples since then. Pure.
import type { Live } from '../live.ts';
import type { Run, Trends } from '../files.ts';

export function joinTrends(cached: Trends, recent: Live['recent']): Trends {
  const last = cached.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  // The cache may have been renewed since the samples were read.
  const skip = recent.times.findIndex((time) => time > last);
  if (skip < 0) return cached;
  const offset = cached.times.length - skip;
  const count = recent.times.length - skip;
  const shifted = ({ first, ...run }: Run): Run => ({
    ...run,
    first: Math.max(first, skip) + offset,
    last: run.last + offset,
  });
  const later = new Map(recent.cards.map((card) => [card.key, card.values.slice(skip)]));
  const nothing = Array.from({ length: count }, () => null);
  return {
    ...cached,
    times: [...cached.times, ...recent.times.slice(skip)],
    cards: cached.cards.map((card) => ({ ...card, values: [...card.values, ...(later.get(card.key) ?? nothing)] })),
    groups: cached.groups.map(({ title, runs }) => {
      const found = recent.groups.find((group) => group.title === title)?.runs ?? [];
      const gap = (recent.times[skip] ?? 0) - last > 1.5 * cached.interval_seconds;
      return { title, runs: joinRuns(runs, found.filter((run) => run.last >= skip).map(shifted), gap) };
    }),
  };
}

function joinRuns(before: readonly Run[], after: readonly Run[], isGap: boolean): Run[] {
  const [end, next] = [before.at(-1), after[0]];
  if (isGap || !end || !next || end.level !== next.level || end.last + 1 !== next.first) return [...before, ...after];
  const ids = [...new Set([...end.ids, ...next.ids])];
  return [...before.slice(0, -1), { ...end, last: next.last, ids }, ...after.slice(1)];
}
