import type { Tracks } from '../../lib/thermal/episode.ts';
import { judge, type Limits } from '../../lib/thermal/judge.ts';
import { step } from '../../lib/thermal/thresholds.ts';

type Beat = Omit<Parameters<typeof step>[0], 'limits' | 'judged' | 'failed'> & {
  readonly limits: Limits;
  readonly failed?: readonly string[];
};

/** One beat further, of readings that are judged by the same limits. */
export const judgeAndStep = (beat: Beat): Tracks =>
  step({ ...beat, failed: new Set(beat.failed), judged: judge(beat.readings, beat.limits) });

const firstBeat = Date.parse('2026-11-20T06:00:00Z');

/** The tracks after each of these beats. */
export function tracksAfter(
  beats: readonly Pick<Beat, 'readings' | 'failed'>[],
  limits: Limits,
  seconds = 30,
): Tracks[] {
  const timeOf = (index: number): Date => new Date(firstBeat + index * seconds * 1000);
  let before: Tracks = {};
  return beats.map((beat, index) => {
    const lastAt = index === 0 ? undefined : timeOf(index - 1);
    return (before = judgeAndStep({ ...beat, limits, before, lastAt, at: timeOf(index) }));
  });
}
