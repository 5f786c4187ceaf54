// Sends each beat to the watchdogs, and to Sentry an event for each temperature above its limit. All requests together
// take a few seconds, and a failing recipient affects no other.
import type { Net, Reply } from '../contract/net.ts';
import type { Beat, BeatStyle } from '../core/beat.ts';
import { judgeReply, longestRateLimitSeconds, rateLimitSeconds } from '../core/reply.ts';
import { envelopeOf, sentryProject, type SentryProject, whyNotSentry } from '../core/sentry.ts';
import { oneLine } from '../core/harmless.ts';
import { counted } from '../core/text.ts';
import { sendBeat } from '../engine/send-beat.ts';
import { mustWait } from '../outbox/retry.ts';
import type { ThermalConfig } from './config.ts';
import type { Due } from './events.ts';
import type { ThermalState } from './files.ts';
import { isDueAgain } from '../core/age.ts';
import { advanceTelling, type Answers, type Recipient, withoutEventRefusal } from './telling.ts';

interface Notification {
  readonly net: Net;
  readonly config: ThermalConfig['thermal'];
  readonly beat: Omit<Beat, 'monitor'>;
  readonly due: readonly Due[];
  readonly before: Marks | undefined;
  readonly version: string;
  readonly at: Date;
  readonly monotonicMs: () => number;
}

type Marks = Pick<ThermalState, 'quiet_until' | 'monitor_told_at' | 'telling'>;

/** For all requests together. */
const allSeconds = 4;
/** The monitor's settings are sent once an hour, so that a deleted monitor is created again. */
const monitorSeconds = 3600;
/** Sentry has no interval below a minute. Beats come twice a minute, so one may be lost without an alert. */
const monitor = { everyMinutes: 1, marginMinutes: 2, failureThreshold: 2 };
/** After an event that was not accepted, for whatever reason. */
const pauseSeconds = 300;
const mostEvents = 10;

export async function notifyWatchdogs(notification: Notification) {
  const { net, config, beat, due, before, at, monotonicMs } = notification;
  const until = monotonicMs() + allSeconds * 1000;
  const secondsLeft = (): number => Math.ceil((until - monotonicMs()) / 100) / 10;
  const problems: string[] = [];
  const answers: Answers = {};
  const quiet: Record<string, string> = Object.fromEntries(
    Object.entries(before?.quiet_until ?? {}).filter(([, until]) => mustWait(until, longestRateLimitSeconds, at)),
  );
  const project = config.sentry && projectOf(config.sentry);
  const isMonitorDue = isDueAgain(before?.monitor_told_at, monitorSeconds, at);
  // In parallel: if Sentry takes seconds for the check-in, it still gets the events.
  const [reached, beaten, sent] = await Promise.all([
    project && config.sentry?.check_ins ? checkIn('sentry', 'sentry', project.checkInUrl, isMonitorDue) : 'not asked',
    config.beat ? checkInByUrl(config.beat.style, config.beat.url) : 'not asked',
    project && due.length > 0 ? sendEvents(project) : { settled: [], isPaused: false },
  ]);
  // The pause spares a Sentry that answers; an unreachable one needs no sparing.
  if (sent.isPaused && reached !== 'no answer')
    quiet['events'] ??= new Date(at.getTime() + pauseSeconds * 1000).toISOString();
  // Only Sentry's monitors get their settings from a beat.
  const asked = [...(config.sentry?.check_ins ? [reached] : []), ...(config.beat?.style === 'sentry' ? [beaten] : [])];
  const isMonitorTold = isMonitorDue && asked.length > 0 && asked.every((one) => one === 'taken');
  const monitor_told_at = isMonitorTold ? at.toISOString() : before?.monitor_told_at;
  const known = before?.telling ?? {};
  const isNoEventDue = project !== undefined && due.length === 0;
  const telling = advanceTelling(isNoEventDue ? withoutEventRefusal(known) : known, answers, recipientsOf(config), at);
  const marks: Marks = { quiet_until: quiet, telling, ...(monitor_told_at === undefined ? {} : { monitor_told_at }) };
  // `events` arrived, or Sentry will never accept them.
  return { problems, events: sent.settled, marks };

  function projectOf(sentry: NonNullable<typeof config.sentry>): SentryProject | undefined {
    const found = net.secret(sentry.dsn);
    if ('missing' in found) return failSentry(found.missing);
    const known = sentryProject(found.value, sentry.monitor);
    return known ?? failSentry(`${sentry.dsn} is no DSN and no address of a cron monitor`);
  }

  function failSentry(why: string): undefined {
    problems.push(`Sentry is not notified: ${why}`);
    if (config.sentry?.check_ins) answers['sentry-check-in'] = { ok: false, words: why };
    answers['sentry-events'] = { ok: false, words: why };
    return undefined;
  }

  async function checkInByUrl(style: BeatStyle, reference: string) {
    const found = net.secret(reference);
    if ('value' in found) return checkIn('beat', style, found.value, isMonitorDue);
    problems.push(`the watchdog is not notified: ${found.missing}`);
    answers.watchdog = { ok: false, words: found.missing };
    return 'not asked';
  }

  async function checkIn(who: keyof typeof names, style: BeatStyle, url: string, withMonitor: boolean) {
    const { name, recipient } = names[who];
    if (quiet[who] !== undefined) return 'not asked'; // the beat that was asked for the pause has reported it
    const asked = { ...beat, ...(withMonitor ? { monitor } : {}) };
    const { outcome, words, reply } = await sendBeat(net, { style, url, seconds: secondsLeft() }, asked);
    if (reply) keepQuiet(who, reply, 'monitor');
    if (outcome === 'unsent') problems.push(`${name} is not notified: ${words}`);
    const hint = who === 'sentry' && reply?.status === 404 ? hintOf404() : '';
    if (outcome === 'refused') problems.push(`${name} did not take the beat: ${oneLine(words)}${hint}`);
    if (outcome !== 'withheld') answers[recipient] = { ok: outcome === 'accepted', words: `${oneLine(words)}${hint}` };
    if (!reply) return 'not asked';
    return outcome === 'accepted' ? 'taken' : reply.status === undefined ? 'no answer' : 'refused';
  }

  /** Words beside those for a 404 to a check-in: a server that accepts events is the right one. */
  function hintOf404(): string {
    const isServer = before?.telling?.['sentry-events']?.accepted_at !== undefined;
    const how = 'check_ins: false under thermal.sentry switches check-ins off';
    return isServer ? ` (this server accepts events, so it has no check-ins: ${how})` : ` (in that case ${how})`;
  }

  async function sendEvents({ envelopeUrl, key }: SentryProject) {
    const settled: Due[] = [];
    let tried = 0;
    let isPaused = false;
    for (const one of due.slice(0, mostEvents)) {
      if (quiet['events'] !== undefined || secondsLeft() < 0.5) break;
      tried += 1;
      const reply = await net.request({
        method: 'POST',
        url: envelopeUrl,
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=ops-monitor/${notification.version}, sentry_key=${key}`,
        },
        body: envelopeOf(one.event, at),
        seconds: secondsLeft(),
      });
      keepQuiet('events', reply, 'error');
      const judged = judgeReply(reply);
      const foreign = judged.outcome === 'accepted' ? whyNotSentry(reply.body) : undefined;
      const outcome = foreign === undefined ? judged.outcome : 'misconfigured';
      const words = oneLine(foreign ?? judged.summary);
      if (outcome !== 'accepted') problems.push(`Sentry did not take an event: ${words}`);
      answers['sentry-events'] = { ok: outcome === 'accepted', words };
      // A refused event would be refused again, so it counts as sent.
      if (outcome === 'accepted' || outcome === 'refused') settled.push(one);
      else isPaused = true;
      if (outcome === 'later') break;
    }
    if (tried < due.length)
      problems.push(`${counted(due.length - tried, 'event')} for Sentry must wait: ${whyWaiting(tried)}`);
    return { settled, isPaused };
  }

  function whyWaiting(tried: number): string {
    if (tried === mostEvents) return `a beat sends at most ${mostEvents}`;
    if (quiet['events'] !== undefined) return `requests are paused until ${quiet['events']}`;
    return secondsLeft() < 0.5
      ? `the ${allSeconds} s for all requests are used up`
      : 'the event before was not accepted';
  }

  function keepQuiet(who: string, reply: Reply, category: string): void {
    const seconds = rateLimitSeconds(reply, at, category);
    if (seconds > 0) quiet[who] = new Date(at.getTime() + seconds * 1000).toISOString();
  }
}

const names = {
  sentry: { name: 'Sentry’s monitor', recipient: 'sentry-check-in' },
  beat: { name: 'the watchdog', recipient: 'watchdog' },
} as const;

const recipientsOf = ({ sentry, beat }: Notification['config']): Recipient[] => [
  ...(sentry?.check_ins ? (['sentry-check-in'] as const) : []),
  ...(sentry ? (['sentry-events'] as const) : []),
  ...(beat ? (['watchdog'] as const) : []),
];

/** The output of a dry run, which sends nothing. */
export function describeDryRun(
  { sentry, beat }: Notification['config'],
  { ok, message }: Notification['beat'],
  due: readonly Due[],
) {
  const says = `${ok ? 'success' : 'failure'}: ${message}`;
  const watchdogs = [...(sentry?.check_ins ? [`sentry (${sentry.monitor})`] : []), ...(beat ? [beat.style] : [])];
  if (!sentry && !beat) return ['nothing to send: no watchdog is configured'];
  return [
    ...watchdogs.map((watchdog) => `would notify ${watchdog}: ${says}`),
    ...due.map(({ event: { level, message: words } }) => `would send an event (${level}): ${words.formatted}`),
  ];
}
