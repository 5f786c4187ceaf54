// Tells Alertmanager which alerts there are. Alertmanager forgets what it is not told again, so everything active is posted once
// a minute, and what is over for five minutes; nothing needs to be kept for a server that is down.
import { judgeReply } from '../../core/reply.ts';
import { requestOverHttp } from '../../io/http.ts';
import type { OnProblem } from '../problem.ts';
import type { Alert } from './alert.ts';
import type { AlertHandler } from './handlers.ts';

export interface AlertmanagerOptions {
  /** Each replica of Alertmanager: `http://localhost:9093`. */
  readonly urls: readonly string[];
  /** Further labels of each alert: `{ cluster: 'valtronics-prod', service: 'devices' }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a proxy before Alertmanager that asks for `Authorization: Bearer`. */
  readonly token?: string;
  readonly secondsBetweenPosts?: number;
}

const defaultSeconds = 60;
/** An alert that is not posted for so many intervals ends in Alertmanager. */
const lastingIntervals = 4;
const resolvedMs = 300_000;
const answerSeconds = 5;

export function alertmanagerHandler(options: AlertmanagerOptions): AlertHandler {
  const { urls, secondsBetweenPosts: interval = defaultSeconds } = options;
  if (urls.length === 0) throw new TypeError('alertmanagerHandler: urls names no Alertmanager');
  const resolved = new Map<string, Alert>();
  const failing = new Set<string>();
  let active: () => readonly Alert[] = () => [];
  let tell: OnProblem = () => undefined;
  let timer: NodeJS.Timeout | undefined;

  const post = async (): Promise<void> => {
    clearTimeout(timer);
    const now = Date.now();
    for (const [key, { resolvedAt = '' }] of resolved)
      if (now - Date.parse(resolvedAt) > resolvedMs) resolved.delete(key);
    // The same alert may have begun again.
    const current = active();
    for (const { key } of current) resolved.delete(key);
    const alerts = [...current, ...resolved.values()];
    if (alerts.length === 0) return;
    const endsAt = new Date(now + lastingIntervals * interval * 1000).toISOString();
    const body = JSON.stringify(alerts.map((alert) => postedAlert(alert, endsAt, options.labels ?? {})));
    await Promise.all(urls.map((url) => postTo(url, body)));
    clearTimeout(timer);
    timer = setTimeout(() => void post(), interval * 1000).unref();
  };

  async function postTo(url: string, body: string): Promise<void> {
    const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const reply = await requestOverHttp({
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      headers: { 'content-type': 'application/json', ...authorization },
      body,
      seconds: answerSeconds,
      mostBodyBytes: 1000,
    });
    const { outcome, quote } = judgeReply(reply);
    // Said once, and not each minute.
    if (outcome === 'accepted') failing.delete(url);
    else if (!failing.has(url)) {
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
    handle: async ({ kind, alert }) => {
      if (kind === 'resolved') resolved.set(alert.key, alert);
      await post();
    },
    stop: async () => {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}

/** Labels identify the alert, so what may change while it is active is an annotation. */
const postedAlert = (alert: Alert, endsAt: string, labels: Readonly<Record<string, string>>) => ({
  labels: { ...labels, ...alert.labels, alertname: alert.name, severity: alert.severity },
  annotations: { summary: alert.message, ...alert.annotations },
  startsAt: alert.startedAt,
  endsAt: alert.resolvedAt ?? endsAt,
});
