// Reads every source side by side. Whatever one does, the others have their readings.
import { Absent, TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { reasonOf } from '../core/text.ts';
import { devicesOf } from './devices.ts';
import type { HungChips } from './hung.ts';
import type { Reading, SourceName } from './reading.ts';
import type { Collected, Source } from './source.ts';

export type Read = { readonly source: SourceName; readonly ms: number; readonly readings: readonly Reading[] } & (
  | ({ readonly status: 'ok' } & Omit<Collected, 'readings'>)
  | { readonly status: 'absent' | 'failed'; readonly reason: string }
);

/** What was read by then counts. The rest of the ten seconds is for telling. */
const sourceMs = 3000;
/** A source that heeds no signal is left behind. */
const graceMs = 250;

interface Clock {
  readonly now: () => Date;
  readonly monotonicMs: () => number;
}

export async function collect(
  sources: readonly Source[],
  openHost: (name: string, signal: AbortSignal) => Host,
  { now, monotonicMs }: Clock,
  hung: HungChips = {},
): Promise<{ reads: Read[]; hanging: string[] }> {
  const late = new TimedOut(`no answer within ${sourceMs / 1000} s`);
  const impatience = new AbortController();
  const soft = setTimeout(() => impatience.abort(late), sourceMs);
  let hard: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    hard = setTimeout(() => reject(late), sourceMs + graceMs);
  });
  const began = monotonicMs();
  const host = openHost('local', impatience.signal);
  const devices = devicesOf(host, hung);
  const readOne = async (source: Source): Promise<Read> => {
    const done = () => ({ source: source.name, ms: Math.round((monotonicMs() - began) * 10) / 10 });
    try {
      const collected = await Promise.race([source.read({ host, devices, at: now() }), over]);
      return { ...done(), status: 'ok', ...collected };
    } catch (error) {
      const status = error instanceof Absent ? 'absent' : 'failed';
      return { ...done(), status, reason: reasonOf(error), readings: [] };
    }
  };
  try {
    const reads = await Promise.all(sources.map(readOne));
    return { reads, hanging: [...devices.hanging] };
  } finally {
    clearTimeout(soft);
    clearTimeout(hard);
  }
}
