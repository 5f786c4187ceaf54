// How long a server that has had enough wants to be left alone.

/** Where it says nothing that can be understood. */
const unsaidSeconds = 60;
const longestSeconds = 3600;

/** Of an answer: seconds from `at`, at most an hour; none where the server did not ask for it. */
export function retrySeconds(
  reply: { readonly status?: number; readonly headers: Readonly<Record<string, string | undefined>> },
  at: Date,
  category: string,
): number {
  const limits = (reply.headers['x-sentry-rate-limits'] ?? '').split(',').flatMap((limit) => {
    const [seconds = '', categories = ''] = limit.trim().split(':');
    const isMeant = categories === '' || categories.split(';').includes(category);
    return /^\d+$/.test(seconds) && isMeant ? [Number(seconds)] : [];
  });
  const hasEnough = reply.status === 429;
  // What is down for a while may say for how long; of any other answer the header means something else.
  const isAsking = hasEnough || reply.status === 503;
  const said = [...limits, ...(isAsking ? secondsOf(reply.headers['retry-after'] ?? '', at) : [])];
  if (said.length === 0 && !hasEnough) return 0;
  return Math.min(longestSeconds, said.length > 0 ? Math.max(isAsking ? 1 : 0, ...said) : unsaidSeconds);
}

/** A number of seconds, or a date. */
function secondsOf(text: string, at: Date): number[] {
  if (/^\s*\d+\s*$/.test(text)) return [Number(text)];
  // Without a word in it, it is no date, whatever Date makes of a `-5`.
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(until) ? [] : [Math.ceil((until - at.getTime()) / 1000)];
}
