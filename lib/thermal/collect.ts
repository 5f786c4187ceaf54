// Reads every source side by side. Whatever one does, the others have their readings.
import { Absent, TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { formatDuration } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { withDeadline } from '../run/deadline.ts';
import { impatient } from '../run/impatient.ts';
import type { Reading, SourceName } from './reading.ts';
import type { Collected, Source } from './source.ts';

export type Read = { readonly source: SourceName; readonly ms: number; readonly readings: readonly Reading[] } & (
  | ({ readonly status: 'ok' } & Omit<Collected, 'readings'>)
  | { readonly status: 'absent' | 'failed'; readonly reason: string }
);

/** For one source: what of it was read by then counts. The rest of the ten seconds is for telling. */
const sourceMs = 3000;
/** A source that heeds nothing is left behind. */
const graceMs = 250;

interface Clock {
  readonly now: () => Date;
  readonly monotonicMs: () => number;
}

export const collect = (
  sources: readonly Source[],
  openHost: (name: string, signal: AbortSignal) => Host,
  clock: Clock,
): Promise<Read[]> => Promise.all(sources.map((source) => readOne(source, openHost, clock)));

async function readOne(
  source: Source,
  openHost: (name: string, signal: AbortSignal) => Host,
  { now, monotonicMs }: Clock,
): Promise<Read> {
  const began = monotonicMs();
  const impatience = new AbortController();
  const timer = setTimeout(
    () => impatience.abort(new TimedOut(`no answer within ${formatDuration(sourceMs / 1000)}`)),
    sourceMs,
  );
  const done = () => ({ source: source.name, ms: Math.round((monotonicMs() - began) * 10) / 10 });
  try {
    const collected = await withDeadline(sourceMs + graceMs, source.name, () =>
      source.read(impatient(openHost('local', impatience.signal)), now()),
    );
    return { ...done(), status: 'ok', ...collected };
  } catch (error) {
    const status = error instanceof Absent ? 'absent' : 'failed';
    return { ...done(), status, reason: reasonOf(error), readings: [] };
  } finally {
    clearTimeout(timer);
  }
}
