// Follows each alert from its beginning to its end: what became of the alerts of the run before that are no alerts any more. Pure.
import type { Observation } from '../contract/observation.ts';
import { secondsSince } from '../core/age.ts';
import { type Fleet, unreadCheck } from './assess.ts';
import type { AlertRecord, EarlierAlert, FleetSnapshot } from './files.ts';
import { judgements } from './judge/index.ts';

type Before = FleetSnapshot['environments'][string] | undefined;

/** An alert that is over is kept for a day, so that whoever reads the file sees that it ended, and not only that it is no longer there. */
const keptSeconds = 86_400;

/** Of each severity, of a node, and of what is of no single node, as many as health tells by themselves: a node whose report names other parts in each run would fill the file. */
const mostOfEach = 20;

/** The alerts of this run. Each has the time since when it has had its severity. */
export const alertRecords = ({ alerts, observations }: Fleet, before: Before, at: Date): AlertRecord[] => {
  const known = new Map(alertsBefore(before).map((alert) => [alert.id, alert]));
  const clears = new Map(observations.map(({ id, clears_when }) => [id, clears_when]));
  return alerts.map((alert) => {
    const { id, severity, subsystem, node } = alert;
    const then = known.get(id);
    const goesOn = then?.ended_at === undefined && then?.severity === severity;
    return {
      id,
      severity,
      subsystem,
      ...(node === null ? {} : { node }),
      ...wordsOf({ ...alert, clears_when: clears.get(id) }),
      since: (goesOn ? then.since : undefined) ?? at.toISOString(),
    };
  });
};

const wordsOf = ({ level, message, value, unit, limit, clears_when }: Worded) => ({
  level,
  message,
  value,
  unit,
  limit,
  ...(clears_when === undefined ? {} : { clears_when }),
});

type Worded = Pick<Observation, 'level' | 'message' | 'value' | 'unit' | 'limit' | 'clears_when'>;

/** The alerts of the runs before that are no alerts now. */
export function earlierAlerts(fleet: Fleet, before: Before, at: Date): EarlierAlert[] {
  const current = new Set(fleet.alerts.map(({ id }) => id));
  const found = new Map(fleet.observations.map((one) => [one.id, one]));
  const kept = alertsBefore(before)
    // A note is no fault, so that nobody waits for its end.
    .filter(({ id, node, severity }) => {
      const isWatched = node === undefined || Object.hasOwn(fleet.facts, node);
      return isWatched && !current.has(id) && severity !== 'info';
    })
    .flatMap((alert): EarlierAlert[] => {
      const { ended_at = at.toISOString() } = alert;
      if (secondsSince(ended_at, at) > keptSeconds) return [];
      const now = found.get(alert.id);
      if (now && now.level !== 'green') {
        // It follows from another alert now, and is still as bad as it is. An alert already reported as over is not reported again as a
        // consequence.
        if (alert.ended_at !== undefined) return [];
        return [{ ...alert, ...wordsOf(now), severity: fleet.severityIn(now) }];
      }
      if (now === undefined && isNotRead(fleet, alert)) return [{ ...alert, level: 'unknown' }];
      return [{ ...alert, level: 'green', ended_at }];
    });
  // Those that are not over first, then those that ended last; of those the oldest first.
  const ordered = kept.toSorted(
    (one, other) => endOf(other).localeCompare(endOf(one)) || beginOf(one).localeCompare(beginOf(other)),
  );
  const groups = Map.groupBy(ordered, ({ node = '', severity }) => `${severity} ${node}`);
  return [...groups.values()].flatMap((all) => all.slice(0, mostOfEach));
}

const beginOf = ({ since = '' }: EarlierAlert): string => since;

const endOf = ({ ended_at = '~' }: EarlierAlert): string => ended_at;

const alertsBefore = (before: Before): readonly EarlierAlert[] => [
  ...(before?.earlier ?? []),
  ...(before?.alerts ?? []),
];

/** Whether something that the judgement of this alert looks at could not be read. Without a finding the alert is then not over, but unknown. */
function isNotRead({ facts, observations, sections: readings }: Fleet, { id, node }: AlertRecord): boolean {
  const [check = ''] = id.split(':', 1);
  const nodes = node === undefined ? Object.keys(facts) : [node];
  if (nodes.some((name) => facts[name]?.reached !== true)) return true;
  const needs: readonly string[] = judgements.find(({ name }) => name === check)?.needs ?? [];
  // A judgement that failed is told in the place of its findings.
  if (observations.some((one) => one.check === check && one.level === 'unknown' && needs.includes(one.subject)))
    return true;
  const sections = needs.flatMap((need) => readFrom[need] ?? [need]);
  const readingsOf = (from: readonly string[]) => nodes.flatMap((name) => from.map((one) => readings[one]?.[name]));
  // A judgement about links alone says that all is well, or gives no finding because that cannot be told. Only where no node has what the
  // links are read from nothing is left to tell.
  if (needs.every((need) => need === 'links') && readingsOf(sections).some((one) => one?.status === 'ok')) return true;
  // What a program would say that does not answer is not known. Of the other judgements, links only tell the cause.
  const own = needs.flatMap((need) => (need === 'links' ? [] : (readFrom[need] ?? [need])));
  if (readingsOf(own).some((one) => one?.status === 'ok' && isSilent(one.data))) return true;
  const unread = observations.flatMap(({ check: by, subject }) => (by === unreadCheck.name ? [subject] : []));
  return nodes.some((name) =>
    unread.some((subject) => {
      if (!subject.startsWith(`${name}/`)) return false;
      const what = subject.slice(name.length + 1);
      return what.endsWith(' more parts')
        ? sections.length > 0
        : sections.some((section) => `${what}.`.startsWith(`${section}.`));
    }),
  );
}

const isSilent = (data: unknown): boolean => (data as { readonly responsive?: boolean }).responsive === false;

/** What is worked out of the sections of several nodes → these sections. */
const readFrom: Readonly<Record<string, readonly string[]>> = {
  nodes: [],
  links: ['rqlite', 'wireguard'],
  members: ['rqlite'],
  mesh: ['wireguard'],
};
