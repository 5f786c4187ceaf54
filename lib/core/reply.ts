// What a server's answer means for what was sent to it, and how long the server wants to be left alone.
import { firstLine } from './text.ts';

interface Reply {
  readonly status?: number;
  /** Why there is no status. */
  readonly error?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface Verdict {
  /**
   * `refused`: this content is never taken, and other content may be. `misconfigured`: nothing is taken until a person mends
   * the address, the token, or something between. `later`: a later try may do.
   */
  readonly is: 'taken' | 'refused' | 'misconfigured' | 'later';
  /** `it answered 503`, or why there was no answer. */
  readonly says: string;
  /** The same with the beginning of what the server wrote. */
  readonly quotes: string;
}

export function judgeReply({ status, error = 'no answer', body = '' }: Reply): Verdict {
  if (status === undefined) return { is: 'later', says: error, quotes: error };
  const says = `it answered ${status}`;
  return { is: meaningOf(status), says, quotes: body === '' ? says : `${says}: ${firstLine(body, 120)}` };
}

function meaningOf(status: number): Verdict['is'] {
  if (status >= 200 && status <= 299) return 'taken';
  if (status >= 500 || [408, 425, 429].includes(status)) return 'later';
  return [400, 413, 422].includes(status) ? 'refused' : 'misconfigured';
}

/** Where a server that has had enough says nothing that can be understood. */
const unsaidSeconds = 60;
/** Nobody is left alone for longer, whatever the server says. */
export const longestQuietSeconds = 3600;

/** Seconds from `at` for which the server asks to be left alone; 0 where it does not. `category` is Sentry's kind of data. */
export function quietSeconds({ status, headers = {} }: Reply, at: Date, category: string): number {
  const limits = (headers['x-sentry-rate-limits'] ?? '').split(',').flatMap((limit) => {
    const [seconds = '', categories = ''] = limit.trim().split(':');
    const isMeant = categories === '' || categories.split(';').includes(category);
    return /^\d+$/.test(seconds) && isMeant ? [Number(seconds)] : [];
  });
  const hasEnough = status === 429;
  // Only 429 and 503 use the header for this; in other replies it means something else.
  const isAsking = hasEnough || status === 503;
  const said = [...limits, ...(isAsking ? secondsOf(headers['retry-after'] ?? '', at) : [])];
  if (said.length === 0 && !hasEnough) return 0;
  return Math.min(longestQuietSeconds, said.length > 0 ? Math.max(isAsking ? 1 : 0, ...said) : unsaidSeconds);
}

/** The header holds a number of seconds or an HTTP date. */
function secondsOf(text: string, at: Date): number[] {
  if (/^\s*\d+\s*$/.test(text)) return [Number(text)];
  // Date would parse `-5`, but an HTTP date contains letters.
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(until) ? [] : [Math.ceil((until - at.getTime()) / 1000)];
}
