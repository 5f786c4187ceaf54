// Compares a source's files with its mirror's: missing, different and extra files, and the lag.
import { latestTime, secondsSince } from './age.ts';
import type { FileTable } from './filetable.ts';
import { percentOf } from './quantity.ts';

const mostNamed = 5;

/** Files younger than the window may still be in transit: they count for the lag, not for the coverage. The source's table
 * has paths. */
export function compareListings(
  source: FileTable,
  mirror: FileTable,
  { at, window }: { readonly at: Date; readonly window: number },
) {
  const due = at.getTime() - window * 1000;
  const latest = latestTime(at).getTime();
  let [expected, missing, mismatched, common, newestThere] = [0, 0, 0, 0, -Infinity];
  const worstMissing = newestRows(source);
  const worstMismatched = newestRows(source);
  for (let row = 0; row < source.count(); row++) {
    const found = mirror.rowOf(source.keyAt(row));
    const isSame = found >= 0 && mirror.bytesAt(found) === source.bytesAt(row);
    const modified = source.modifiedMsAt(row);
    if (found >= 0) common += 1;
    // A copied file from the future would hide the lag of all files after it.
    if (isSame && modified <= latest) newestThere = Math.max(newestThere, modified);
    if (modified > due) continue;
    expected += 1;
    if (isSame) continue;
    if (found < 0) {
      missing += 1;
      worstMissing.add(row);
    } else {
      mismatched += 1;
      worstMismatched.add(row);
    }
  }
  return {
    source_files: expected,
    missing_files: missing,
    mismatched_files: mismatched,
    extra_files: mirror.count() - common,
    ...(expected === 0 ? {} : { coverage_percent: percentOf(expected - missing - mismatched, expected) }),
    ...(newestThere === -Infinity ? {} : { lag_seconds: lagOf(source, newestThere, at) }),
    worst: newestOf(source, [...worstMissing.rows(), ...worstMismatched.rows()]).map(source.pathAt),
    ...(missing === 0 ? {} : { missing_names: worstMissing.rows().map(source.pathAt) }),
    ...(mismatched === 0 ? {} : { mismatched_names: worstMismatched.rows().map(source.pathAt) }),
  };
}

const newestOf = (table: FileTable, rows: readonly number[]): number[] =>
  rows.toSorted((a, b) => table.modifiedMsAt(b) - table.modifiedMsAt(a)).slice(0, mostNamed);

/** Keeps the newest few of the rows that are added. */
function newestRows(table: FileTable) {
  let kept: number[] = [];
  return {
    add: (row: number): void => {
      const last = kept[mostNamed - 1];
      if (last === undefined || table.modifiedMsAt(row) > table.modifiedMsAt(last))
        kept = newestOf(table, [...kept, row]);
    },
    rows: (): readonly number[] => kept,
  };
}

/** How long the oldest source file newer than the mirror's newest has waited. Not the distance between the two newest
 * files: when a source resumes after a pause, that would be the whole pause at once. */
function lagOf(source: FileTable, newestThere: number, at: Date): number {
  let oldest = Infinity;
  for (let row = 0; row < source.count(); row++) {
    const modified = source.modifiedMsAt(row);
    if (modified > newestThere) oldest = Math.min(oldest, modified);
  }
  return oldest === Infinity ? 0 : Math.max(0, Math.round(secondsSince(new Date(oldest), at)));
}
