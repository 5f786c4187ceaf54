// The four levels of health, their order and their numbers.

export const levels = ['green', 'amber', 'red', 'unknown'] as const;
export type Level = (typeof levels)[number];

/** Worst first. Unknown is worse than amber: a value that cannot be read may be far beyond its limit. */
export const worstFirst: readonly Level[] = ['red', 'unknown', 'amber', 'green'];

/** The worst level; `unknown` for an empty list, because no observation is no sign of health. */
export function worst(all: readonly Level[]): Level {
  return worstFirst.find((level) => all.includes(level)) ?? 'unknown';
}

/** The number of a level in metrics and in the archive; for an order of badness see `worstFirst`. */
export function levelNumber(level: Level): number {
  return levels.indexOf(level);
}

/** For people: `1 red, 0 unknown, 2 amber, 40 green`. */
export const tallyOf = (counts: Readonly<Partial<Record<string, number>>>): string =>
  worstFirst.map((level) => `${counts[level] ?? 0} ${level}`).join(', ');

export function countLevels(all: readonly Level[]): Record<Level, number> {
  const counts = { green: 0, amber: 0, red: 0, unknown: 0 };
  for (const level of all) counts[level] += 1;
  return counts;
}
