// Compares a source's listing with its mirror's: missing, different and extra files, and the lag.
import { latestTime, secondsSince } from './age.ts';
import { percentOf } from './quantity.ts';

export interface Listed {
  /** Path below the root. */
  readonly path: string;
  readonly size_bytes: number;
  readonly modified: Date;
}

const mostNamed = 5;

/** Files younger than the window may still be in transit: they count for the lag, not for the coverage. */
export function compareListings(
  source: readonly Listed[],
  mirror: readonly Listed[],
  { at, window }: { readonly at: Date; readonly window: number },
) {
  const due = at.getTime() - window * 1000;
  const latest = latestTime(at).getTime();
  const there = new Map(mirror.map(({ path, size_bytes }) => [path, size_bytes]));
  const missing: Listed[] = [];
  const mismatched: Listed[] = [];
  let [expected, common, newestThere] = [0, 0, -Infinity];
  // One pass over each side: a cycle compares tens of thousands of files.
  for (const file of source) {
    const size = there.get(file.path);
    const modified = file.modified.getTime();
    if (size !== undefined) common += 1;
    // A copied file from the future would hide the lag of all files after it.
    if (size === file.size_bytes && modified <= latest) newestThere = Math.max(newestThere, modified);
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

/** How long the oldest source file newer than the mirror's newest has waited. Not the distance between the two newest
 * files: when a source resumes after a pause, that would be the whole pause at once. */
function lagOf(source: readonly Listed[], newestThere: number, at: Date): number {
  let oldest = Infinity;
  for (const { modified } of source)
    if (modified.getTime() > newestThere) oldest = Math.min(oldest, modified.getTime());
  return oldest === Infinity ? 0 : Math.max(0, Math.round(secondsSince(new Date(oldest), at)));
}
