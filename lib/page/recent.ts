// The samples of the raw lines that came after the end of the archive, or of the cached trends.
import type { Sections } from '../contract/registry.ts';
import { parsedOrUndefined, type World } from '../contract/stage.ts';
import { latestTime } from '../core/age.ts';
import { daysBefore } from '../core/time.ts';
import { history, parseHistoryLine, type HistoryLine } from '../health/files.ts';
import { type Snapshot, snapshots } from '../snapshot/files.ts';
import type { Sample } from './series.ts';

/** lib/archive/flatten.ts: the names and numbers are those of the archive. */
export type Flatten = (
  sections: Sections,
  snapshot: Snapshot,
  judged?: Pick<HistoryLine, 'overall_level' | 'levels'>,
) => { readonly values: ReadonlyMap<string, number> };

/** A day of five-minute snapshots: more belongs into the archive first. */
const mostSamples = 288;

/** Samples after `since` (Unix seconds), oldest first. Lines that cannot be read are left out. */
export function recentSamples(
  world: Pick<World<never>, 'now' | 'scan'>,
  since: number,
  sections: Sections,
  flatten: Flatten,
): Sample[] {
  const now = world.now();
  const days = [now, daysBefore(now, 1)];
  const verdicts = new Map<string, HistoryLine>();
  for (const day of days)
    for (const line of world.scan(history, 'end', day)) {
      const verdict = parseHistoryLine(line);
      if (!verdict) continue;
      if (Date.parse(verdict.time) / 1000 <= since || verdicts.size >= mostSamples) break;
      // The last line of a run id counts, which is the first one when reading backwards.
      if (!verdicts.has(verdict.run_id)) verdicts.set(verdict.run_id, verdict);
    }
  const samples = new Map<string, Sample>();
  for (const day of days)
    for (const line of world.scan(snapshots, 'end', day)) {
      const snapshot = parsedOrUndefined(line);
      if (!snapshot) continue;
      const time = Date.parse(snapshot.time_utc) / 1000;
      if (time <= since || samples.size >= mostSamples) break;
      if (time * 1000 > latestTime(now).getTime() || samples.has(snapshot.run_id)) continue;
      samples.set(snapshot.run_id, { time, values: flatten(sections, snapshot, verdicts.get(snapshot.run_id)).values });
    }
  return [...samples.values()].sort((a, b) => a.time - b.time);
}
