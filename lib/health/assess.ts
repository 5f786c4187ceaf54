// assess-health: latest.json → latest_health.json, a line of the levels' history, a textfile.
import { Usage } from '../contract/errors.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { ageOf, isStale, secondsSince } from '../core/age.ts';
import { alignColumns } from '../core/columns.ts';
import { countLevels, tallyOf, worst } from '../core/level.ts';
import { formatDuration } from '../core/quantity.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { parseInstant } from '../core/time.ts';
import { type Observation, runbookOf, runChecks } from '../engine/checks.ts';
import type { StageRecord } from '../contract/record.ts';
import { type HeartbeatFound, readHeartbeat } from '../confirm/files.ts';
import { latest, type Snapshot } from '../snapshot/files.ts';
import { sections } from '../snapshot/sections/index.ts';
import { checks } from './checks/index.ts';
import type { HealthConfig } from './config.ts';
import { type Health, history, latestHealth, schemaVersion, textfile } from './files.ts';
import { nagiosFailure, nagiosLine } from './nagios.ts';
import { judgeOwn } from './own.ts';
import { renderTextfile } from './textfile.ts';

const name = 'assess-health';

export const assessHealth = defineStage<HealthConfig>({
  name,
  summary: 'judges the latest snapshot: green, amber, red, unknown',
  reads: [latest],
  writes: [latestHealth, history, textfile],
  runsEvery: 'cycle',
  deadlineMs: 30_000,
  options: {
    at: {
      type: 'string',
      value: 'TIME',
      summary: 'assess as if it were that time (UTC unless it says otherwise); history and textfile stay as they are',
    },
    nagios: {
      type: 'boolean',
      summary: 'print one line, then one a finding, and exit 0, 1, 2 or 3, as Nagios and Icinga expect of a plugin',
    },
  },

  onlyAsks: (options) => options['nagios'] === true,
  // Nagios reads the exit codes of wrong usage as something else.
  answerFailure: (error, argv) => (argv.includes('--nagios') ? nagiosFailure(reasonOf(error)) : undefined),

  async run(world) {
    const at = chosenTime(world);
    const { snapshot, missing } = await world.read(latest).then(
      (found) => (found && isTime(found.time_utc) ? { snapshot: found, missing: '' } : noSnapshot(found)),
      (error: unknown) => ({ snapshot: undefined, missing: reasonOf(error) }),
    );
    const stages = await world.stageRecords();
    const heartbeat = await readHeartbeat(world);
    const { config, hostname } = world;
    const health = assess({ snapshot, missing, stages, heartbeat, config, hostname, at });

    await world.replace(latestHealth, health, at);
    let unwritten: unknown;
    // What it would have been at another time is no history, and nothing for Prometheus.
    const isNow = world.options['at'] === undefined;
    if (health.run_id !== undefined && health.snapshot_time_utc !== undefined && isNow) {
      const levels = Object.fromEntries(health.observations.map(({ id, level }) => [id, level]));
      const { snapshot_time_utc: time, run_id, overall_level } = health;
      // In the file of the snapshot's day, where its line of raw data is too.
      const line = { time, run_id, schema_version: schemaVersion, overall_level, levels };
      await world.append(history, line, new Date(time)).catch((error: unknown) => (unwritten = error));
    }
    // On another disk, as like as not: it is told what happened all the same.
    if (isNow) await world.replace(textfile, renderTextfile(health, snapshot?.sections ?? {}), at);
    if (unwritten !== undefined) throw unwritten;

    const nagios = world.options['nagios'] === true ? nagiosLine(health) : undefined;
    return {
      counts: { ...health.counts },
      problems: snapshot ? [] : [missing],
      ...(health.run_id === undefined ? {} : { run_id: health.run_id }),
      json: health,
      text: nagios?.text ?? summaryOf(health),
      ...(nagios ? { exitCode: nagios.exitCode } : {}),
    };
  },
});

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));

const noSnapshot = (found: Snapshot | undefined) => ({
  snapshot: undefined,
  missing: found ? `its time is none: ${JSON.stringify(found.time_utc)}` : 'there is no snapshot yet',
});

function chosenTime(world: World<HealthConfig>): Date {
  const { at: text } = world.options;
  if (typeof text !== 'string') return world.now();
  const at = parseInstant(text);
  if (!at)
    throw new Usage(`--at ${JSON.stringify(text)} is not a time: write 2026-11-20T07:30 or 2026-11-20T07:30:00Z`);
  return at;
}

interface Input {
  readonly snapshot: Snapshot | undefined;
  /** Why there is no snapshot, where there is none. */
  readonly missing: string;
  readonly stages: readonly StageRecord[];
  readonly heartbeat: HeartbeatFound;
  readonly config: HealthConfig;
  readonly hostname: string;
  readonly at: Date;
}

/** A pure function of its input: the same twice gives the same bytes. */
export function assess({ snapshot, missing, stages, heartbeat, config, hostname, at }: Input): Health {
  const age = judgeAge(snapshot, missing, config, at);
  const judged = runChecks({
    checks,
    sections: snapshot?.sections ?? {},
    definitions: sections,
    limits: config.limits,
    at,
    stale: age.level === 'green' ? undefined : { message: age.message, limit: age.limit },
  });
  // Without a snapshot no subject is known: one observation says all there is to say.
  const observations = [
    age,
    ...(snapshot ? judged : []),
    ...judgeOwn({
      stages: stages.filter(({ stage }) => stage !== name),
      before: stages.find(({ stage }) => stage === name),
      heartbeat,
      limits: config.limits,
      at,
    }),
  ];
  const levels = observations.map(({ level }) => level);
  return {
    schema_version: schemaVersion,
    assessed_at: at.toISOString(),
    ...(snapshot ? { snapshot_time_utc: snapshot.time_utc, run_id: snapshot.run_id } : {}),
    site: snapshot?.site ?? config.site,
    hostname: snapshot?.hostname ?? hostname,
    overall_level: worst(levels),
    counts: countLevels(levels),
    observations,
  };
}

/** Too old, from the future, or not there: then nothing in it can be believed, and nothing is green. */
function judgeAge(snapshot: Snapshot | undefined, missing: string, config: HealthConfig, at: Date): Observation {
  const limit = config.limits.snapshot.intervals * config.interval;
  const { seconds, aheadSeconds } = ageOf(snapshot?.time_utc, at);
  const value = snapshot ? secondsSince(snapshot.time_utc, at) : undefined;
  const observe = (fresh: boolean, message: string): Observation => ({
    id: 'snapshot-age:snapshot',
    check: 'snapshot-age',
    subject: 'snapshot',
    level: fresh ? 'green' : 'unknown',
    value: value === undefined ? null : Math.round(value * 1000) / 1000,
    unit: 's',
    limit: { value: limit, key: 'limits.snapshot.intervals' },
    message,
    ...(fresh ? {} : { clears_when: 'collect-snapshot has written a new snapshot' }),
    runbook: runbookOf('snapshot-age'),
  });
  if (aheadSeconds !== undefined)
    return observe(false, `the snapshot is from the future, by ${formatDuration(aheadSeconds)}: a clock is wrong`);
  if (seconds === undefined) return observe(false, `no snapshot to judge: ${firstLine(missing)}`);
  const [old, most] = [formatDuration(seconds), formatDuration(limit)];
  return observe(!isStale({ seconds }, limit), `the snapshot is ${old} old (at most ${most})`);
}

function summaryOf({ overall_level, counts, observations }: Health): string {
  const worstOnes = observations.filter(({ level }) => level !== 'green');
  return [
    `${overall_level}: ${tallyOf(counts)}`,
    ...alignColumns(
      worstOnes.map(({ level, message }) => [level, message]),
      { gap: ' ', least: [7] },
    ),
  ].join('\n');
}
