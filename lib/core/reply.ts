// Judges a server's reply: whether the message was accepted, whether to retry, and how long to wait (rate limits).
import { firstLine } from './text.ts';

interface Reply {
  readonly status?: number;
  readonly error?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** `summary`: `it answered 503`, or why there was no answer; `quote` adds the first line of the reply's body. */
export function judgeReply({ status, error = 'no answer', body = '' }: Reply) {
  if (status === undefined) return { outcome: 'later', summary: error, quote: error } as const;
  const summary = `it answered ${status}`;
  const quote = body === '' ? summary : `${summary}: ${firstLine(body, 120)}`;
  return { outcome: outcomeOf(status), summary, quote };
}

/** `refused`: the server never accepts this content, but may accept other content. `misconfigured`: it accepts nothing
 * until a person mends the address, the token or a proxy. `later`: a retry may succeed. */
function outcomeOf(status: number): 'accepted' | 'refused' | 'misconfigured' | 'later' {
  if (status >= 200 && status <= 299) return 'accepted';
  if (status >= 500 || [408, 425, 429].includes(status)) return 'later';
  return [400, 413, 422].includes(status) ? 'refused' : 'misconfigured';
}

/** The possible causes of a 404 to a Sentry check-in: servers like Sentry that have no cron monitors answer so, too. */
export const noCheckIns =
  'the key, the project or the name of the monitor is wrong, or the server has no check-ins (Bugsink, for example, has none)';

/** Wait after a 429 without a usable Retry-After. */
const defaultQuietSeconds = 60;
/** Longest wait, whatever the server asks for. */
export const longestRateLimitSeconds = 3600;

/** Seconds from `at` during which the server wants no request; 0 without a rate limit. `category` is Sentry's kind of data. */
export function rateLimitSeconds({ status, headers = {} }: Reply, at: Date, category: string): number {
  const limits = (headers['x-sentry-rate-limits'] ?? '').split(',').flatMap((limit) => {
    const [seconds = '', categories = ''] = limit.trim().split(':');
    const isMeant = categories === '' || categories.split(';').includes(category);
    return /^\d+$/.test(seconds) && isMeant ? [Number(seconds)] : [];
  });
  const isLimited = status === 429;
  // In replies other than 429 and 503, Retry-After means something else.
  const isAsking = isLimited || status === 503;
  const said = [...limits, ...(isAsking ? secondsOf(headers['retry-after'] ?? '', at) : [])];
  if (said.length === 0 && !isLimited) return 0;
  return Math.min(longestRateLimitSeconds, said.length > 0 ? Math.max(isAsking ? 1 : 0, ...said) : defaultQuietSeconds);
}

/** Retry-After holds a number of seconds or an HTTP date. */
function secondsOf(text: string, at: Date): number[] {
  if (/^\s*\d+\s*$/.test(text)) return [Number(text)];
  // Date would parse `-5`, but an HTTP date contains letters.
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(until) ? [] : [Math.ceil((until - at.getTime()) / 1000)];
}
