// Reads every source side by side. Whatever one does, the others have their readings.
import { Absent, TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { counted, reasonOf } from '../core/text.ts';
import { devicesOf } from './devices.ts';
import type { HungChips } from './hung.ts';
import { isGood, type SourceName } from './reading.ts';
import type { Collected, Source } from './source.ts';

export type Read = { readonly source: SourceName; readonly ms: number } & Collected &
  ({ readonly status: 'ok' } | { readonly status: 'absent' | 'failed'; readonly reason: string });

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
      const reason = whyWorthNothing(collected);
      return { ...done(), ...collected, ...(reason === undefined ? { status: 'ok' } : { status: 'failed', reason }) };
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

/** A timer that does not run, a program that is missing, rights that were taken: the source is there and tells nothing. */
function whyWorthNothing({ readings }: Collected): string | undefined {
  const there = readings.filter((one) => isGood(one) || one.problem !== 'absent');
  const unread = there.filter((one) => !isGood(one) && (one.problem === 'stale' || one.problem === 'unreadable'));
  const [first] = unread;
  if (!first || isGood(first) || unread.length < there.length) return undefined;
  return `nothing of ${counted(there.length, 'sensor')}: ${first.chip} ${first.sensor}: ${first.why}`;
}
