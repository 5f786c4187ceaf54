// One stage from start to exit: lock, deadline, run, record, one line of log. The same for a unit, a shell and a cycle.
import type { Configuration } from '../config/schema.ts';
import { LockedOut, Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { type StageRecord, stageRecord } from '../contract/record.ts';
import type { Outcome, Stage } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { isDiskTrouble } from '../io/files.ts';
import { type Lock, takeLock } from '../io/lock.ts';
import { ownPlaces, resolvePlaces } from '../io/places.ts';
import { becomeOwnerOf } from '../io/privileges.ts';
import { tidy } from '../io/spare.ts';
import { makeWorld, type WorldSettings } from '../io/world.ts';
import { withDeadline } from '../engine/deadline.ts';
import { exitCodeOf, exitCodes } from './command.ts';

export type OpenHosts = (hosts: Configuration['hosts'], places: Places) => Promise<OpenHost>;
type OpenHost = (name: string, signal: AbortSignal) => Host;

export const noHost: OpenHost = (name) => {
  throw new Error(`this stage looks at no machine, not even ${name}`);
};

/** Where things lie, for the user as whom it is done: who owns the state, or the folder in it that is written to. */
export function takePlaces(config: Configuration, writtenIn = ({ state }: Places): string => state): Places {
  const places = resolvePlaces(config.files);
  becomeOwnerOf(places.state, writtenIn(places));
  return { ...places, ...ownPlaces(places.state) };
}

export interface StageRun {
  /** What looks at machines; without it the stage looks at none. */
  readonly openHosts?: OpenHosts | undefined;
  readonly config: Configuration;
  readonly places: Places;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Told instead of writing. */
  readonly dryRun?: (path: string, content: string) => void;
  readonly simulation?: Simulation;
}

/**
 * A run in simulated time, of which there is only one at a time and in one process: it has its own clock and names,
 * takes no lock, and writes in place.
 */
interface Simulation {
  readonly clock: NonNullable<WorldSettings<never>['clock']>;
  readonly runId: string;
  readonly hostname: string;
}

export interface Ended {
  readonly record: StageRecord;
  readonly outcome?: Outcome;
}

const lockWaitMs = 3000;
/** Where there is no lock, a temporary file that is younger than this may be another run's. */
const othersMs = 60_000;
/** A frequent stage sweeps in the first minute of each hour: looking into every folder costs it as much as a file. */
const isTimeToSweep = (stage: Pick<Stage, 'isFrequent'>, at: Date): boolean =>
  stage.isFrequent !== true || at.getUTCMinutes() === 0;

export async function runStage(
  stage: Stage<Configuration>,
  { config, places, options, openHosts, dryRun, simulation }: StageRun,
): Promise<Ended> {
  const misplaced: string[] = [];
  let over = false;
  const settings: WorldSettings<Configuration> = {
    config,
    places,
    options,
    openHost: openHosts ? await openHosts(config.hosts, places) : noHost,
    onFallback: (problem) => misplaced.push(problem),
    ...(dryRun ? { dryRun } : {}),
    ...(simulation ? { ...simulation, durable: false } : {}),
    ...(stage.isFrequent ? { synced: false } : {}),
  };
  const world = makeWorld({ ...settings, isOver: () => over });
  const startedAt = world.now();
  const began = world.monotonicMs();
  const recordFile = stageRecord(stage.name);
  const lock = dryRun || simulation || stage.isFrequent ? undefined : await lockStage(stage.name, places);
  try {
    const { outcome, failure } = await withDeadline(stage.deadlineMs, stage.name, async (signal) => {
      const files = [...stage.writes, recordFile];
      if (!dryRun && isTimeToSweep(stage, startedAt))
        tidy(files, places, startedAt, stage.isFrequent ? othersMs : undefined);
      signal.addEventListener('abort', () => (over = true));
      return stage.run(world);
    }).then(
      (good) => ({ outcome: good, failure: undefined }),
      (error: unknown) => ({ outcome: undefined, failure: error }),
    );
    // A wrong option is between the person and the command: it says nothing about the stage.
    if (failure instanceof Usage || failure instanceof LockedOut) throw failure;
    // Output that lies elsewhere for want of room is read all the same, but the run has not done its work.
    const failed = failure !== undefined || misplaced.length > 0;
    const lastSuccess = failed ? await lastSuccessBefore() : world.now().toISOString();
    const record: StageRecord = {
      schema_version: 1,
      stage: stage.name,
      run_id: outcome?.run_id ?? world.runId,
      started_at: startedAt.toISOString(),
      ms: Math.round(world.monotonicMs() - began),
      outcome: failed ? 'failed' : 'ok',
      exit_code: failure === undefined ? (failed ? exitCodes.failed : exitCodes.ok) : exitCodeOf(failure),
      counts: { ...outcome?.counts },
      ...everyOf(stage, config),
      problems: [...(outcome?.problems ?? []), ...misplaced, ...(failure === undefined ? [] : [reasonOf(failure)])],
      ...(lastSuccess === undefined ? {} : { last_success_at: lastSuccess }),
    };
    // By a world of its own: that of the stage stays closed, however long an abandoned run goes on.
    const unwritten = dryRun
      ? undefined
      : await makeWorld(settings)
          .replace(recordFile, record)
          .then(() => undefined, reasonOf);
    return {
      record: unwritten === undefined ? record : unrecorded(record, unwritten),
      ...(outcome ? { outcome } : {}),
    };
  } finally {
    lock?.release();
  }

  /** A torn record is as good as none, and replaced by this run's. */
  async function lastSuccessBefore(): Promise<string | undefined> {
    return (await world.read(recordFile).catch(() => undefined))?.last_success_at;
  }
}

function everyOf({ runsEvery }: Pick<Stage, 'runsEvery'>, { interval, archive }: Configuration) {
  const timers = { cycle: interval, hourly: archive.interval };
  if (runsEvery === undefined) return {};
  return { every_seconds: typeof runsEvery === 'number' ? runsEvery : timers[runsEvery] };
}

/** Health goes by the record before, which may be a good one: only the exit code is left to say otherwise. */
const unrecorded = (record: StageRecord, reason: string): StageRecord => ({
  ...record,
  outcome: 'failed',
  exit_code: record.exit_code || exitCodes.failed,
  problems: [...record.problems, `its record: ${reason}`],
});

/** Beside what it protects; where that disk is full or read-only, in the runtime folder: such a disk must be told of. */
async function lockStage(name: string, places: Places): Promise<Lock> {
  try {
    return await takeLock(join(places.state, 'locks', name), name, lockWaitMs);
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    return takeLock(join(places.runtime, 'spare', places.state, 'locks', name), name, lockWaitMs);
  }
}
