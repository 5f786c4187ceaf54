// collect-snapshot: reads the machine → one line of JSONL, then latest.json.
import { defineStage } from '../contract/stage.ts';
import { isoMicroseconds } from '../core/time.ts';
import { reasonOf } from '../core/text.ts';
import { withDeadline } from '../engine/deadline.ts';
import { readingLimits, runProbes } from '../engine/probes.ts';
import { outcomesOf } from '../engine/readable.ts';
import { withCauses } from './causes.ts';
import type { SnapshotConfig } from './config.ts';
import { latest, readings, schemaVersion, type Snapshot, snapshots } from './files.ts';
import { probes } from './probes/index.ts';
import { sections as definitions } from './sections/index.ts';
import { withWorkspaceLag } from './workspace-lag.ts';

export const collectSnapshot = defineStage<SnapshotConfig>({
  name: 'collect-snapshot',
  summary: 'reads the machine once and writes a snapshot: a line of JSONL, and latest.json',
  reads: [readings],
  writes: [snapshots, latest, readings],
  runsEvery: 'cycle',
  deadlineMs: 90_000,

  async run(world) {
    const problems: string[] = [];
    const time = isoMicroseconds(world.preciseNow());
    const began = world.monotonicMs();
    const readBootId = async (signal: AbortSignal): Promise<string> =>
      (await world.openHost('local', signal).readText('/proc/sys/kernel/random/boot_id')).trim();
    const bootId = await withDeadline(5000, 'the boot id', readBootId).catch((error: unknown) => {
      problems.push(`the boot id could not be read: ${reasonOf(error)}`);
      return '';
    });
    // Without the previous readings, counts since then are missing; nothing else depends on them.
    const previous = await world.previous(readings);
    problems.push(...previous.problems.map((problem) => `the file of the readings before ${problem}`));

    const {
      sections: read,
      readings: current,
      steps,
    } = await runProbes({
      probes,
      config: world.config,
      places: world.places,
      bootId,
      previous: previous.content ?? {},
      now: world.now,
      monotonicMs: world.monotonicMs,
      openHost: world.openHost,
      ...readingLimits,
    });
    const sections = withCauses(withWorkspaceLag(read), world.config);

    const snapshot: Snapshot = {
      schema_version: schemaVersion,
      time_utc: time,
      snapshot_time_utc: time,
      run_id: world.runId,
      site: world.config.site,
      hostname: world.hostname,
      boot_id: bootId,
      product_version: world.product.version,
      collection_ms: Math.round(world.monotonicMs() - began),
      sections,
    };
    const at = new Date(time);
    // The line first, then latest.json. On a full disk the line is lost and the run fails, but latest.json falls back to
    // the runtime folder, so that the full disk is still reported.
    const line = await world.append(snapshots, snapshot, at).catch((error: unknown) => ({ error }));
    await world.replace(latest, snapshot, at);
    await world.replace(readings, current, at);
    if (line) throw line.error;

    const outcomes = outcomesOf(definitions, sections);
    const counts = { ok: 0, absent: 0, failed: 0 };
    for (const { outcome } of outcomes) counts[outcome.status] += 1;
    return {
      counts,
      problems: [...problems, ...failures(outcomes)],
      steps,
      json: snapshot,
      text: `${counts.ok} read, ${counts.absent} not there, ${counts.failed} failed`,
    };
  },
});

function failures(outcomes: ReturnType<typeof outcomesOf>): string[] {
  const failed = outcomes.flatMap(({ name, outcome }) =>
    outcome.status === 'failed' ? [`${name}: ${outcome.reason}`] : [],
  );
  return failed.length > 10 ? [...failed.slice(0, 9), `and ${failed.length - 9} more`] : failed;
}
