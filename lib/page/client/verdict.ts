// The headline of the page: a level, or the reason why no level may be shown. Pure: no DOM, no clock.
import { level, observationSchema, type Observation } from '../../contract/observation.ts';
import {
  fits,
  isObject,
  listOf,
  number,
  object,
  optional,
  type Shape,
  shapeProblem,
  string,
} from '../../contract/shape.ts';
import { ageOf } from '../../core/age.ts';
import { countLevels, type Level, worst } from '../../core/level.ts';
import { formatDuration, formatLimit } from '../../core/quantity.ts';

/** A file as it was fetched. */
export type Fetched =
  | { readonly state: 'waiting' }
  | { readonly state: 'missing' | 'unreadable'; readonly reason: string }
  | { readonly state: 'read'; readonly content: unknown };

export interface SeenSnapshot {
  readonly time_utc: string;
  readonly run_id: string;
  readonly site: string;
  readonly hostname: string;
  readonly product_version: string;
  readonly sections: Readonly<Record<string, unknown>>;
}

export interface SeenHealth {
  readonly snapshot_time_utc?: string | undefined;
  readonly run_id?: string | undefined;
  readonly site: string;
  readonly assessed_at: string;
  readonly observations: readonly Observation[];
}

export type Verdict = { readonly snapshot?: SeenSnapshot; readonly health?: SeenHealth } & (
  | { readonly kind: 'waiting' }
  | { readonly kind: 'level'; readonly level: Level; readonly note?: string }
  | { readonly kind: 'stale' | 'unreadable' | 'other schema' | 'not judged'; readonly reason: string }
);

/** The layouts that this page knows: those of lib/snapshot/files.ts and lib/health/files.ts. */
const knownVersion = 1;

const anyRecord: Shape<Record<string, unknown>> = {
  form: { type: 'other' },
  wrongIn: (value) => (isObject(value) ? undefined : { path: [], expected: 'object' }),
};

const snapshotShape: Shape<SeenSnapshot> = object({
  time_utc: string,
  run_id: string,
  site: string,
  hostname: string,
  product_version: string,
  sections: anyRecord,
});

const healthShape: Shape<SeenHealth> = object({
  snapshot_time_utc: optional(string),
  run_id: optional(string),
  site: string,
  assessed_at: string,
  overall_level: level,
  observations: listOf(observationSchema),
});

/** Three intervals of five minutes, where the assessment does not say. */
const usualLimit = 900;
/** assess-health follows collect-snapshot within seconds; a page that polls in between sees both for a moment. */
const judgedWithin = 90;

export interface Input {
  readonly snapshot: Fetched;
  readonly health: Fetched;
  readonly at: Date;
  /** Why the server says that the assessment may not be shown. */
  readonly outdated?: { readonly message: string } | undefined;
}

export function verdictOf({ snapshot: first, health: second, at, outdated }: Input): Verdict {
  if (first.state === 'waiting' || second.state === 'waiting') return { kind: 'waiting' };
  const snapshot = opened('latest.json', first, snapshotShape);
  const health = opened('latest_health.json', second, healthShape);
  const seen = {
    ...(snapshot.content ? { snapshot: snapshot.content } : {}),
    ...(health.content ? { health: health.content } : {}),
  };
  const wrong = snapshot.wrong ?? health.wrong;
  if (wrong) return { ...seen, ...wrong };
  const [{ time_utc, run_id, site }, judged] = [snapshot.content as SeenSnapshot, health.content as SeenHealth];
  if (judged.site !== site)
    return {
      ...seen,
      kind: 'not judged',
      reason: `the levels are of the site ${judged.site}, the snapshot is of ${site}`,
    };
  const limit = ageLimit(judged);
  const age = ageOf(time_utc, at);
  if (age.aheadSeconds !== undefined)
    return {
      ...seen,
      kind: 'stale',
      reason: `the snapshot is from the future, by ${formatDuration(age.aheadSeconds)}: a clock is wrong`,
    };
  if (age.seconds === undefined)
    return { ...seen, kind: 'unreadable', reason: `the time of the snapshot is invalid: ${JSON.stringify(time_utc)}` };
  if (age.seconds > limit)
    return {
      ...seen,
      kind: 'stale',
      reason: `the snapshot is ${formatDuration(age.seconds)} old (at most ${formatLimit(limit)}): does the monitor still run?`,
    };
  if (outdated) return { ...seen, kind: 'stale', reason: outdated.message };
  const found = worst(judged.observations.map((one) => one.level));
  if (judged.run_id === run_id) return { ...seen, kind: 'level', level: found };
  const other = `the levels are of another snapshot, that of ${judged.snapshot_time_utc ?? 'no known time'}: assess-health has not judged this one`;
  return age.seconds <= judgedWithin
    ? { ...seen, kind: 'level', level: found, note: `${other} yet` }
    : { ...seen, kind: 'not judged', reason: other };
}

/** A level is shown for this many seconds after its snapshot: the check of its age says how many. */
function ageLimit({ observations }: SeenHealth): number {
  const limit = observations.find(({ check }) => check === 'snapshot-age')?.limit.value;
  return typeof limit === 'number' && limit > 0 ? limit : usualLimit;
}

function opened<Content>(
  name: string,
  file: Exclude<Fetched, { state: 'waiting' }>,
  shape: Shape<Content>,
): {
  readonly content?: Content;
  readonly wrong?: { readonly kind: 'unreadable' | 'other schema'; readonly reason: string };
} {
  if (file.state !== 'read') return { wrong: { kind: 'unreadable', reason: `${name}: ${file.reason}` } };
  const { content } = file;
  if (fits(object({ schema_version: number }), content) && content.schema_version !== knownVersion) {
    const reason = `${name} has layout ${content.schema_version}, this page knows ${knownVersion}: it belongs to another version of ops-monitor`;
    return { wrong: { kind: 'other schema', reason } };
  }
  const issue = shape.wrongIn(content);
  if (issue)
    return { wrong: { kind: 'unreadable', reason: `${name} is not as expected: ${shapeProblem(issue, content)}` } };
  return { content: content as Content };
}

const headings = {
  stale: 'STALE',
  unreadable: 'UNREADABLE',
  'other schema': 'OTHER SCHEMA',
  'not judged': 'NOT JUDGED',
};

/** `RED: 2 things are wrong at aurora`. */
export function headlineOf(verdict: Verdict, found: number): string {
  const site = verdict.snapshot?.site ?? verdict.health?.site;
  const place = site === undefined ? '' : ` at ${site}`;
  if (verdict.kind === 'waiting') return 'Reading the latest snapshot …';
  if (verdict.kind !== 'level') return `${headings[verdict.kind]}: the present state${place} is not known`;
  const word = verdict.level.toUpperCase();
  if (verdict.level === 'green') return `${word}: nothing is wrong${place}`;
  return `${word}: ${found === 1 ? '1 thing is' : `${found} things are`} wrong${place}`;
}

/** The page's title, and the name of its icon. */
export const titleOf = (verdict: Verdict): string => {
  const word =
    verdict.kind === 'level' ? verdict.level.toUpperCase() : verdict.kind === 'waiting' ? '…' : headings[verdict.kind];
  return `${word} · ${verdict.snapshot?.site ?? verdict.health?.site ?? 'ops-monitor'}`;
};

export const countsOf = ({ observations }: SeenHealth): Record<Level, number> =>
  countLevels(observations.map((one) => one.level));
