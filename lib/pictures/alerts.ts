// The alerts of a span of time, from the log of their events.
import type { LoggedEvent } from '../alerts/files.ts';
import type { Policy } from '../contract/policy.ts';

export interface Episode {
  /** In order of their beginnings, from 1. */
  readonly number: number;
  /** `stream parsivel`, `mirror-coverage weather.local`. */
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly begin: number;
  /** Undefined while the alert is active. */
  readonly end: number | undefined;
  /** The checks whose observations raised it. */
  readonly checks: readonly string[];
}

const ends = new Set(['recovered', 'vanished']);

/** Alerts that were active at some time from `from` until before `to`. */
export function episodesOf(
  events: Iterable<Pick<LoggedEvent, 'time' | 'kind' | 'ids'>>,
  policies: readonly Pick<Policy, 'name' | 'of'>[],
  { from, to }: { readonly from: number; readonly to: number },
): Episode[] {
  const open = new Map<string, number>();
  const closed: { id: string; begin: number; end: number | undefined }[] = [];
  for (const { time, kind, ids } of events) {
    const at = Date.parse(time);
    for (const id of ids) {
      const begin = open.get(id);
      if (kind === 'firing' && begin === undefined) open.set(id, at);
      if (!ends.has(kind) || begin === undefined) continue;
      open.delete(id);
      closed.push({ id, begin, end: at });
    }
  }
  return [...closed, ...[...open].map(([id, begin]) => ({ id, begin, end: undefined }))]
    .filter(({ begin, end = Infinity }) => begin < to && end > from)
    .sort((a, b) => a.begin - b.begin)
    .map((episode, index) => ({ ...episode, number: index + 1, ...subjectOf(episode.id, policies) }));
}

/** `stream:parsivel` is of the check that the policy watches; `red:mirror-coverage:weather.local` names its check. */
function subjectOf(id: string, policies: readonly Pick<Policy, 'name' | 'of'>[]): Pick<Episode, 'label' | 'checks'> {
  const [rule = '', ...rest] = id.split(':');
  const policy = policies.find(({ name }) => name === rule);
  if (policy && !policy.of) return { label: `${rest[0]} ${rest.slice(1).join(':')}`.trim(), checks: rest.slice(0, 1) };
  const subject = rest.join(':');
  const checks = Object.entries(policy?.of ?? {}).filter(([, prefix]) => subject.startsWith(prefix));
  return { label: `${rule} ${subject}`.trim(), checks: checks.map(([check]) => check) };
}
