// Fetches the page's files. An unchanged file answers 304 and costs nothing; the server's clock is taken from its answers.
import type { Fetched } from './verdict.ts';

export interface Source {
  fetched: Fetched;
  etag: string;
  /** Consecutive failures: of one, a page says nothing. */
  failures: number;
}

export const newSource = (): Source => ({ fetched: { state: 'waiting' }, etag: '', failures: 0 });

const deadlineMs = 15_000;
const callOutAfter = 2;

/** Returns the server's time where its answer has one. */
export async function refresh(source: Source, path: string): Promise<Date | undefined> {
  try {
    const response = await request(path, source.etag);
    const date = new Date(response.headers.get('date') ?? '');
    const time = Number.isNaN(date.getTime()) ? undefined : date;
    if (response.status === 304) {
      source.failures = 0;
      return time;
    }
    const text = await response.text();
    if (!response.ok) {
      source.etag = '';
      source.fetched = {
        state: response.status === 404 ? 'missing' : 'unreadable',
        reason: text.trim().slice(0, 300) || `the server answered ${response.status}`,
      };
      return time;
    }
    source.etag = response.headers.get('etag') ?? '';
    source.failures = 0;
    source.fetched = parsed(text);
    return time;
  } catch (error) {
    source.failures += 1;
    if (source.failures >= callOutAfter || source.fetched.state === 'waiting') {
      source.etag = '';
      source.fetched = { state: 'unreadable', reason: `it could not be fetched: ${String(error)}` };
    }
    return undefined;
  }
}

export async function fetchText(path: string): Promise<string> {
  const response = await request(path, '');
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
}

const request = (path: string, etag: string): Promise<Response> =>
  fetch(path, {
    cache: 'no-store',
    credentials: 'same-origin',
    signal: AbortSignal.timeout(deadlineMs),
    headers: etag === '' ? {} : { 'if-none-match': etag },
  });

function parsed(text: string): Fetched {
  try {
    return { state: 'read', content: JSON.parse(text) };
  } catch {
    return { state: 'unreadable', reason: `it is not JSON, or cut off (${text.length} characters)` };
  }
}
