// Tells Alertmanager which alerts there are. Alertmanager forgets what it is not told again, so everything active is posted once
// a minute, and what is over for five minutes; nothing needs to be kept for a server that is down.
import { judgeReply } from '../../core/reply.ts';
import { requestOverHttp } from '../../io/http.ts';
import type { OnProblem } from '../problem.ts';
import type { Alert } from './alert.ts';
import type { NamedAlertHandler } from './handlers.ts';

export interface AlertmanagerOptions {
  /** Each replica of Alertmanager: `http://localhost:9093`. */
  readonly urls: readonly string[];
  /** Further labels of each alert: `{ cluster: 'valtronics-prod', service: 'devices' }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The token for a proxy before Alertmanager that asks for `Authorization: Bearer`. */
  readonly token?: string;
  /** Default: 60. */
  readonly secondsBetweenPosts?: number;
}

const defaultSeconds = 60;
/** An alert that is not posted for so many intervals ends in Alertmanager. */
const lastingIntervals = 4;
const toldOverMs = 300_000;
const answerSeconds = 5;

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

export function alertmanagerHandler(options: AlertmanagerOptions): NamedAlertHandler {
  const { urls, labels = {}, secondsBetweenPosts: interval = defaultSeconds } = options;
  if (urls.length === 0) throw new TypeError('alertmanagerHandler: urls names no Alertmanager');
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const stopped = new AbortController();
  const failing = new Set<string>();
  /** The alerts that were posted last, by their labels. Alertmanager takes an alert with another severity for another alert, so the first one is over. */
  let known = new Map<string, Posted>();
  let active: () => readonly Alert[] = () => [];
  let tell: OnProblem = () => undefined;
  let timer: NodeJS.Timeout | undefined;

  const post = async (): Promise<void> => {
    clearTimeout(timer);
    known = alertsToPost(known, active(), { labels, now: new Date(), lastsMs: lastingIntervals * interval * 1000 });
    if (known.size === 0) return;
    const body = JSON.stringify([...known.values()]);
    await Promise.all(urls.map((url) => postTo(url, body)));
    clearTimeout(timer);
    if (!stopped.signal.aborted) timer = setTimeout(() => void post(), interval * 1000).unref();
  };

  async function postTo(url: string, body: string): Promise<void> {
    const reply = await requestOverHttp({
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      headers: { 'content-type': 'application/json', ...authorization },
      body,
      seconds: answerSeconds,
      mostBodyBytes: 1000,
      signal: stopped.signal,
    });
    const { outcome, quote } = judgeReply(reply);
    // Said once, and not each minute.
    if (outcome === 'accepted') failing.delete(url);
    else if (!failing.has(url) && !stopped.signal.aborted) {
      failing.add(url);
      tell(`${URL.parse(url)?.host ?? 'an address that is no URL'} did not take the alerts: ${quote}`);
    }
  }

  return {
    name: 'Alertmanager',
    start: (given, onProblem) => {
      active = given;
      tell = onProblem;
      void post();
    },
    handle: post,
    stop: async () => {
      clearTimeout(timer);
      stopped.abort();
      return Promise.resolve();
    },
  };
}

/** What is active now, and what was posted before and is over, for five minutes from its end. By labels. */
export function alertsToPost(
  before: ReadonlyMap<string, Posted>,
  active: readonly Alert[],
  { labels, now, lastsMs }: { labels: Readonly<Record<string, string>>; now: Date; lastsMs: number },
): Map<string, Posted> {
  const endsAt = new Date(now.getTime() + lastsMs).toISOString();
  const current = active.map((alert): Posted => ({
    labels: { ...labels, ...alert.labels, alertname: alert.name, severity: alert.severity },
    annotations: { summary: alert.message, ...alert.annotations },
    startsAt: alert.startedAt,
    endsAt,
  }));
  const posted = new Map(current.map((one) => [JSON.stringify(one.labels), one]));
  for (const [key, one] of before) {
    const end = one.endsAt < now.toISOString() ? one.endsAt : now.toISOString();
    if (!posted.has(key) && now.getTime() - Date.parse(end) <= toldOverMs) posted.set(key, { ...one, endsAt: end });
  }
  return posted;
}
