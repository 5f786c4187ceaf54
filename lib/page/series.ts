// Columns along time, of the archive and of the raw lines that it does not have yet.

export interface Series {
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly names: readonly string[];
  /** The values of a variable; NaN, or -1 for a level, where it has none. */
  readonly column: (name: string) => ArrayLike<number> | undefined;
}

/** One sample of the raw lines. */
export interface Sample {
  readonly time: number;
  readonly values: ReadonlyMap<string, number>;
}

export function seriesOf(samples: readonly Sample[]): Series {
  return {
    times: samples.map(({ time }) => time),
    names: [...new Set(samples.flatMap(({ values }) => [...values.keys()]))],
    column: (name) => samples.map(({ values }) => values.get(name) ?? absent(name)),
  };
}

/** `later` begins after the end of `earlier`. */
export const joinSeries = (earlier: Series, later: Series): Series =>
  later.times.length === 0 ? earlier : joined(earlier, later);

const joined = (earlier: Series, later: Series): Series => ({
  times: [...earlier.times, ...later.times],
  names: [...new Set([...earlier.names, ...later.names])],
  column: (name) => {
    const [before, after] = [earlier.column(name), later.column(name)];
    if (!before && !after) return undefined;
    const part = (found: ArrayLike<number> | undefined, { times: { length } }: Series): number[] =>
      found ? Array.from(found) : Array.from({ length }, () => absent(name));
    return [...part(before, earlier), ...part(after, later)];
  },
});

/** The archive has levels as int8 with -1 where there is none. */
const absent = (name: string): number => (name.startsWith('level_') ? -1 : Number.NaN);
