// Posts every active alert to Alertmanager with each run. An alert that is no longer posted expires there by itself, so
// nothing waits in the outbox for Alertmanager.
import type { Net } from '../contract/net.ts';
import type { World } from '../contract/stage.ts';
import { secondsSince } from '../core/age.ts';
import { shellWord } from '../core/harmless.ts';
import { judgeReply } from '../core/reply.ts';
import { counted } from '../core/text.ts';
import { bearer } from './bearer.ts';
import type { AlertmanagerConfig, AlertsConfig } from './config.ts';
import { type Alert, alertsIn, type State, type PostedAlerts, postedAlerts } from './files.ts';
import { runbookOf } from './sightings.ts';

const answerSeconds = 5;
/** Without `endsAt` Alertmanager assumes five minutes, which is exactly the interval of a cycle. */
const lastingIntervals = 3;
/** An end is posted repeatedly for this long, because an Alertmanager that restarts has forgotten it. */
const repeatedEndSeconds = 900;

interface About {
  readonly site: string;
  readonly hostname: string;
  readonly interval: number;
  readonly now: Date;
  readonly labels: AlertmanagerConfig['labels'];
  /** The folder in which the paths of runbooks begin. */
  readonly product: { readonly folder: string };
}

/** Alert id → what to post now, given what was posted last. An alert that is silenced here is ended there. */
export function alertsToPost(
  state: State,
  last: PostedAlerts['alerts'],
  about: About,
  ended: Readonly<Record<string, Alert>> = {},
): PostedAlerts['alerts'] {
  const now = about.now.toISOString();
  const endsAt = new Date(about.now.getTime() + lastingIntervals * about.interval * 1000).toISOString();
  const active = Object.entries(alertsIn(state))
    .filter(([, { phase, silenced_since }]) => phase === 'firing' && silenced_since === undefined)
    .map(([id, alert]) => {
      const { rule, subject, since } = alert;
      // Labels identify the alert, so they hold nothing that changes while it is active.
      const own = { alertname: rule, subject, site: about.site, instance: about.hostname };
      const labels = { service: 'ops-monitor', ...about.labels, ...own };
      return [id, { labels, annotations: annotationsOf(alert, about), startsAt: earlier(since, now), endsAt }] as const;
    });
  const names = new Set(active.map(([id]) => id));
  const over = Object.entries(last)
    .filter(([id]) => !names.has(id))
    .map(([id, one]) => {
      const end = earlier(one.endsAt, now);
      const closed = ended[id];
      const annotations = closed ? annotationsOf(closed, about) : one.annotations;
      return [id, { ...one, annotations, startsAt: earlier(one.startsAt, end), endsAt: end }] as const;
    })
    .filter(([, one]) => secondsSince(one.endsAt, about.now) < repeatedEndSeconds);
  return Object.fromEntries([...active, ...over]);
}

const annotationsOf = (alert: Alert, { hostname, product }: About): Record<string, string> => ({
  summary: alert.message,
  description: `ops-monitor explain ${shellWord(`${alert.rule}:${alert.subject}`)} on ${hostname} says why, and what would clear it.`,
  value: `${String(alert.value)}${alert.unit === '' || alert.value === null ? '' : ` ${alert.unit}`}`,
  limit: String(alert.limit.value),
  runbook: runbookOf(alert, product),
});

/** For a clock that was set back: an alert that ends before it starts makes Alertmanager refuse the whole request. */
const earlier = (one: string, other: string): string => (one < other ? one : other);

interface Replica {
  /** Its address without the parts that may be secret. */
  readonly shown: string;
  readonly problem: string | undefined;
}

/** Posts the alerts to all replicas: replicas share which notifications they sent, but not the alerts they received.
 * Without alerts, asks each replica for its status. */
export function askReplicas(
  net: Net,
  { urls, token }: AlertmanagerConfig,
  alerts?: PostedAlerts['alerts'],
): Promise<Replica[]> {
  const json = { 'content-type': 'application/json' };
  const ask = alerts
    ? ({ method: 'POST', path: '/api/v2/alerts', headers: json, body: JSON.stringify(Object.values(alerts)) } as const)
    : ({ method: 'GET', path: '/api/v2/status' } as const);
  const login = bearer(net, token);
  return Promise.all(
    urls.map(async (reference): Promise<Replica> => {
      const found = reference.startsWith('$') ? net.secret(reference) : { value: reference };
      if ('missing' in found) return { shown: reference, problem: found.missing };
      const shown = URL.parse(found.value)?.host || reference;
      if ('missing' in login) return { shown, problem: login.missing };
      const url = `${found.value.replace(/\/+$/, '')}${ask.path}`;
      const headers = { ...ask.headers, ...login.headers };
      const { outcome, quote } = judgeReply(await net.request({ ...ask, url, headers, seconds: answerSeconds }));
      return { shown, problem: outcome === 'accepted' ? undefined : quote };
    }),
  );
}

/** Returns a problem for each replica that did not accept the alerts. */
export async function postToAlertmanager(
  world: World<AlertsConfig>,
  state: State,
  ended: Readonly<Record<string, Alert>>,
  net: () => Promise<Net>,
): Promise<string[]> {
  const { site, interval, alerts } = world.config;
  const settings = alerts.alertmanager;
  if (!settings) return [];
  // If the last file cannot be read, no ends are posted: those alerts expire by themselves.
  const last = (await world.previous(postedAlerts)).content?.alerts ?? {};
  const about = {
    site,
    hostname: world.hostname,
    interval,
    now: world.now(),
    labels: settings.labels,
    product: world.product,
  };
  const posted = alertsToPost(state, last, about, ended);
  const count = Object.keys(posted).length;
  if (count === 0 && Object.keys(last).length === 0) return [];
  await world.replace(postedAlerts, { schema_version: 1, alerts: posted });
  if (count === 0) return [];
  return (await askReplicas(await net(), settings, posted)).flatMap(({ shown, problem }) =>
    problem === undefined ? [] : [`alertmanager ${shown} did not accept ${counted(count, 'alert')}: ${problem}`],
  );
}
