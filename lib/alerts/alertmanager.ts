// Alertmanager is told, with each run, of everything that is active: an alert of which it hears no more ends by itself.
// So nothing waits in the outbox for it.
import type { Net, Reply } from '../contract/net.ts';
import type { World } from '../contract/stage.ts';
import { secondsSince } from '../core/age.ts';
import { judgeReply } from '../core/reply.ts';
import { counted } from '../core/text.ts';
import { bearer } from './bearer.ts';
import type { AlertmanagerConfig, AlertsConfig } from './config.ts';
import { alertsIn, type State, type ToldAlerts, toldAlerts } from './files.ts';
import { runbookOf } from './look.ts';

const answerSeconds = 5;
/** Without an end of its own it takes five minutes, which is the very interval of a cycle. */
const lastingIntervals = 3;
/** One that restarts has forgotten an end that it was told once. */
const repeatedEndSeconds = 900;

interface About {
  readonly site: string;
  readonly hostname: string;
  readonly interval: number;
  readonly now: Date;
  readonly labels: AlertmanagerConfig['labels'];
}

/** By id: what it is to be told now, given what it was told last. What is silenced here is over there. */
export function toTell(state: State, last: ToldAlerts['alerts'], about: About): ToldAlerts['alerts'] {
  const now = about.now.toISOString();
  const endsAt = new Date(about.now.getTime() + lastingIntervals * about.interval * 1000).toISOString();
  const active = Object.entries(alertsIn(state))
    .filter(([, { phase, silenced_since }]) => phase === 'firing' && silenced_since === undefined)
    .map(([id, alert]) => {
      const { rule, subject, message, value, unit, limit, since } = alert;
      // Its name, and nothing that changes while it lasts: by its labels it is known again.
      const labels = { ...about.labels, alertname: rule, subject, site: about.site, instance: about.hostname };
      const shown = `${String(value)}${unit === '' ? '' : ` ${unit}`}`;
      const annotations = { summary: message, value: shown, limit: String(limit.value), runbook: runbookOf(alert) };
      return [id, { labels, annotations, startsAt: earlier(since, now), endsAt }] as const;
    });
  const names = new Set(active.map(([id]) => id));
  const over = Object.entries(last)
    .filter(([id]) => !names.has(id))
    .map(([id, one]) => {
      const end = earlier(one.endsAt, now);
      return [id, { ...one, startsAt: earlier(one.startsAt, end), endsAt: end }] as const;
    })
    .filter(([, one]) => secondsSince(one.endsAt, about.now) < repeatedEndSeconds);
  return Object.fromEntries([...active, ...over]);
}

/** After a clock was set back; one that ends before it begins is refused, and with it all that were told beside it. */
const earlier = (one: string, other: string): string => (one < other ? one : other);

interface Replica {
  /** Without what may be secret in its address. */
  readonly shown: string;
  readonly problem: string | undefined;
}

export async function tell(net: Net, settings: AlertmanagerConfig, alerts: ToldAlerts['alerts']): Promise<Replica[]> {
  const body = JSON.stringify(Object.values(alerts));
  return ask(net, settings, (url, headers) =>
    net.request({
      method: 'POST',
      url: `${url}/api/v2/alerts`,
      headers: { 'content-type': 'application/json', ...headers },
      body,
      seconds: answerSeconds,
    }),
  );
}

/** Whether each answers, without telling it anything. */
export async function askReplicas(net: Net, settings: AlertmanagerConfig | undefined): Promise<Replica[]> {
  if (!settings) return [];
  return ask(net, settings, (url, headers) =>
    net.request({ method: 'GET', url: `${url}/api/v2/status`, headers, seconds: answerSeconds }),
  );
}

type AskOne = (url: string, headers: Readonly<Record<string, string>>) => Promise<Reply>;

/** All of them at once: they tell each other what they sent, not what they were told. */
function ask(net: Net, { urls, token }: AlertmanagerConfig, askOne: AskOne): Promise<Replica[]> {
  const login = bearer(net, token);
  return Promise.all(
    urls.map(async (reference): Promise<Replica> => {
      const found = reference.startsWith('$') ? net.secret(reference) : { value: reference };
      if ('missing' in found) return { shown: reference, problem: found.missing };
      const shown = URL.parse(found.value)?.host || reference;
      if ('missing' in login) return { shown, problem: login.missing };
      const { is, quotes } = judgeReply(await askOne(found.value.replace(/\/+$/, ''), login.headers));
      return { shown, problem: is === 'taken' ? undefined : quotes };
    }),
  );
}

/** Each replica that could not be told, and why. */
export async function tellAlertmanager(
  world: World<AlertsConfig>,
  state: State,
  net: () => Promise<Net>,
): Promise<string[]> {
  const { site, interval, alerts } = world.config;
  const settings = alerts.alertmanager;
  if (!settings) return [];
  // One that cannot be read costs the end of what was active: it ends by itself.
  const last = (await world.previous(toldAlerts)).content?.alerts ?? {};
  const about = { site, hostname: world.hostname, interval, now: world.now(), labels: settings.labels };
  const told = toTell(state, last, about);
  const count = Object.keys(told).length;
  if (count === 0 && Object.keys(last).length === 0) return [];
  await world.replace(toldAlerts, { schema_version: 1, alerts: told });
  if (count === 0) return [];
  return (await tell(await net(), settings, told)).flatMap(({ shown, problem }) =>
    problem === undefined ? [] : [`alertmanager ${shown} was not told of ${counted(count, 'alert')}: ${problem}`],
  );
}
