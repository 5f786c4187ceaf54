// A beat to a watcher outside, which calls somebody when none comes: how each kind of watcher wants to be told.
import { judgeReply } from './reply.ts';

export const beatStyles = ['healthchecks', 'uptime-kuma', 'sentry', 'glitchtip'] as const;

export type BeatStyle = (typeof beatStyles)[number];

export interface Beat {
  readonly ok: boolean;
  /** What is missing, where something is; otherwise how it went. */
  readonly message: string;
  /** How long what it tells of has taken. */
  readonly seconds: number;
  /** 32 hex digits, another one each time. */
  readonly id: string;
  /** Sentry only: how often beats come, and when one is missed. Sent along now and then, it sets the monitor up. */
  readonly monitor?: SentryMonitor;
}

/** Minutes throughout: Sentry knows nothing shorter, and drops the whole check-in where a unit is `second`. */
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

/** Undefined where that watcher can only be told that all is well: then it is told nothing. */
export function beatRequest(style: BeatStyle, url: string, beat: Beat): BeatRequest | undefined {
  const target = URL.parse(url);
  if (!target) throw new Error('the address of the watcher is no URL');
  return requests[style](target, beat);
}

const text = { 'content-type': 'text/plain; charset=utf-8' };

const requests: Record<BeatStyle, (target: URL, beat: Beat) => BeatRequest | undefined> = {
  healthchecks: (target, { ok, message }) => {
    if (!ok) target.pathname = `${target.pathname.replace(/\/$/, '')}/fail`;
    // Some of them keep 10 kB of it.
    return { method: 'POST', url: target.href, headers: text, body: message.slice(0, 8000) };
  },
  'uptime-kuma': (target, { ok, message, seconds }) => {
    target.searchParams.set('status', ok ? 'up' : 'down');
    target.searchParams.set('msg', message.slice(0, 200));
    target.searchParams.set('ping', String(Math.round(Math.min(seconds * 1000, 86_400_000))));
    return { method: 'GET', url: target.href, headers: {} };
  },
  sentry: (target, beat) => {
    // With JSON it ignores what stands in the address.
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

/** Why it does not count as told, if so. */
export function beatProblem(
  style: BeatStyle,
  reply: { readonly status?: number; readonly error?: string; readonly body: string },
): string | undefined {
  const { is, says } = judgeReply(reply);
  if (is !== 'taken') return says;
  // Without that word something else answered: a login page, a proxy.
  if (style === 'uptime-kuma' && !/"ok"\s*:\s*true/.test(reply.body)) return 'its answer is not one of Uptime Kuma';
  return undefined;
}
