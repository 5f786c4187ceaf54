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
  const there = new Map(mirror.map(({ path, size_bytes }) => [path, size_bytes]));
  const missing: Listed[] = [];
  const mismatched: Listed[] = [];
  let [expected, common, newest, newestThere] = [0, 0, -Infinity, -Infinity];
  // Once over each side: a cycle compares tens of thousands of files.
  for (const file of source) {
    const size = there.get(file.path);
    const modified = file.modified.getTime();
    if (size !== undefined) common += 1;
    newest = Math.max(newest, modified);
    if (size === file.size_bytes) newestThere = Math.max(newestThere, modified);
    if (modified > due.getTime()) continue;
    expected += 1;
    if (size === undefined) missing.push(file);
    else if (size !== file.size_bytes) mismatched.push(file);
  }
  const good = expected - missing.length - mismatched.length;
  const newestFirst = [...missing, ...mismatched].sort((a, b) => b.modified.getTime() - a.modified.getTime());
  return {
    source_files: expected,
    missing_files: missing.length,
    mismatched_files: mismatched.length,
    extra_files: there.size - common,
    ...(expected === 0 ? {} : { coverage_percent: percentOf(good, expected) }),
    // From the newest file of the source back to the newest that the mirror has as well; where it has none, nobody knows.
    ...(newestThere === -Infinity ? {} : { lag_seconds: Math.round((newest - newestThere) / 1000) }),
    worst: newestFirst.slice(0, mostNamed).map(({ path }) => path),
  };
}
