// The file in which watch-services leaves what it measured. Loaded only where services of the watchdog are configured.
import type { ContentOf } from '../contract/shape.ts';
import { ageOf } from '../core/age.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { formatDuration } from '../core/quantity.ts';
import { type Latest, latestServices, layoutVersion, type ServiceReading } from '../watchdog/files.ts';
import { type Asked, readLatest } from './latest.ts';
import type { watchdog as section } from './sections/watchdog.ts';

/** Four runs of watch-services. */
const staleSeconds = 120;
/** Room for a thousand services. */
const limits = { characters: 4 * 1024 * 1024, depth: 32, values: 100_000 };

const toStart = 'to run it every 30s: systemctl enable --now ops-monitor-watchdog.timer';
const words = {
  place: 'where watch-services leaves its measurements',
  nothing: 'watch-services has measured nothing yet',
  ran: 'watch-services measured',
  toStart,
};

/** Throws where there is no measurement. It may be of long ago: see `staleness`. */
export const readMeasured = (asked: Asked): Promise<Latest> =>
  readLatest(asked, { file: latestServices, layoutVersion, limits, words });

/** Where the measurement is too old to say anything about the present: how old it is, and what to do. */
function staleness({ at: measured }: Latest, at: Date) {
  const { seconds = 0 } = ageOf(measured, at);
  if (seconds <= staleSeconds) return undefined;
  return { age: formatDuration(seconds), problem: `watch-services has not run since ${measured}; ${toStart}` };
}

interface Judging {
  /** Measure → limit, as configured. */
  readonly limits: Readonly<Record<string, number | undefined>>;
  readonly at: Date;
}

export function describeService(
  latest: Latest,
  name: string,
  { limits: configured, at }: Judging,
): ContentOf<typeof section.schema> {
  const service = ownOf(latest.services, name);
  const stale = staleness(latest, at);
  if (!service)
    throw new Error(
      stale === undefined
        ? `watch-services did not measure ${name} in its last run, at ${latest.at}: was it just configured?`
        : `it was not measured yet, and ${stale.problem}`,
    );
  const { state, reason, processes, threads, cpu_percent, resident_bytes, proportional_bytes, unread } = service;
  const { open_files, open_files_percent, restarts } = service;
  const own = latest.alerts.filter((alert) => alert.service === name);
  const measured = { measured_at: latest.at, age_seconds: Math.round(ageOf(latest.at, at).seconds ?? 0) };
  // No old value is shown as one of now, but a service that did not run then stays visible.
  if (stale !== undefined) {
    const said = own.map(({ message }) => message).join('; ') || stateInWords(name, service);
    return { ...measured, state: 'unknown', reason: `${stale.age} ago: ${said}; ${stale.problem}`, alerts: {} };
  }
  const unjudged: Record<string, string> = {};
  const miss = (measure: string, isKnown: boolean, why: string): void => {
    if (state === 'running' && configured[measure] !== undefined && !isKnown) unjudged[measure] = why;
  };
  const memoryUnread = (proportional_bytes ?? resident_bytes) === undefined ? unread['resident_bytes'] : undefined;
  miss('memory', memoryUnread === undefined, memoryUnread ?? '');
  miss('open-files', open_files_percent !== undefined, unread['open_files'] ?? 'it has no limit above 0');
  miss('cpu', cpu_percent !== undefined, 'it has no rate: it, or a process of it, was not there in the run before');
  return withoutUndefined({
    ...measured,
    state,
    reason,
    processes,
    threads,
    processors: cpu_percent === undefined ? undefined : cpu_percent / 100,
    resident_bytes,
    proportional_bytes,
    open_files,
    open_files_percent,
    restarts,
    alerts: Object.fromEntries(
      own.map(({ measure, message, value, unit, limit, since }) => [measure, { message, value, unit, limit, since }]),
    ),
    unjudged: Object.keys(unjudged).length === 0 ? undefined : unjudged,
  });
}

function stateInWords(name: string, { state, reason }: Pick<ServiceReading, 'state' | 'reason'>): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (state === 'unknown') return `whether ${name} runs was not known${why}`;
  return state === 'running' ? `${name} runs` : `${name} does not run${why}`;
}
