// Decides when an alert begins and when it ends. Pure: judgements, earlier tracks and the clock come in as data.
import { ownOf } from '../core/fields.ts';
import type { Alert, Track } from './files.ts';
import { layoutVersion } from './files.ts';
import type { Judged } from './judge.ts';

export type Tracks = Readonly<Record<string, Track>>;

interface Beat {
  readonly judged: readonly Judged[];
  readonly before: Tracks;
  /** Service → seconds above its limit before an alert begins. */
  readonly holds: Readonly<Record<string, number>>;
  readonly at: Date;
  readonly uptime: number;
}

export interface Stepped {
  readonly tracks: Tracks;
  readonly begun: readonly Alert[];
  readonly ended: readonly Alert[];
}

/** A hold begins anew after so many seconds in which nothing was judged to be above its limit. */
const mostGapSeconds = 100;

export const keyOf = ({ service, measure }: Pick<Alert, 'service' | 'measure'>): string => `${service} ${measure}`;

export function step({ judged, before, holds, at, uptime }: Beat): Stepped {
  const tracks: Record<string, Track> = {};
  const begun: Alert[] = [];
  const ended: Alert[] = [];
  const now = at.toISOString();
  const end = ({ alert, isBegun }: Track, words: string): void => {
    if (isBegun === 'yes') ended.push({ ...alert, ended_at: now, ended: words });
  };
  const known = new Set<string>();
  for (const one of judged) {
    const key = keyOf(one);
    known.add(key);
    const track = ownOf(before, key);
    if (one.state === 'unknown') {
      if (track) tracks[key] = track;
    } else if (one.state === 'well') {
      if (track) end(track, one.message);
    } else {
      const next = cross(one, track);
      tracks[key] = next;
      if (next.isBegun === 'yes' && track?.isBegun !== 'yes') begun.push(next.alert);
    }
  }
  for (const [key, track] of Object.entries(before)) if (!known.has(key)) end(track, 'it is no longer watched');
  return { tracks, begun, ended };

  function cross(one: Judged, track: Track | undefined): Track {
    const { state: _, ...found } = one;
    const gap = track && uptime - track.crossed_uptime;
    const isOne = track && (track.isBegun === 'yes' || (gap !== undefined && gap >= 0 && gap <= mostGapSeconds));
    const since_uptime = isOne ? track.since_uptime : uptime;
    const isHeld = uptime - since_uptime >= (holds[found.service] ?? 0);
    const isBegun = isHeld || (isOne && track.isBegun === 'yes') ? 'yes' : 'no';
    return {
      since_uptime,
      crossed_uptime: uptime,
      isBegun,
      alert: {
        schema_version: layoutVersion,
        ...found,
        worst: worseOf(isOne ? track.alert.worst : null, found.value),
        since: isOne ? track.alert.since : now,
        began_at: isOne && track.isBegun === 'yes' ? track.alert.began_at : now,
      },
    };
  }
}

const worseOf = (a: Alert['value'], b: Alert['value']): Alert['value'] =>
  typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : b;

/** Tracks of the alerts that were active before a reboot: each stays active until its service is judged again. */
export const resumeTracks = (alerts: readonly Alert[], uptime: number): Tracks =>
  Object.fromEntries(
    alerts.map((alert) => [
      keyOf(alert),
      { since_uptime: uptime, crossed_uptime: uptime, isBegun: 'yes' as const, alert },
    ]),
  );
