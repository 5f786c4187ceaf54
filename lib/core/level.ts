// The four levels of health, their order and their numbers. Unknown is a level of its own: it is never green.

export const levels = ['green', 'amber', 'red', 'unknown'] as const;
export type Level = (typeof levels)[number];

/** Worst first. Unknown stands above amber: what cannot be seen may be worse than what is merely close to a limit. */
export const worstFirst: readonly Level[] = ['red', 'unknown', 'amber', 'green'];

/** The worst of many; of none it is unknown, because nothing looked at is not a sign of health. */
export function worst(all: readonly Level[]): Level {
  return worstFirst.find((level) => all.includes(level)) ?? 'unknown';
}

/** As metrics and the archive number them. */
export function levelNumber(level: Level): number {
  return levels.indexOf(level);
}

/** `1 red, 0 unknown, 2 amber, 40 green`: for people. */
export const tallyOf = (counts: Readonly<Partial<Record<string, number>>>): string =>
  worstFirst.map((level) => `${counts[level] ?? 0} ${level}`).join(', ');

export function countLevels(all: readonly Level[]): Record<Level, number> {
  const counts = { green: 0, amber: 0, red: 0, unknown: 0 };
  for (const level of all) counts[level] += 1;
  return counts;
}
