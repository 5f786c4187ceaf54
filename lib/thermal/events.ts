// The Sentry events of an episode: one at the beginning, one an hour while it lasts, one at the end.
// Unsent events are kept in the state of the beat and not in an outbox of files: the state lies in memory, because no disk
// should be written 2,880 times a day, and the words of an event depend on what has happened until it is sent.
import { formatBeside, formatDuration, formatMeasure } from '../core/quantity.ts';
import type { SentryEvent } from '../core/sentry.ts';
import { fingerprint } from '../core/text.ts';
import { hasExpired } from '../outbox/retry.ts';
import { isDueAgain, secondsSince } from '../core/age.ts';
import type { World } from '../contract/stage.ts';
import type { ThermalConfig } from './config.ts';
import { type Fault, type Hot, isActive, isFault, type Track, type Tracks } from './episode.ts';

const repeatSeconds = 3600;
/** An event that could not be sent for this long is dropped. */
const forgetSeconds = 86_400;

type State = 'begun' | 'lasting' | 'over';

interface EventKey {
  readonly key: string;
  readonly state: State;
}

export interface Due extends EventKey {
  readonly event: SentryEvent;
}

type Sender = Pick<World<Pick<ThermalConfig, 'site'>>, 'config' | 'hostname' | 'product'>;

/** The events to be sent now, oldest first. */
export const dueEvents = (tracks: Tracks, sender: Sender, at: Date): Due[] =>
  Object.entries(tracks).flatMap(([key, newest]) => {
    const track = oldestOf(newest);
    return dueStates(track, at).map((state) => ({ key, state, event: eventOf(key, track, state, sender, at) }));
  });

const oldestOf = (track: Track): Track => (track.earlier ? oldestOf(track.earlier) : track);

function dueStates(track: Track, at: Date): State[] {
  const begun: State[] = track.told_at === undefined ? ['begun'] : [];
  // The beginning is reported even if the temperature was well again before Sentry could be reached.
  if (track.ended_at !== undefined) return [...begun, 'over'];
  if (!isActive(track) || !isDueAgain(track.told_at, repeatSeconds, at)) return [];
  return begun.length > 0 ? begun : ['lasting'];
}

/** The tracks that remain to be watched or reported after these events were sent. */
export function settleEvents(tracks: Tracks, sent: readonly EventKey[], at: Date): Tracks {
  const statesOf = Map.groupBy(sent, ({ key }) => key);
  return Object.fromEntries(
    Object.entries(tracks).flatMap(([key, track]) => {
      const states = statesOf.get(key)?.map(({ state }) => state) ?? [];
      const left = settleOldest(track, states, at);
      return left ? [[key, left]] : [];
    }),
  );
}

/** Without Sentry an ended track has no event to wait for, so it is dropped. */
export const dropEnded = (tracks: Tracks, at: Date): Tracks =>
  settleEvents(
    tracks,
    Object.keys(tracks).map((key) => ({ key, state: 'over' })),
    at,
  );

function settleOldest(track: Track, sent: readonly State[], at: Date): Track | undefined {
  const { earlier, ...newest } = track;
  if (!earlier) return settle(track, sent, at);
  const left = settleOldest(earlier, sent, at);
  return left ? { ...newest, earlier: left } : newest;
}

function settle(track: Track, sent: readonly State[], at: Date): Track | undefined {
  const { ended_at } = track;
  if (ended_at !== undefined && (sent.includes('over') || hasExpired(ended_at, forgetSeconds, at))) return undefined;
  return sent.some((state) => state !== 'over') ? { ...track, told_at: at.toISOString() } : track;
}

/** As a sentence for a person: `CPU package on platform/coretemp.0 is at 91 C (above 85 C)`. */
export const describeTrack = (track: Track, at: Date): string =>
  isFault(track) ? describeFault(track) : describeHot(track, at);

const faultWords = {
  unread: ['cannot be read', 'could not be read'],
  alarm: ['raises its own alarm', 'raised its own alarm'],
  fan: ['does not turn as it should', 'did not turn as it should'],
} as const;

function describeFault(track: Fault): string {
  const { kind, title, chip, why, ended_at } = track;
  const [now] = faultWords[kind];
  if (ended_at === undefined) return `${title} on ${chip} ${now}: ${why}`;
  return `${title} on ${chip} is ${endOfFault(track)} (it ${describePastFault(track)})`;
}

const endOfFault = ({ ended_as }: Fault): string =>
  ended_as ? { gone: 'no longer there', unjudged: 'no longer judged' }[ended_as] : 'well again';

function describePastFault(track: Fault): string {
  return `${faultWords[track.kind][1]} ${spanOf(track)}: ${track.why}`;
}

function describeHot(track: Hot, at: Date): string {
  const { title, chip, celsius, above, read_at } = track;
  const beside = formatBeside(celsius, above, 'C');
  const limit = formatMeasure(above, 'C');
  const age = secondsSince(read_at, at);
  return `${title} on ${chip} is ${now()}`;

  function now(): string {
    if (track.ended_at !== undefined) return `${describeEnding(track, at)} (it ${describePast(track)})`;
    const seen = age > 1 ? `${beside} when it was last read ${formatDuration(age)} ago` : beside;
    return `at ${seen} (${celsius > above ? 'above' : 'limit'} ${limit})`;
  }
}

function describeEnding(track: Hot, at: Date): string {
  const { celsius, above, read_at, ended_as } = track;
  const beside = formatBeside(celsius, above, 'C');
  if (ended_as === 'gone')
    return `no longer there: last read ${formatDuration(secondsSince(read_at, at))} ago, ${beside}`;
  if (ended_as === 'unjudged') return `no longer judged: ${beside}`;
  return `well again: ${beside}${above === limitThen(track) ? '' : `, limit ${formatMeasure(above, 'C')}`}`;
}

/** Sentry shows the newest event as the title of the issue: the problem comes first in the event of its end, too. */
const describeEnd = (track: Track, at: Date): string =>
  `${track.title} on ${track.chip} ${describePast(track)}; it is ${isFault(track) ? endOfFault(track) : describeEnding(track, at)}`;

const limitThen = ({ above, began_above }: Hot): number => began_above ?? above;

/** `for 2h`. After a restart of the machine the time in between is unknown. */
function spanOf({ began_at, ended_at = '', ended_as, read_at, resumed_at }: Track): string {
  if (resumed_at !== undefined) return `from ${began_at} on, and the machine was restarted since`;
  // Nothing is known of a sensor after its last reading.
  const until = new Date(ended_as === 'gone' ? read_at : ended_at);
  return `for ${formatDuration(Math.max(0, secondsSince(began_at, until)))}`;
}

function describePast(track: Track): string {
  if (isFault(track)) return describePastFault(track);
  const highest = formatMeasure(track.highest_celsius, 'C');
  return `was above ${formatMeasure(limitThen(track), 'C')} ${spanOf(track)}, at most ${highest}`;
}

function eventOf(
  key: string,
  track: Track,
  state: State,
  { config: { site }, hostname, product: { version } }: Sender,
  at: Date,
): SentryEvent {
  const { source, chip, sensor, title, began_at = '', ended_at, told_at } = track;
  const isLate = state === 'begun' && ended_at !== undefined;
  const { tags, extra } = isFault(track) ? detailsOfFault(track) : detailsOfHot(track, isLate);
  const words = isLate
    ? `${title} on ${chip} ${describePast(track)}, which could not be reported before`
    : state === 'over'
      ? describeEnd(track, at)
      : describeTrack(track, at);
  const time = state === 'begun' ? began_at : state === 'over' ? ended_at : undefined;
  // A retried event, or one that two beats send at once, keeps its id: Sentry stores it once.
  const identity = `${site} ${hostname} ${key} ${windowOf(began_at)} ${state} ${state === 'lasting' ? told_at : ''}`;
  return {
    event_id: fingerprint(identity) + fingerprint(`${identity} again`),
    timestamp: (time === undefined ? at.getTime() : Date.parse(time)) / 1000,
    platform: 'node',
    // The level of an issue is that of its newest event, and the problem was as bad as it was.
    level: 'warning',
    logger: 'ops-monitor.thermal',
    server_name: hostname,
    environment: 'production',
    release: `ops-monitor@${version}`,
    message: { formatted: words },
    tags: { site, source, chip, sensor, watched: title, state, ...tags },
    fingerprint: ['ops-monitor-thermal', site, hostname, key],
    extra: { ...extra, began_at, ...(ended_at === undefined ? {} : { ended_at }) },
  };
}

type Details = Pick<SentryEvent, 'tags' | 'extra'>;

function detailsOfHot(track: Hot, isLate: boolean): Details {
  const { highest_celsius, limit_key } = track;
  const above = track.ended_at === undefined ? track.above : limitThen(track);
  // A late report of the beginning gives the highest temperature, not the one it has cooled down to.
  const celsius = isLate ? highest_celsius : track.celsius;
  return {
    tags: { celsius: String(celsius), above: String(above) },
    extra: { celsius, above_celsius: above, limit: limit_key, highest_celsius },
  };
}

const detailsOfFault = ({ kind, why }: Fault): Details => ({ tags: { fault: kind }, extra: { why } });

/** The quarter of a minute around :00, :15, :30 and :45: the timer beats at :00 and :30, and a beat beside it starts a little
 * earlier or later. Two episodes of one sensor begin at least 20 s apart: an end lies between them, and each takes a sample. */
const windowOf = (time: string): number => Math.floor((Date.parse(time) / 1000 + 7.5) / 15);
