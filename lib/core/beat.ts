// Builds the heartbeat request for each kind of outside watchdog (it alerts when the heartbeats stop).
import { judgeReply, noCheckIns } from './reply.ts';
import { whyNotSentry } from './sentry.ts';

export const beatStyles = ['healthchecks', 'uptime-kuma', 'sentry', 'glitchtip'] as const;

export type BeatStyle = (typeof beatStyles)[number];

export interface Beat {
  readonly ok: boolean;
  /** Summary of the run; where `ok` is false, what is missing. */
  readonly message: string;
  /** Duration of the reported run. */
  readonly seconds: number;
  /** 32 hex digits, new for each heartbeat. */
  readonly id: string;
  /** Sentry only: the schedule, and when a check-in counts as missed. Sent now and then, it creates or updates the monitor. */
  readonly monitor?: SentryMonitor;
}

/** Sentry knows no unit shorter than a minute and drops the whole check-in where a unit is `second`. */
interface SentryMonitor {
  readonly everyMinutes: number;
  readonly marginMinutes: number;
  readonly failureThreshold: number;
}

export interface BeatRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Undefined where the watchdog accepts only success: then nothing is sent, and it alerts by itself. */
export function beatRequest(style: BeatStyle, url: string, beat: Beat): BeatRequest | undefined {
  const target = URL.parse(url);
  if (!target) throw new Error('the heartbeat address is not a URL');
  const problem = beatUrlProblem(style, url);
  if (problem !== undefined) throw new Error(problem);
  return requests[style](target, beat);
}

/** `/start` marks a check as started for ever, `/log` counts as no ping, `/fail` and an exit status as a failure. A number counts
 * as an exit status only behind the UUID or the slug of a check. The URL is a secret: only its end is named. */
const signalAtTheEnd =
  /\/(start|fail|log)\/?$|(?:\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\/ping\/[^/]+\/[^/]+)\/(\d{1,3})\/?$/i;

/** Why this URL is not the one of a heartbeat; undefined if it may be. */
export function beatUrlProblem(style: BeatStyle, url: string): string | undefined {
  const [, word, status] = (style === 'healthchecks' && signalAtTheEnd.exec(URL.parse(url)?.pathname ?? '')) || [];
  const end = word ?? status;
  if (end === undefined) return undefined;
  return `the heartbeat URL ends in /${end}: that is a signal of its own, not the ping; use the same URL without /${end}`;
}

const text = { 'content-type': 'text/plain; charset=utf-8' };

const requests: Record<BeatStyle, (target: URL, beat: Beat) => BeatRequest | undefined> = {
  healthchecks: (target, { ok, message }) => {
    if (!ok) target.pathname = `${target.pathname.replace(/\/$/, '')}/fail`;
    // Some watchdogs store only 10 kB of the body.
    return { method: 'POST', url: target.href, headers: text, body: message.slice(0, 8000) };
  },
  'uptime-kuma': (target, { ok, message, seconds }) => {
    target.searchParams.set('status', ok ? 'up' : 'down');
    target.searchParams.set('msg', message.slice(0, 200));
    target.searchParams.set('ping', String(Math.round(Math.min(seconds * 1000, 86_400_000))));
    return { method: 'GET', url: target.href, headers: {} };
  },
  sentry: (target, beat) => {
    // Sentry ignores the URL's parameters where the body is JSON.
    target.search = '';
    const headers = { 'content-type': 'application/json' };
    return { method: 'POST', url: target.href, headers, body: JSON.stringify(checkIn(beat)) };
  },
  glitchtip: (target, { ok }) => (ok ? { method: 'POST', url: target.href, headers: text, body: '' } : undefined),
};

function checkIn({ ok, id, seconds, monitor }: Beat): object {
  return {
    status: ok ? 'ok' : 'error',
    check_in_id: id,
    duration: Math.round(seconds * 1000) / 1000,
    environment: 'production',
    ...(monitor
      ? {
          monitor_config: {
            schedule: { type: 'interval', value: monitor.everyMinutes, unit: 'minute' },
            checkin_margin: monitor.marginMinutes,
            max_runtime: Math.max(1, monitor.everyMinutes),
            timezone: 'Etc/UTC',
            failure_issue_threshold: monitor.failureThreshold,
            recovery_threshold: 1,
          },
        }
      : {}),
  };
}

/** Why the reply does not count as accepted; undefined where the heartbeat was accepted. */
export function beatProblem(
  style: BeatStyle,
  reply: { readonly status?: number; readonly error?: string; readonly body: string },
): string | undefined {
  const { outcome, summary } = judgeReply(reply);
  if (style === 'sentry' && reply.status === 404) return `${summary}: ${noCheckIns}`;
  if (outcome !== 'accepted') return summary;
  // A reply without `"ok": true` comes from something else: a login page, a proxy.
  if (style === 'uptime-kuma' && !/"ok"\s*:\s*true/.test(reply.body)) return 'the answer is not from Uptime Kuma';
  if (style === 'sentry') return whyNotSentry(reply.body);
  // The other watchdogs answer with a word or with JSON.
  if (reply.body.trimStart().startsWith('<'))
    return `the answer is not from ${style}, but a web page: of a login or a proxy`;
  return undefined;
}
