// Reads the log of restart attempts, and decides when the next attempt is allowed. restart.ts makes the attempts.
import type { World } from '../contract/stage.ts';
import { ownOf } from '../core/fields.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { keyOf, type Tracks } from './alerts.ts';
import type { RestartConfig, Service, WatchdogConfig } from './config.ts';
import {
  type Alert,
  type Attempt,
  type Attempts,
  layoutVersion,
  outcomes,
  type RestartLine,
  restartLog,
  type WatchdogState,
} from './files.ts';
import type { Judged } from './judge.ts';

export interface Moment {
  readonly at: Date;
  readonly boot_id: string;
  readonly uptime: number;
}

/** The configuration allows at most this many attempts a day, so that the newest ones of a service decide about the next. */
const mostRecent = 24;

type WatchdogWorld = World<WatchdogConfig>;
type Services = Readonly<Record<string, Service>>;

/** The attempt to restart a service that was due, or the reason (`why`) for none. In a dry run an attempt has no outcome. */
export type Restarted =
  | { readonly service: string; readonly why: string; readonly isAlarming?: true }
  | {
      readonly service: string;
      readonly command: string;
      readonly because: string;
      readonly outcome?: Attempt['outcome'];
      readonly reason?: string;
    };

export type RestartServices = (world: WatchdogWorld, due: readonly Due[], now: Moment) => Promise<Restarted[]>;

/** Throws where any line cannot be read: that line may be an attempt. */
export function readRestartLog(world: WatchdogWorld): RestartLine[] {
  const path = restartLog.path(world.places, world.now());
  const lines: RestartLine[] = [];
  try {
    for (const line of world.scan(restartLog, 'start')) lines.push(line.parse());
  } catch (error) {
    const where = `${path}, after ${lines.length} whole lines`;
    throw new Error(
      `the log of restarts cannot be read (${where}), and may hold an attempt: mend it, or move it away`,
      { cause: error },
    );
  }
  return lines;
}

type Cached = NonNullable<WatchdogState['restarts']>;

/** Attempts of the log. Where no service may be restarted the log is not read. */
export interface Attempted extends Cached {
  readonly isNeeded: boolean;
  readonly problems: readonly string[];
}

/** Attempts of the log, taken from the previous run where the log has not changed since: it grows for ever. */
export function knownAttempts(world: WatchdogWorld, before: Cached | undefined): Attempted {
  const isNeeded = Object.values(world.config.watchdog.services).some(({ restart }) => restart !== undefined);
  if (!isNeeded) return { isNeeded, log_modified_ms: 0, attempts: {}, problems: [] };
  const log_modified_ms = world.modifiedAt(restartLog)?.getTime() ?? 0;
  if (before?.log_modified_ms === log_modified_ms) return { ...before, isNeeded, problems: [] };
  try {
    return { isNeeded, log_modified_ms, attempts: attemptsIn(readRestartLog(world)), problems: [] };
  } catch (error) {
    return {
      isNeeded,
      log_modified_ms: -1,
      attempts: before?.attempts ?? {},
      problems: [`no service is restarted: ${reasonOf(error)}`],
    };
  }
}

/** Logs which of the last attempts helped, where that is known now. */
export async function logEffects(
  world: WatchdogWorld,
  before: Cached | undefined,
  judged: readonly Judged[],
  now: Moment,
): Promise<{ known: Attempted; effects: readonly RestartLine[]; problems: readonly string[] }> {
  const known = knownAttempts(world, before);
  // While the log cannot be read, whether an effect is in it is unknown.
  const effects =
    known.problems.length > 0 ? [] : effectsOf(world.config.watchdog.services, known.attempts, judged, now);
  if (effects.length === 0) return { known, effects, problems: [] };
  try {
    for (const line of effects) await world.append(restartLog, line);
    return { known: knownAttempts(world, undefined), effects, problems: [] };
  } catch (error) {
    return { known, effects, problems: [`the effect of a restart could not be logged: ${reasonOf(error)}`] };
  }
}

/** An attempt that has no line of its end was interrupted by a kill, and counts. */
export function attemptsIn(lines: Iterable<RestartLine>): Attempts {
  const attempts = new Map<string, Map<string, Attempt>>();
  for (const { run_id, service, event, at, boot_id, uptime_seconds, measures, outcome, reason, helped } of lines) {
    const own = attempts.get(service) ?? new Map<string, Attempt>();
    attempts.set(service, own);
    const known: Attempt = own.get(run_id) ?? { run_id, at, boot_id, uptime_seconds, measures, outcome: 'interrupted' };
    const ended = event === 'ended' && outcome ? { outcome, ...(reason === undefined ? {} : { reason }) } : {};
    own.set(run_id, { ...known, ...ended, ...(event === 'measured' && helped ? { helped } : {}) });
  }
  return Object.fromEntries(
    [...attempts].map(([service, own]) => {
      const all = [...own.values()];
      const counts = Object.fromEntries(
        outcomes.map((outcome) => [outcome, all.filter((attempt) => attempt.outcome === outcome).length]),
      );
      return [service, { counts, recent: all.slice(-mostRecent) }];
    }),
  );
}

export const recentOf = (attempts: Attempts, service: string): readonly Attempt[] =>
  ownOf(attempts, service)?.recent ?? [];
export const countsOf = (attempts: Attempts, service: string): Readonly<Record<string, number>> =>
  ownOf(attempts, service)?.counts ?? {};

/** Seconds since an attempt. A clock that was set back makes no attempt older, nor lets a wrong year block restarts for ever. */
function ageOf(attempt: Attempt, { at, boot_id, uptime }: Moment): number {
  // In a container the time since boot may begin anew under one boot id.
  if (attempt.boot_id === boot_id && uptime >= attempt.uptime_seconds) return uptime - attempt.uptime_seconds;
  return Math.max(uptime, (at.getTime() - Date.parse(attempt.at)) / 1000);
}

const daySeconds = 86_400;

/** Why a service is not restarted now; undefined where it may be. */
export function whyNotNow(
  recent: readonly Attempt[],
  { cooldown, 'per-day': perDay }: RestartConfig,
  now: Moment,
): string | undefined {
  const ages = recent.map((attempt) => ageOf(attempt, now)).sort((a, b) => a - b);
  const [last = Infinity] = ages;
  if (last < cooldown)
    return `the last attempt was ${formatDuration(last)} ago, and its cooldown is ${formatLimit(cooldown)}`;
  const ofDay = ages.filter((age) => age < daySeconds);
  return ofDay.length >= perDay
    ? `${ofDay.length} attempts in 24 h, of ${perDay}; the next may be in ${formatDuration(daySeconds - (ofDay[perDay - 1] ?? 0))}`
    : undefined;
}

export interface Due {
  readonly service: string;
  readonly config: Service & { readonly restart: RestartConfig };
  readonly alerts: readonly Alert[];
}

/** Services that are above a limit now, with an alert that has begun and for which they are restarted. */
export function dueRestarts(
  services: Services,
  judged: readonly Judged[],
  tracks: Tracks,
  { uptime }: Pick<Moment, 'uptime'>,
): Due[] {
  return Object.entries(services).flatMap(([service, config]) => {
    const { restart, hold } = config;
    if (!restart) return [];
    const alerts = judged.flatMap((one) => {
      const track = tracks[keyOf(one)];
      if (one.service !== service || one.state !== 'crossed' || track?.isBegun !== 'yes') return [];
      // After a reboot an alert goes on at once, but a service that is still starting gets its hold.
      return restart.when.includes(one.measure) && uptime - track.since_uptime >= hold ? [track.alert] : [];
    });
    return alerts.length === 0 ? [] : [{ service, config: { ...config, restart }, alerts }];
  });
}

/** A line for each attempt whose effect is known now: each of its measures was read. */
export function effectsOf(
  services: Services,
  attempts: Attempts,
  judged: readonly Judged[],
  now: Moment,
): RestartLine[] {
  return Object.keys(services).flatMap((service) => {
    const last = recentOf(attempts, service).at(-1);
    if (!last || last.helped !== undefined) return [];
    const own = judged.filter((one) => one.service === service && last.measures.includes(one.measure));
    if (own.length < last.measures.length || own.some(({ state }) => state === 'unknown')) return [];
    const helped = own.every(({ state }) => state === 'well') ? 'yes' : 'no';
    return [lineOf('measured', last.run_id, { service, measures: last.measures }, now, { helped })];
  });
}

export const lineOf = (
  event: RestartLine['event'],
  run_id: string,
  { service, measures }: Pick<RestartLine, 'service' | 'measures'>,
  { at, boot_id, uptime }: Moment,
  more: Partial<RestartLine> = {},
): RestartLine => ({
  schema_version: layoutVersion,
  run_id,
  service,
  at: at.toISOString(),
  boot_id,
  uptime_seconds: uptime,
  event,
  measures,
  ...more,
});

const mostInAlert = 10;

/** The alert, with the attempts that it caused. */
export function withRestarts(alert: Alert, attempts: Attempts): Alert {
  const own = recentOf(attempts, alert.service).filter(
    ({ at, measures }) => measures.includes(alert.measure) && Date.parse(at) >= Date.parse(alert.began_at),
  );
  if (own.length === 0) return alert;
  const restarts = own
    .slice(-mostInAlert)
    .map(({ run_id: _run, boot_id: _boot, uptime_seconds: _uptime, ...attempt }) => attempt);
  return { ...alert, restarts };
}
