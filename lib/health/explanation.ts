// explain: shows for one observation the readings, the limit that decided and where it is configured, the start of the level,
// and the condition that clears it.
import { Usage } from '../contract/errors.ts';
import type { Registry } from '../contract/registry.ts';
import { isObject } from '../contract/shape.ts';
import type { World } from '../contract/stage.ts';
import { foldColumns } from '../core/columns.ts';
import type { Level } from '../core/level.ts';
import { formatBound, formatScalar } from '../core/quantity.ts';
import { join } from '../core/path.ts';
import { closestWords, counted, identifierOf, nearest } from '../core/text.ts';
import { clockMinute, daysBefore, distance } from '../core/time.ts';
import { causeOf, foldFindings } from '../engine/findings.ts';
import { outcomesOf } from '../engine/readable.ts';
import { latest, type Snapshot } from '../snapshot/files.ts';
import type { HealthConfig } from './config.ts';
import { currentHealth } from './current.ts';
import { type CurrentHealth, type Health, history, latestHealth, parseHistoryLine } from './files.ts';

type Observation = Health['observations'][number];

export type Explanation = Awaited<ReturnType<typeof explain>>;

type Judging = Pick<Registry, 'sections' | 'checks'>;

/** Limit for the search in the history. */
const mostDays = 400;

export async function explain(
  registry: Judging,
  asked: string,
  world: Pick<World<HealthConfig>, 'config' | 'now' | 'places' | 'product' | 'read' | 'scan' | 'stageRecords'>,
  originOf: (key: string) => string,
  alert: AlertNamed | undefined,
  mailedWhen?: (observation: Observation) => string,
) {
  const now = world.now();
  const assessed = await world.read(latestHealth);
  if (!assessed) throw new Error(`nothing has been assessed yet: ${latestHealth.path(world.places, now)} is not there`);
  const health = currentHealth(assessed, { config: world.config, stages: await world.stageRecords(), at: now });
  const observation = observationNamed(asked, health, alert);
  const { id } = observation;
  const snapshot = await world.read(latest).catch(() => undefined); // the observation is shown without its readings
  const judged = snapshot?.run_id === health.run_id ? snapshot : undefined;
  const before = assessed.observations.find((one) => one.id === id)?.level;
  const cause = causeOf(observation, health.observations);
  const folded = foldFindings(health.observations).find((one) => one.observation.id === id);
  return {
    observation: { ...observation, runbook: join(world.product.folder, observation.runbook) },
    /** The observation that makes this one unknown, and those that are unknown because of this one. */
    ...(cause ? { cause: { id: cause.id, message: cause.message } } : {}),
    ...(folded && folded.dependents.length > 0 ? { dependents: folded.dependents.map((one) => one.id) } : {}),
    assessed_at: health.assessed_at,
    /** The level as assessed, where it can no longer be shown as the level now. */
    ...(before === undefined || before === observation.level ? {} : { level_before: before }),
    site: health.site,
    hostname: health.hostname,
    file: latest.path(world.places, now),
    /** The readings that the check judged; empty where the monitor judges itself. */
    read: judged ? readingsOf(registry, observation, judged) : [],
    ...(mailedWhen ? { mailed: mailedWhen(observation) } : {}),
    limit_origin: observation.limit.key === '' ? 'a fact, not a setting' : originOf(observation.limit.key),
    since:
      health.unknown_since !== undefined && observation.level === 'unknown' && before !== 'unknown'
        ? { at: health.unknown_since, atLeast: false }
        : findStart(id, observation.level, health, world),
  };
}

/** The name that the user gave is the name of an alert, or of a rule. */
interface AlertNamed {
  /** Ids that its observations may have; of a rule, its checks. */
  readonly observations: readonly string[];
  /** The reading whose failure the alert reports. */
  readonly reading?: string | undefined;
}

const mostNamed = 12;

/** Throws Usage unless the name means exactly one observation. */
function observationNamed(asked: string, health: CurrentHealth, alert: AlertNamed | undefined): Observation {
  const meant = observationsNamed(asked, health.observations, alert);
  const [first, ...others] = meant;
  if (first && others.length === 0) return first;
  if (first) {
    const ids = meant.slice(0, mostNamed).map(({ id }) => id);
    throw new Usage(listOf(`${asked} names ${meant.length} observations; explain one of them:`, ids, meant.length));
  }
  const known = health.observations.map(({ id }) => id);
  const wanted = alert?.observations[0] ?? asked;
  const like = nearest(wanted, known);
  const problem = `there is no observation ${JSON.stringify(asked)} in the assessment of ${clockMinute(new Date(health.assessed_at))}`;
  const outdated = health.unknown_since === undefined ? '' : ` (${health.observations[0]?.message})`;
  const near = closestWords(wanted, known, mostNamed);
  throw new Usage(
    listOf(`${problem}${outdated}${like ? `; did you mean ${like}?` : ''}\nThere are:`, near, known.length),
  );
}

function listOf(head: string, ids: readonly string[], count: number): string {
  const more = count > ids.length ? [`and ${count - ids.length} more, in the report`] : [];
  return [head, ...ids, ...more].join('\n  ');
}

/** A name is, in this order, an id, an alert or a rule, a check, a subject (a service also without
 * `.service`) or the path that gave the subject its name. */
function observationsNamed(
  asked: string,
  all: readonly Observation[],
  alert: AlertNamed | undefined,
): readonly Observation[] {
  const subject = asked.startsWith('/') ? identifierOf(asked) : asked;
  const behind = alert?.observations ?? [];
  const meanings: readonly ((one: Observation) => boolean)[] = [
    ({ id }) => id === asked,
    ({ id, check }) => behind.includes(id) || behind.includes(check),
    ({ because }) => because !== undefined && because === alert?.reading,
    (one) => one.check === asked,
    (one) => one.subject === subject || one.subject === `${asked}.service`,
  ];
  const named = meanings.map((isMeant) => all.filter(isMeant));
  return named.find((found) => found.length > 0) ?? [];
}

function readingsOf({ sections, checks }: Judging, { check, subject }: Observation, snapshot: Snapshot) {
  const needs = checks.find(({ name }) => name === check)?.needs ?? [];
  return needs.flatMap((need) => {
    const section = snapshot.sections[need];
    if (!section) return [];
    const outcomes = outcomesOf(sections, { [need]: section });
    const found =
      outcomes.find(({ name }) => name === `${need}.${subject}`) ??
      // The longest name: `devnet.node1:disk` is a part of `devnet.node1`, and not of `devnet`.
      outcomes
        .filter(({ item, name }) => item !== undefined && isPart(`${need}.${subject}`, name))
        .toSorted((one, other) => other.name.length - one.name.length)[0] ??
      outcomes.find(({ name }) => name === need);
    if (!found) return [];
    const { name, item, outcome } = found;
    const data = outcome.status === 'ok' ? partOfSubject(outcome.data, subject, item) : undefined;
    return {
      name,
      source: sections[need]?.source ?? '',
      collected_at: outcome.status === 'ok' ? outcome.collected_at : undefined,
      outcome: outcome.status === 'ok' ? 'ok' : outcome.reason,
      data,
    };
  });
}

/** Parts are named `ITEM.PART`, or `ITEM:PART` where they come and go. */
const isPart = (name: string, of: string): boolean => name.startsWith(`${of}.`) || name.startsWith(`${of}:`);

/** Returns the subject's part of a reading that contains many subjects: a unit of the section services; of the subject
 * `ITEM.PART`, the part in a map of the item's reading. */
function partOfSubject(data: unknown, subject: string, item: string | undefined): unknown {
  if (!isObject(data)) return data;
  if (item === undefined || !isPart(subject, item)) return Object.hasOwn(data, subject) ? data[subject] : data;
  const part = subject.slice(item.length + 1);
  const own = Object.values(data)
    .filter(isObject)
    .find((map) => Object.hasOwn(map, part));
  return own ? own[part] : data;
}

/** Finds the snapshot since which the observation has had this level without a break; searches the history backwards. */
function findStart(id: string, level: Level, health: Health, world: Pick<World<HealthConfig>, 'scan'>) {
  if (health.snapshot_time_utc === undefined) return undefined;
  const today = new Date(health.snapshot_time_utc);
  let first: string | undefined;
  const seen = new Set<string>();
  for (let back = 0; back <= mostDays; back++) {
    let lines = 0;
    for (const line of world.scan(history, 'end', daysBefore(today, back))) {
      lines += 1;
      const record = parseHistoryLine(line);
      // The last line of a run id counts, which is the first one when reading backwards.
      if (!record || seen.has(record.run_id)) continue;
      seen.add(record.run_id);
      if ((record.parts?.[id] ?? record.levels[id]) !== level)
        return first === undefined ? undefined : { at: first, atLeast: false };
      first = record.time;
    }
    // On a day without lines the history begins or has a gap, in which the level is unknown.
    if (lines === 0 && back > 0) break;
  }
  return first === undefined ? undefined : { at: first, atLeast: true };
}

/** `width`: columns of the terminal; Infinity where lines are not broken. */
export function renderExplanation(explanation: Explanation, now: Date, width: number): string {
  const { observation, cause, dependents, assessed_at, level_before, read, mailed, limit_origin, since } = explanation;
  const { id, level, message, value, unit, limit, clears_when, runbook } = observation;
  const assessed = `as assessed at ${clockMinute(new Date(assessed_at))}`;
  const rows: [string, string][] = [
    [
      'level',
      level_before === undefined ? `${level}, ${assessed}` : `${level} now; it was ${level_before}, ${assessed}`,
    ],
    ['why', message],
    ...(cause ? ([['cause', `${cause.id}: ${cause.message}`]] as [string, string][]) : []),
    ...(dependents
      ? ([
          [
            'costs',
            `${counted(dependents.length, 'more observation')}, unknown because of it: ${dependents.join(', ')}`,
          ],
        ] as [string, string][])
      : []),
    ['value', `${formatScalar(value, unit)}${typeof value === 'number' ? ` (${value})` : ''}`],
    ['limit', `${formatScalar(limit.value, unit, formatBound)}${limit.key === '' ? '' : `, ${limit.key}`}`],
    ['written', limit_origin],
    ['since', sinceWords(since, now)],
    ...(clears_when === undefined ? [] : ([['clears', `when ${clears_when}`]] as [string, string][])),
    ...(mailed === undefined ? [] : ([['mailed', mailed]] as [string, string][])),
    ['runbook', runbook],
    ['host', explanation.hostname],
    ['file', explanation.file],
  ];
  return [
    id,
    ...foldColumns(rows, { indent: '  ', width }),
    ...read.flatMap(({ name, source, collected_at, outcome, data }) => [
      '',
      ...foldColumns(
        [
          ['read   ', `${name}${collected_at === undefined ? '' : `, at ${collected_at}`}: ${outcome}`],
          ['by', source],
        ],
        { indent: '  ', width },
      ),
      ...(data === undefined ? [] : indented(data)),
    ]),
  ].join('\n');
}

function sinceWords(since: Explanation['since'], now: Date): string {
  if (!since) return 'unknown: the history of levels does not show it';
  const at = new Date(since.at);
  return `${since.atLeast ? 'at least ' : ''}${clockMinute(at)}, ${distance(at, now)} ago${since.atLeast ? ' (the history goes no further back)' : ''}`;
}

const indented = (data: unknown): string[] =>
  JSON.stringify(data, undefined, 2)
    .split('\n')
    .map((line) => `           ${line}`);
