// Tells the watchers outside of a beat, and Sentry of what is out of band. All of it within a few seconds, and whatever
// they do costs nothing but itself.
import type { Net, Reply } from '../contract/net.ts';
import type { Beat, BeatStyle } from '../core/beat.ts';
import { judgeReply, longestQuietSeconds, quietSeconds } from '../core/reply.ts';
import { envelopeOf, sentryProject, type SentryProject } from '../core/sentry.ts';
import { oneLine } from '../core/harmless.ts';
import { counted } from '../core/text.ts';
import { sendBeat } from '../engine/watcher.ts';
import { mustWait } from '../outbox/retry.ts';
import type { ThermalConfig } from './config.ts';
import type { Due } from './events.ts';
import type { ThermalState } from './files.ts';
import { isDueAgain } from '../core/age.ts';

interface Telling {
  readonly net: Net;
  readonly config: ThermalConfig['thermal'];
  readonly beat: Omit<Beat, 'monitor'>;
  readonly due: readonly Due[];
  readonly before: Marks | undefined;
  readonly version: string;
  readonly at: Date;
  readonly monotonicMs: () => number;
}

interface Told {
  readonly problems: readonly string[];
  /** Those that arrived, or never will. */
  readonly events: readonly Due[];
  /** For the next beat. */
  readonly marks: Marks;
}

type Marks = Pick<ThermalState, 'quiet_until' | 'monitor_told_at'>;

/** For everything that is told. */
const allSeconds = 4;
/** What is sent once an hour, so that a monitor that was deleted comes back. */
const monitorSeconds = 3600;
/** Beats come twice a minute: one may be lost without a word. A schedule of seconds is not to be had. */
const monitor = { everyMinutes: 1, marginMinutes: 2, failureThreshold: 2 };
/** After an event that was not taken, for whatever reason. */
const pauseSeconds = 300;
const mostEvents = 10;

export async function tell(telling: Telling): Promise<Told> {
  const { net, config, beat, due, before, at, monotonicMs } = telling;
  const until = monotonicMs() + allSeconds * 1000;
  const secondsLeft = (): number => Math.ceil((until - monotonicMs()) / 100) / 10;
  const problems: string[] = [];
  const quiet: Record<string, string> = Object.fromEntries(
    Object.entries(before?.quiet_until ?? {}).filter(([, until]) => mustWait(until, longestQuietSeconds, at)),
  );
  const project = config.sentry && projectOf(config.sentry);
  const isMonitorDue = isDueAgain(before?.monitor_told_at, monitorSeconds, at);
  // Side by side: a Sentry that takes seconds for the check-in is told of what is too hot all the same.
  const [reached, beaten, sent] = await Promise.all([
    project ? checkIn('sentry', 'Sentry’s monitor', 'sentry', project.checkInUrl, isMonitorDue) : 'not asked',
    config.beat ? checkInByUrl(config.beat.style, config.beat.url) : 'not asked',
    project && due.length > 0 ? sendEvents(project) : { settled: [], isPaused: false },
  ]);
  // Where nobody answers at all there is nobody to be spared.
  if (sent.isPaused && reached !== 'no answer')
    quiet['events'] ??= new Date(at.getTime() + pauseSeconds * 1000).toISOString();
  // Only Sentry's monitors are set up by a beat.
  const asked = [...(config.sentry ? [reached] : []), ...(config.beat?.style === 'sentry' ? [beaten] : [])];
  const isMonitorTold = isMonitorDue && asked.length > 0 && asked.every((one) => one === 'taken');
  const monitor_told_at = isMonitorTold ? at.toISOString() : before?.monitor_told_at;
  const marks: Marks = { quiet_until: quiet, ...(monitor_told_at === undefined ? {} : { monitor_told_at }) };
  return { problems, events: sent.settled, marks };

  function projectOf(sentry: NonNullable<typeof config.sentry>): SentryProject | undefined {
    const found = net.secret(sentry.dsn);
    if ('missing' in found) return void problems.push(`Sentry is not told: ${found.missing}`);
    const known = sentryProject(found.value, sentry.monitor);
    if (!known) problems.push(`Sentry is not told: ${sentry.dsn} is no DSN and no address of a cron monitor`);
    return known;
  }

  async function checkInByUrl(style: BeatStyle, reference: string) {
    const found = net.secret(reference);
    if ('value' in found) return checkIn('beat', 'the watcher outside', style, found.value, isMonitorDue);
    problems.push(`the watcher outside is not told: ${found.missing}`);
    return 'not asked';
  }

  async function checkIn(who: string, name: string, style: BeatStyle, url: string, withMonitor: boolean) {
    if (quiet[who] !== undefined) return 'not asked'; // he said for how long, and the beat that he said it to told of it
    const asked = { ...beat, ...(withMonitor ? { monitor } : {}) };
    const { outcome, words, reply } = await sendBeat(net, { style, url, seconds: secondsLeft() }, asked);
    if (reply) keepQuiet(who, reply, 'monitor');
    if (outcome === 'unsent') problems.push(`${name} is not told: ${words}`);
    if (outcome === 'refused') problems.push(`${name} did not take the beat: ${oneLine(words)}`);
    if (!reply) return 'not asked';
    return outcome === 'accepted' ? 'taken' : reply.status === undefined ? 'no answer' : 'refused';
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
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=ops-monitor/${telling.version}, sentry_key=${key}`,
        },
        body: envelopeOf(one.event, at),
        seconds: secondsLeft(),
      });
      keepQuiet('events', reply, 'error');
      const { is, says } = judgeReply(reply);
      if (is !== 'taken') problems.push(`Sentry did not take an event: ${oneLine(says)}`);
      // A refused event would be refused the next time, too.
      if (is === 'taken' || is === 'refused') settled.push(one);
      else isPaused = true;
      if (is === 'later') break;
    }
    if (tried < due.length)
      problems.push(`${counted(due.length - tried, 'event')} for Sentry must wait: ${whyWaiting()}`);
    return { settled, isPaused };
  }

  function whyWaiting(): string {
    if (quiet['events'] !== undefined) return `it is left alone until ${quiet['events']}`;
    return secondsLeft() < 0.5 ? `there was no time within ${allSeconds} s` : 'the one before was not taken';
  }

  function keepQuiet(who: string, reply: Reply, category: string): void {
    const seconds = quietSeconds(reply, at, category);
    if (seconds > 0) quiet[who] = new Date(at.getTime() + seconds * 1000).toISOString();
  }
}

/** What a dry run says in place of telling. */
export function wouldTell({ sentry, beat }: Telling['config'], { ok, message }: Telling['beat'], due: readonly Due[]) {
  const says = `${ok ? 'success' : 'failure'}: ${message}`;
  const watchers = [...(sentry ? [`sentry (${sentry.monitor})`] : []), ...(beat ? [beat.style] : [])];
  if (watchers.length === 0) return ['nobody outside is told: no watcher is configured'];
  return [
    ...watchers.map((watcher) => `would tell ${watcher}: ${says}`),
    ...due.map(({ event: { level, message: words } }) => `would send an event (${level}): ${words.formatted}`),
  ];
}
