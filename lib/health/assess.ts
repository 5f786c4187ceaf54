// assess-health: latest.json → latest_health.json, a line in the history of levels, a textfile.
import { Usage } from '../contract/errors.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { alignColumns } from '../core/columns.ts';
import { countLevels, tallyOf, worst } from '../core/level.ts';
import { reasonOf } from '../core/text.ts';
import { parseInstant } from '../core/time.ts';
import type { Registry } from '../contract/registry.ts';
import { markStale } from '../engine/checks.ts';
import { readHeartbeat } from '../confirm/files.ts';
import { readTelling } from '../thermal/files.ts';
import { latest, readLatest } from '../snapshot/files.ts';
import type { HealthConfig } from './config.ts';
import { type Health, history, type JudgementInput, latestHealth, schemaVersion, textfile } from './files.ts';
import { judgeSite } from './judge.ts';
import { ageLimit } from './monitor.ts';
import { mergeParts, partsIn } from './parts.ts';
import { nagiosFailure, nagiosAnswer } from './nagios.ts';
import { renderTextfile } from './textfile.ts';

const name = 'assess-health';

export const assessHealth = (registry: Judging) =>
  defineStage<HealthConfig>({
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
        summary: 'assess as if it were that time (UTC unless it has an offset); history and textfile stay as they are',
      },
      nagios: {
        type: 'boolean',
        summary: 'print a status line and one line a finding, and exit 0, 1, 2 or 3, as a Nagios or Icinga plugin does',
      },
    },

    onlyPrints: (options) => options['nagios'] === true,
    // The usual exit code for wrong usage, 2, means CRITICAL to Nagios.
    renderFailure: (error, argv) => (argv.includes('--nagios') ? nagiosFailure(reasonOf(error)) : undefined),

    checkUsage: (world) => void chosenTime(world),

    async run(world) {
      const at = chosenTime(world);
      const { snapshot, missing } = await readLatest(world);
      const stages = await world.stageRecords();
      const heartbeat = await readHeartbeat(world);
      const { config, hostname } = world;
      const telling = await readTelling(world);
      const began = world.monotonicMs();
      const health = assess(registry, { snapshot, missing, stages, heartbeat, telling, config, hostname, at });
      const checks = {
        name: 'checks',
        began,
        ms: world.monotonicMs() - began,
        attributes: { 'ops_monitor.observations': health.observations.length },
      };

      await world.replace(latestHealth, health, at);
      let unwritten: unknown;
      // An assessment for another time (--at) belongs neither in the history nor in Prometheus.
      const isNow = world.options['at'] === undefined;
      if (health.run_id !== undefined && health.snapshot_time_utc !== undefined && isNow) {
        const levels = levelsOf(mergeParts(health.observations));
        const parts = levelsOf(partsIn(health.observations));
        const { snapshot_time_utc: time, run_id, overall_level } = health;
        // The file of the snapshot's day, as for its line of raw data.
        const line = {
          time,
          run_id,
          schema_version: schemaVersion,
          overall_level,
          levels,
          ...(Object.keys(parts).length === 0 ? {} : { parts }),
        };
        await world.append(history, line, new Date(time)).catch((error: unknown) => (unwritten = error));
      }
      // The textfile is often on another disk, so it is written even if the history could not be.
      if (isNow) {
        const { version } = world.product;
        const about = { sections: snapshot?.sections ?? {}, validSeconds: ageLimit(config), version };
        const text = renderTextfile(registry.sections, health, about);
        await world.replace(textfile, text, at);
      }
      if (unwritten !== undefined) throw unwritten;

      const [age] = health.observations;
      const isBlind = age !== undefined && age.level !== 'green';
      const nagios = world.options['nagios'] === true ? nagiosAnswer(health) : undefined;
      return {
        counts: { ...health.counts, ...(isBlind ? { blind: 1 } : {}) },
        problems: isBlind ? [age.message] : [],
        steps: [checks],
        ...(health.run_id === undefined ? {} : { run_id: health.run_id }),
        // A plugin answers in lines, also where --json was given.
        ...(nagios ? { text: nagios.text, exitCode: nagios.exitCode } : { text: summaryOf(health), json: health }),
      };
    },
  });

const levelsOf = (observations: Health['observations']) =>
  Object.fromEntries(observations.map(({ id, level }) => [id, level]));

function chosenTime(world: World<HealthConfig>): Date {
  const { at: text } = world.options;
  if (typeof text !== 'string') return world.now();
  const at = parseInstant(text);
  if (!at)
    throw new Usage(`--at ${JSON.stringify(text)} is not a time: write 2026-11-20T07:30 or 2026-11-20T07:30:00Z`);
  return at;
}

interface Input extends Omit<JudgementInput, 'judgingStage'> {
  readonly config: HealthConfig;
  readonly hostname: string;
  readonly at: Date;
}

type Judging = Pick<Registry, 'sections' | 'checks'>;

export function assess(registry: Judging, { config, hostname, at, ...known }: Input): Health {
  const { snapshot } = known;
  const judged = judgeSite(registry, { ...known, judgingStage: name }, config, at);
  const age = judged.age.observation;
  const observations = [
    age,
    ...judged.snapshot.map(({ observation }) => (age.level === 'green' ? observation : markStale(age, observation))),
    // The record of assess-health is still that of its previous run; later stages judge this run.
    ...judged.monitor.flatMap(({ observation }) => (observation.id === `stage-outcome:${name}` ? [] : observation)),
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

function summaryOf({ overall_level, counts, observations }: Health): string {
  const worstOnes = observations.filter(({ level }) => level !== 'green');
  return [
    `${overall_level}: ${tallyOf(counts)}`,
    ...alignColumns(
      worstOnes.map(({ level, message }) => [level, message]),
      { gap: ' ', minimumWidths: [7] },
    ),
  ].join('\n');
}
