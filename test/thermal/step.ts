import { judge, type Limits, step, type Tracks } from '../../lib/thermal/thresholds.ts';
import type { Reading } from '../../lib/thermal/reading.ts';

interface Beat {
  readonly readings: readonly Reading[];
  readonly limits: Limits;
  readonly failed?: readonly string[];
  readonly before: Tracks;
  readonly lastAt: Date | undefined;
  readonly at: Date;
}

/** One beat further, of readings that are judged by the same limits. */
export const judgeAndStep = (beat: Beat): Tracks =>
  step({ ...beat, failed: new Set(beat.failed), judged: judge(beat.readings, beat.limits) });
