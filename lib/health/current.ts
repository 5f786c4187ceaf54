// Health as it may be shown now. Everything that shows a level of a file (explain, the report, the summary) asks here first:
// a level of an assessment that is too old, or that another one should have replaced, is unknown.
import type { Observation } from '../contract/observation.ts';
import type { StageRecord } from '../contract/record.ts';
import { ageOf } from '../core/age.ts';
import { countLevels, worst } from '../core/level.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { firstLine, newerLayout } from '../core/text.ts';
import { markStale } from '../engine/checks.ts';
import { type CurrentHealth, type Health, schemaVersion, type ShownConfig, type ShowsHealth } from './files.ts';
import { ageLimit, judgeSnapshotAge, monitorChecks, unknownAge } from './monitor.ts';

export const currentHealth: ShowsHealth = (health, { config, stages, at }) => {
  const limit = ageLimit(config);
  const { snapshot_time_utc: time_utc, assessed_at } = health;
  const outdated = assessmentProblem(health, config, stages, at);
  if (outdated) {
    const age = unknownAge(config, outdated.message);
    return withAge(health, age, { since: outdated.since, isSparing: () => false });
  }
  if (time_utc === undefined) return health;
  const age = judgeSnapshotAge({ snapshot: { time_utc }, missing: '' }, config, at).observation;
  const [expires, assessed] = [Date.parse(time_utc) + limit * 1000, Date.parse(assessed_at)];
  if (age.level === 'green') return { ...health, valid_until: new Date(expires).toISOString() };
  const own: readonly string[] = monitorChecks;
  return withAge(health, age, {
    since: new Date(expires < at.getTime() ? expires : assessed).toISOString(),
    isSparing: ({ check }) => own.includes(check),
  });
};

/** Why the whole assessment may not be believed, and since when. */
function assessmentProblem(
  { schema_version, assessed_at, site }: Health,
  config: ShownConfig,
  stages: readonly StageRecord[],
  at: Date,
): { readonly message: string; readonly since: string } | undefined {
  const limit = ageLimit(config);
  const { seconds, aheadSeconds } = ageOf(assessed_at, at);
  const newer = newerLayout('the last assessment', schema_version, schemaVersion);
  if (newer !== undefined) return { message: newer, since: assessed_at };
  if (site !== config.site)
    return {
      message: `the last assessment is of the site ${site}, and this is ${config.site}: the next cycle assesses it (one runs every ${formatLimit(config.interval)})`,
      since: assessed_at,
    };
  if (aheadSeconds !== undefined)
    return {
      message: `the last assessment is from the future, by ${formatDuration(aheadSeconds)}: a clock is wrong`,
      since: at.toISOString(),
    };
  if (seconds === undefined)
    return { message: `the last assessment has no time: ${assessed_at}`, since: at.toISOString() };
  const later = stages.find(({ stage, started_at }) => stage === 'assess-health' && started_at > assessed_at);
  if (later?.outcome === 'failed')
    return {
      message: `assess-health failed at ${later.started_at}: ${firstLine(later.problems.at(-1) ?? 'no reason left')}`,
      since: later.started_at,
    };
  if (seconds <= limit) return undefined;
  return {
    message: `nothing has been assessed for ${formatDuration(seconds)} (at most ${formatLimit(limit)}): does the monitor still run?`,
    since: new Date(Date.parse(assessed_at) + limit * 1000).toISOString(),
  };
}

function withAge(
  health: Health,
  age: Observation,
  { since, isSparing }: { since: string; isSparing: (observation: Health['observations'][number]) => boolean },
): CurrentHealth {
  const observations = health.observations
    .filter(({ id }) => id !== age.id)
    .map((observation) => (isSparing(observation) ? observation : markStale(age, observation)));
  const all = [{ ...age }, ...observations];
  const levels = all.map(({ level }) => level);
  return {
    ...health,
    overall_level: worst(levels),
    counts: countLevels(levels),
    observations: all,
    unknown_since: since,
  };
}
