// What Sentry is told of a temperature that is out of band: when it begins, once an hour while it lasts, when it is over.
import { formatBeside, formatDuration, formatMeasure } from '../core/quantity.ts';
import type { SentryEvent } from '../core/sentry.ts';
import { fingerprint } from '../core/text.ts';
import { isDueAgain, secondsSince } from './since.ts';
import { isActive, type Track, type Tracks } from './thresholds.ts';

const repeatSeconds = 3600;
/** What nobody could be told for so long is no news any more. */
const forgetSeconds = 86_400;

export interface Due {
  readonly key: string;
  readonly event: SentryEvent;
}

interface Sender {
  readonly site: string;
  readonly hostname: string;
  readonly version: string;
}

/** Those to be told now, of each sensor at most one. */
export const dueEvents = (tracks: Tracks, sender: Sender, at: Date): Due[] =>
  Object.entries(tracks).flatMap(([key, track]) =>
    track.ended_at !== undefined || (isActive(track) && isDueAgain(track.told_at, repeatSeconds, at))
      ? [{ key, event: eventOf(key, track, sender, at) }]
      : [],
  );

/** What is still to be watched or told, after these were told. */
export function afterTelling(tracks: Tracks, told: readonly string[], at: Date): Tracks {
  return Object.fromEntries(
    Object.entries(tracks).flatMap(([key, track]) => {
      if (track.ended_at !== undefined && (told.includes(key) || secondsSince(track.ended_at, at) > forgetSeconds))
        return [];
      return [[key, told.includes(key) ? { ...track, told_at: at.toISOString() } : track]];
    }),
  );
}

/** As a sentence for a person: `CPU package on platform/coretemp.0: 91 C (above 85 C)`. */
export function sentenceOf(track: Track, at: Date): string {
  const { title, chip, celsius, above, began_at, ended_at, read_at, highest_celsius } = track;
  const where = `${title} on ${chip}`;
  const beside = formatBeside(celsius, above, 'C');
  if (ended_at !== undefined) {
    const lasted = formatDuration(Math.max(0, secondsSince(began_at, new Date(ended_at))));
    return `${where} is well again: ${beside} (it was above ${formatMeasure(above, 'C')} for ${lasted}, at most ${formatMeasure(highest_celsius, 'C')})`;
  }
  const age = secondsSince(read_at, at);
  const seen = age > 1 ? `${beside} when it was last read ${formatDuration(age)} ago` : beside;
  return `${where} is at ${seen} (above ${formatMeasure(above, 'C')})`;
}

function eventOf(key: string, track: Track, { site, hostname, version }: Sender, at: Date): SentryEvent {
  const {
    source,
    chip,
    sensor,
    title,
    above,
    limit_key,
    celsius,
    highest_celsius,
    began_at = '',
    ended_at,
    told_at,
  } = track;
  const state = ended_at === undefined ? (told_at === undefined ? 'begun' : 'lasting') : 'over';
  // The same event tried again has the same id: one that did arrive after all is not told twice.
  const identity = `${hostname} ${key} ${began_at} ${state} ${told_at}`;
  return {
    event_id: fingerprint(identity) + fingerprint(`${identity} again`),
    timestamp: at.getTime() / 1000,
    platform: 'node',
    level: state === 'over' ? 'info' : 'warning',
    logger: 'ops-monitor.thermal',
    server_name: hostname,
    environment: 'production',
    release: `ops-monitor@${version}`,
    message: { formatted: sentenceOf(track, at) },
    tags: { site, source, chip, sensor, watched: title, state, celsius: String(celsius), above: String(above) },
    fingerprint: ['ops-monitor-thermal', site, hostname, key],
    extra: {
      celsius,
      above_celsius: above,
      limit: limit_key,
      highest_celsius,
      began_at,
      ...(ended_at === undefined ? {} : { ended_at }),
    },
  };
}
