// write-report: renders snapshot, health and the day's health history as Markdown: the latest report and the day's.
import { stateFile } from '../alerts/files.ts';
import type { Sections } from '../contract/registry.ts';
import { defineStage } from '../contract/stage.ts';
import { reasonOf } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import { history, latestHealth, type ShownConfig, type ShowsHealth } from '../health/files.ts';
import { latest } from '../snapshot/files.ts';
import { lastLevels, readDay } from './changes.ts';
import { dayReport, latestReport } from './files.ts';
import { renderDay, renderNoReport, renderReport } from './render.ts';

/** `shown` is lib/health/current.ts: rooms import nothing of one another but files. */
export const writeReport = (definitions: Sections, shown: ShowsHealth) =>
  defineStage<ShownConfig>({
    name: 'write-report',
    summary: 'writes the report for people: the latest one, and that of the day with its history',
    reads: [latest, latestHealth, history, stateFile],
    writes: [latestReport, dayReport],
    runsEvery: 'cycle',
    speaksWhenBroken: true,
    deadlineMs: 30_000,

    async run(world) {
      const problems: string[] = [];
      const at = world.now();
      const assessed = await world.read(latestHealth).catch((error: unknown) => new Error(reasonOf(error)));
      if (!assessed || assessed instanceof Error) {
        const path = latestHealth.path(world.places, at);
        const problem = assessed ?? new Error(`there is no assessed health: run assess-health first (${path})`);
        // The report of the run before would still say what was true then.
        await world.replace(latestReport, `${renderNoReport(world.config.site, world.hostname, problem.message)}\n`);
        throw problem;
      }
      const health = shown(assessed, { config: world.config, stages: await world.stageRecords(), at });
      const snapshot = await world.read(latest).catch((error: unknown) => {
        problems.push(reasonOf(error)); // a check reports it as well; here only the tables are missing
        return undefined;
      });
      // The day of the snapshot: just after midnight that is still the day before.
      const day = new Date(health.snapshot_time_utc ?? health.assessed_at);
      // A change over midnight belongs to the day of the later snapshot.
      const yesterday = lastLevels(world.scan(history, 'end', daysBefore(day, 1)));
      const course = readDay(world.scan(history, 'start', day), yesterday);

      // State of the last run of send-alerts, which itself reports a state that cannot be read.
      const alerts = await world.read(stateFile).catch(() => undefined);
      // Tables of another snapshot than the assessed one would contradict the levels.
      const judged = snapshot?.run_id === health.run_id ? snapshot : undefined;
      const broken = world.brokenConfiguration;
      const { folder } = world.product;
      const report = renderReport({ definitions, health, snapshot: judged, alerts, at, folder, broken });
      await world.replace(latestReport, `${report}\n`);
      await world.replace(dayReport, `${report}\n\n${renderDay(day.toISOString().slice(0, 10), course)}\n`, day);

      return {
        counts: { observations: health.observations.length, changes: course.changes.length, bad_lines: course.bad },
        problems,
        ...(health.run_id === undefined ? {} : { run_id: health.run_id }),
        json: { latest: latestReport.path(world.places, day), day: dayReport.path(world.places, day) },
        text: latestReport.path(world.places, day),
      };
    },
  });
