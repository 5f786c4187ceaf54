// Two listings of what should be the same files: what is missing, what differs, what is extra, how far behind.
import { secondsSince } from './age.ts';
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

/** Files younger than the window may still be on their way: they count for the lag, and not for the coverage. */
export function compareListings(
  source: readonly Listed[],
  mirror: readonly Listed[],
  { at, window }: { readonly at: Date; readonly window: number },
): Comparison {
  const due = at.getTime() - window * 1000;
  const there = new Map(mirror.map(({ path, size_bytes }) => [path, size_bytes]));
  const missing: Listed[] = [];
  const mismatched: Listed[] = [];
  let [expected, common, newestThere] = [0, 0, -Infinity];
  // Once over each side: a cycle compares tens of thousands of files.
  for (const file of source) {
    const size = there.get(file.path);
    const modified = file.modified.getTime();
    if (size !== undefined) common += 1;
    if (size === file.size_bytes) newestThere = Math.max(newestThere, modified);
    if (modified > due) continue;
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
    ...(newestThere === -Infinity ? {} : { lag_seconds: lagOf(source, newestThere, at) }),
    worst: newestFirst.slice(0, mostNamed).map(({ path }) => path),
  };
}

/** How long the oldest of the files has waited that came after the newest which the mirror has. Not how far the newest
 * two are apart: after a pause of the source that is the length of the pause, the moment it goes on. */
function lagOf(source: readonly Listed[], newestThere: number, at: Date): number {
  let oldest = Infinity;
  for (const { modified } of source)
    if (modified.getTime() > newestThere) oldest = Math.min(oldest, modified.getTime());
  return oldest === Infinity ? 0 : Math.max(0, Math.round(secondsSince(new Date(oldest), at)));
}
