// write-report: renders snapshot, health and the day's health history as Markdown: the latest report and the day's.
import { stateFile } from '../alerts/files.ts';
import type { Sections } from '../contract/registry.ts';
import { defineStage } from '../contract/stage.ts';
import { reasonOf } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import { history, latestHealth } from '../health/files.ts';
import { latest } from '../snapshot/files.ts';
import { lastLevels, readDay } from './changes.ts';
import { dayReport, latestReport } from './files.ts';
import { renderDay, renderReport } from './render.ts';

interface ReportConfig {
  /** Seconds. */
  readonly interval: number;
  readonly limits: { readonly snapshot: { readonly intervals: number } };
}

export const writeReport = (definitions: Sections) =>
  defineStage<ReportConfig>({
    name: 'write-report',
    summary: 'writes the report for people: the latest one, and that of the day with its history',
    reads: [latest, latestHealth, history, stateFile],
    writes: [latestReport, dayReport],
    runsEvery: 'cycle',
    speaksWhenBroken: true,
    deadlineMs: 30_000,

    async run(world) {
      const problems: string[] = [];
      const health = await world.read(latestHealth);
      if (!health)
        throw new Error(
          `no assessed health was found: run assess-health first (${latestHealth.path(world.places, world.now())})`,
        );
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
      const { interval, limits } = world.config;
      const report = renderReport({
        definitions,
        health,
        snapshot: judged,
        alerts,
        at: world.now(),
        freshSeconds: interval * limits.snapshot.intervals,
        broken: world.brokenConfiguration,
      });
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
