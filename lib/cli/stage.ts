// Runs one stage: lock, deadline, run, record. Units, shells and run-cycle all run stages through this function.
import { brokenReason } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { LockedOut, Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { failedRun, runName, type StageRecord, stageRecord } from '../contract/record.ts';
import type { Outcome, Stage, World } from '../contract/stage.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { isDiskTrouble } from '../io/files.ts';
import { hasHolder, type Lock, lockPaths, takeLock } from '../io/lock.ts';
import { tidySpares } from '../io/spare.ts';
import { beginTrace } from '../io/traced.ts';
import { makeWorld, type WorldSettings } from '../io/world.ts';
import { withDeadline } from '../engine/deadline.ts';
import type { TracedRun } from './spans.ts';
import { exitCodeOf, exitCodes } from './command.ts';
import type { BrokenSite } from './site.ts';

export type OpenHosts = (
  hosts: Configuration['hosts'],
  places: Places,
  /** Which paths may hang. */
  config?: Pick<Configuration, 'filesystems' | 'workspace'>,
) => Promise<OpenHost>;
type OpenHost = (name: string, signal: AbortSignal) => Host;

export const noHost: OpenHost = (name) => {
  throw new Error(`this stage looks at no machine, not even ${name}`);
};

export interface StageRun {
  /** Opens hosts for probes; absent where the stage looks at no machine. */
  readonly openHosts?: OpenHosts | undefined;
  readonly config: Configuration;
  readonly places: Places;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly lists?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly operand?: string | undefined;
  /** Called in place of each write. */
  readonly dryRun?: (path: string, content: string) => void;
  readonly simulation?: Simulation;
  /** Why today's configuration is broken; `config` is then the last good one. */
  readonly brokenConfiguration?: string | undefined;
}

/** A run in simulated time. Only one runs at a time, in one process, so it takes no lock and writes in place. */
interface Simulation {
  readonly clock: NonNullable<WorldSettings<never>['clock']>;
  readonly runId: string;
  readonly hostname: string;
}

export interface Ended {
  readonly record: StageRecord;
  readonly outcome?: Outcome;
  /** Where runs are traced. */
  readonly trace?: TracedRun & { readonly site: string };
}

const lockWaitMs = 3000;
/** Without a lock, a temporary file younger than this may belong to a run that is still going on. */
const othersMs = 60_000;
/** A frequent stage sweeps only in the first minute of each hour: listing the folders costs it as much as writing a file. */
const isTimeToSweep = (stage: Pick<Stage, 'isFrequent'>, at: Date): boolean =>
  stage.isFrequent !== true || at.getUTCMinutes() === 0;

export async function runStage(
  stage: Stage<Configuration>,
  { config, places, options, lists, operand, openHosts, dryRun, simulation, brokenConfiguration }: StageRun,
): Promise<Ended> {
  const misplaced: string[] = [];
  let over = false;
  const settings: WorldSettings<Configuration> = {
    config,
    places,
    options,
    lists,
    operand,
    openHost: openHosts ? await openHosts(config.hosts, places, config) : noHost,
    onFallback: (problem) => misplaced.push(problem),
    ...(dryRun ? { dryRun } : {}),
    ...(simulation ? { ...simulation, durable: false } : {}),
    ...(stage.isFrequent ? { synced: false } : {}),
    brokenConfiguration,
  };
  const world = makeWorld({ ...settings, isOver: () => over });
  const startedAt = world.now();
  const began = world.monotonicMs();
  const name = runName(stage.name, stage.operand?.names && operand);
  const recordFile = stageRecord(name);
  const mayLock = !dryRun && !simulation && stage.locksItself !== true;
  // A frequent stage pays for a lock only beside a `--serve` of it, or after one that was killed.
  const takesLock = mayLock && (stage.isFrequent !== true || lockPaths(places, name).some((path) => hasHolder(path)));
  const trace = dryRun || simulation ? undefined : beginTrace(() => world.runId);
  stage.checkUsage?.(world);
  const lock = takesLock ? await lockStage({ ...stage, name }, places) : undefined;
  try {
    const { outcome, failure } = await withDeadline(stage.deadlineMs, stage.name, async (signal) => {
      const files = [...stage.writes, recordFile];
      if (!dryRun && isTimeToSweep(stage, startedAt))
        tidySpares(files, places, startedAt, stage.isFrequent || stage.locksItself ? othersMs : undefined);
      signal.addEventListener('abort', () => (over = true));
      return stage.run(world);
    }).then(
      (good) => ({ outcome: good, failure: undefined }),
      (error: unknown) => ({ outcome: undefined, failure: error }),
    );
    // A wrong option or a held lock says nothing about the stage: it leaves no record.
    if (failure instanceof Usage || failure instanceof LockedOut) throw failure;
    // Output that fell back to the runtime folder is readable, but the run counts as failed.
    const failed = failure !== undefined || misplaced.length > 0;
    const lastSuccess = failed ? (await recordBefore(world, name))?.last_success_at : world.now().toISOString();
    const record: StageRecord = {
      schema_version: 1,
      stage: name,
      run_id: outcome?.run_id ?? world.runId,
      started_at: startedAt.toISOString(),
      ms: Math.round(world.monotonicMs() - began),
      outcome: failed ? 'failed' : 'ok',
      exit_code: failure === undefined ? (failed ? exitCodes.failed : exitCodes.ok) : exitCodeOf(failure),
      counts: { ...outcome?.counts },
      ...everyOf(stage, config),
      problems: [
        ...(brokenConfiguration === undefined ? [] : [`${brokenConfiguration}; the last good one is used`]),
        ...(outcome?.problems ?? []),
        ...misplaced,
        ...(failure === undefined ? [] : [reasonOf(failure)]),
      ],
      ...(lastSuccess === undefined ? {} : { last_success_at: lastSuccess }),
    };
    // Written through a second world: the stage's own world stays closed, however long an abandoned run goes on.
    const unwritten = dryRun
      ? undefined
      : await makeWorld(settings)
          .replace(recordFile, record)
          .then(() => undefined, reasonOf);
    const ended = unwritten === undefined ? record : unrecorded(record, unwritten);
    const { steps = [], cycleStartedAt } = outcome ?? {};
    const isOfCycle = stage.runsEvery === 'cycle';
    return {
      record: ended,
      ...(outcome ? { outcome } : {}),
      ...(trace
        ? { trace: { ...trace, record: ended, began, isOfCycle, steps, cycleStartedAt, site: config.site } }
        : {}),
    };
  } finally {
    lock?.release();
  }
}

/** The stage cannot run, because its configuration is broken: without this record, that of its last run would go on saying ok. */
export async function recordRefusal(
  stage: Stage<Configuration>,
  { broken, config, places }: BrokenSite,
): Promise<void> {
  if (!places) return;
  const world = makeWorld({ config, places, openHost: noHost });
  const before = await recordBefore(world, stage.name);
  const { count, problems } = broken.broken;
  const words = [...problems.slice(1).map((problem) => firstLine(problem, 400)), brokenReason(broken)];
  await world.replace(stageRecord(stage.name), {
    ...failedRun(stage.name, world.now().toISOString(), words, before),
    ...(config ? everyOf(stage, config) : {}),
    run_id: world.runId,
    exit_code: exitCodes.usage,
    counts: { mistakes: count },
  });
}

/** A torn record counts as missing; this run's record replaces it. */
const recordBefore = (world: Pick<World<unknown>, 'read'>, name: string): Promise<StageRecord | undefined> =>
  world.read(stageRecord(name)).catch(() => undefined);

function everyOf({ runsEvery }: Pick<Stage, 'runsEvery'>, { interval, archive }: Configuration) {
  const timers = { cycle: interval, hourly: archive.interval, daily: 86_400 };
  if (runsEvery === undefined) return {};
  return { every_seconds: typeof runsEvery === 'number' ? runsEvery : timers[runsEvery] };
}

/** assess-health reads the old record, which may say ok: only the exit code can report that the record was not written. */
const unrecorded = (record: StageRecord, reason: string): StageRecord => ({
  ...record,
  outcome: 'failed',
  exit_code: record.exit_code || exitCodes.failed,
  problems: [...record.problems, `its record: ${reason}`],
});

/**
 * Waits for a run of the stage to end; a command that changes the files of a stage takes the lock, too. A full or read-only disk
 * must still be reported, so the lock then lies in the runtime folder.
 */
export async function lockStage(
  { name, deadlineMs }: Pick<Stage, 'name' | 'deadlineMs'>,
  places: Places,
): Promise<Lock> {
  const [path, spare] = lockPaths(places, name);
  const waiting = { waitMs: lockWaitMs, deadlineMs };
  try {
    return await takeLock(path, name, waiting);
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    return takeLock(spare, name, waiting);
  }
}
