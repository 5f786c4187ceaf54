// Two listings of what should be the same files: what is missing, what differs, what is extra, how far behind.
import { percentOf } from './quantity.ts';

export interface Listed {
  /** Below the root. */
  readonly path: string;
  readonly size_bytes: number;
  readonly modified: Date;
}

export interface Comparison {
  readonly source_files: number;
  readonly missing_files: number;
  readonly mismatched_files: number;
  readonly extra_files: number;
  readonly coverage_percent?: number;
  readonly lag_seconds?: number;
  readonly worst: string[];
}

const mostNamed = 5;

/** Files younger than `due` may still be on their way: they count for the lag, and not for the coverage. */
export function compareListings(source: readonly Listed[], mirror: readonly Listed[], due: Date): Comparison {
  const there = new Map(mirror.map((file) => [file.path, file.size_bytes]));
  const known = new Set(source.map(({ path }) => path));
  const expected = source.filter(({ modified }) => modified <= due);
  const missing = expected.filter(({ path }) => !there.has(path));
  const mismatched = expected.filter(({ path, size_bytes }) => there.has(path) && there.get(path) !== size_bytes);
  const good = expected.length - missing.length - mismatched.length;
  const newestFirst = [...missing, ...mismatched].sort((a, b) => b.modified.getTime() - a.modified.getTime());
  const lag = lagOf(source, there);
  return {
    source_files: expected.length,
    missing_files: missing.length,
    mismatched_files: mismatched.length,
    extra_files: mirror.filter(({ path }) => !known.has(path)).length,
    ...(expected.length === 0 ? {} : { coverage_percent: percentOf(good, expected.length) }),
    ...(lag === undefined ? {} : { lag_seconds: lag }),
    worst: newestFirst.slice(0, mostNamed).map(({ path }) => path),
  };
}

/** From the newest file of the source back to the newest that the mirror has as well; undefined where it has none. */
function lagOf(source: readonly Listed[], there: ReadonlyMap<string, number>): number | undefined {
  let newest = -Infinity;
  let newestThere = -Infinity;
  for (const { path, size_bytes, modified } of source) {
    newest = Math.max(newest, modified.getTime());
    if (there.get(path) === size_bytes) newestThere = Math.max(newestThere, modified.getTime());
  }
  return newestThere === -Infinity ? undefined : Math.round((newest - newestThere) / 1000);
}
