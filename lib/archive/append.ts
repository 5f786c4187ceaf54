// append-zarr: appends new raw lines to the store. A store that cannot be appended to is rebuilt from the raw lines.
import type { Sections } from '../contract/registry.ts';
import type { StoreFiles } from '../contract/store.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { counted, fingerprint, listed, reasonOf } from '../core/text.ts';
import { startOfUtcDay } from '../core/time.ts';
import { history } from '../health/files.ts';
import { snapshots } from '../snapshot/files.ts';
import type { ArchiveConfig } from './config.ts';
import { archive } from './files.ts';
import { adviseAdopting, Foreign, instantText, type Metadata, storeVersion, Unusable } from './layout.ts';
import { readVerdictsOfRuns, linesAfter, runIdIn, sampleOf } from './rawlog.ts';
import { firstAtOrAfter } from './read.ts';
import { rebuild, type Rebuilt, type RebuildSettings } from './rebuild.ts';
import {
  appendRows,
  earliestMicroseconds,
  repairArrayMetadata,
  latestMicroseconds,
  lostChunks,
  openStore,
  type Row,
  type Store,
  removeScratch,
  writeArrayMetadata,
} from './store.ts';
import { pruneBackups, finishKilledRebuild, swapIntoPlace } from './swap.ts';

/** `onProgress` is called during a rebuild only. */
export const appendZarr = (sections: Sections, files: StoreFiles, onProgress?: RebuildSettings['onProgress']) =>
  defineStage<ArchiveConfig>({
    name: 'append-zarr',
    summary: 'appends new snapshots to the Zarr archive',
    reads: [snapshots, history],
    writes: [archive],
    // An append rewrites a page of every variable, whether it brings one sample or twelve.
    runsEvery: 'hourly',
    // A rebuild of a year takes half a minute.
    deadlineMs: 600_000,
    options: {
      rebuild: {
        type: 'boolean',
        summary: 'rebuild the archive from the raw snapshot lines; the old one is kept as a backup',
      },
    },

    async run(world) {
      const path = archive.path(world.places, world.now());
      const problems: string[] = [];
      const work: Work = { sections, files, world, path, problems, onProgress };
      // World does not write the store, so World's own dry run would not prevent writes here.
      if (world.options['dry-run'] === true) return updateStore(work);
      removeScratch(files, path);
      const settled = finishKilledRebuild(files, path, world.now());
      if (settled !== undefined) problems.push(settled);
      try {
        return updateStore(work);
      } finally {
        removeScratch(files, path);
      }
    },
  });

interface Work extends Pick<RebuildSettings, 'sections' | 'files' | 'path' | 'onProgress'> {
  readonly world: World<ArchiveConfig>;
  readonly problems: string[];
}

function updateStore(work: Work): Outcome {
  const { files, world, path, problems } = work;
  let store: Store | undefined;
  try {
    store = openStore(files, path, world.now());
    const lost = store && lostChunks(files, store);
    if (lost !== undefined) throw new Unusable(lost);
  } catch (error) {
    if (error instanceof Foreign)
      throw new Error(
        `${path} is not our archive and is left unchanged: ${error.message}. ` +
          `Move it away, or keep the state elsewhere (files.state); ${adviseAdopting(path)}`,
        { cause: error },
      );
    if (!(error instanceof Unusable)) throw new Error(`${path} cannot be read`, { cause: error });
    problems.push(`${path} is rebuilt, and the old store is kept beside it: ${error.message}`);
    return rebuildStore(work, 'broken');
  }
  return store && world.options['rebuild'] !== true ? appendNewLines(work, store) : rebuildStore(work, 'backup');
}

/** A batch ends with the day in which it reaches this many rows, so that memory stays bounded after a long pause. */
const batchRows = 600;

function appendNewLines(work: Work, before: Store): Outcome {
  const { files, world, path, problems } = work;
  const tally: Tally = { appended: 0, duplicates: 0, late: 0, bad: 0, untimely: 0, shared: new Set() };
  let store = before;
  let run_id = world.runId;
  for (let more = true; more;) {
    const found = readBatch(work, store, tally);
    if (world.options['dry-run'] === true) {
      const { length } = found.rows;
      const more = found.more ? ' and more' : '';
      const text =
        tally.late > 0
          ? `would rebuild ${path}: ${describeLate(tally.late)}`
          : `would append ${counted(length, 'sample')}${more} to ${path}`;
      return { counts: countsOf(tally), problems, text };
    }
    if (found.retyped.length > 0) {
      problems.push(`${listed(found.retyped)} changed type: ${path} is rebuilt, and the old store is kept beside it`);
      return rebuildStore(work, 'backup');
    }
    if (tally.late > 0) {
      problems.push(`${describeLate(tally.late)}: ${path} is rebuilt with them, and the old store is kept beside it`);
      return rebuildStore(work, 'backup');
    }
    if (found.rows.length > 0) store = commitBatch(work, store, found);
    run_id = found.rows.at(-1)?.run ?? run_id;
    more = found.more;
  }
  problems.push(...problemsOf(tally));
  const counts = { ...countsOf(tally), samples: store.length };
  if (tally.appended > 0)
    return { counts, problems, run_id, text: `${counted(tally.appended, 'sample')} appended, ${store.length} in all` };
  try {
    if (repairArrayMetadata(files, store)) problems.push('an append that was killed after its commit was completed');
  } catch (error) {
    problems.push(`not all arrays of ${path} have their new length in zarr.json: ${reasonOf(error)}`);
  }
  return { counts, problems, text: 'nothing new' };
}

/** Returns the store as it is after the append. */
function commitBatch(
  { files, world, path, problems }: Work,
  store: Store,
  { rows, variables }: ReturnType<typeof readBatch>,
): Store {
  const attributes = { ...store.attributes, ...storeAttributes(world) };
  const appended = counted(rows.length, 'sample');
  let next: Metadata;
  try {
    next = appendRows(files, store, rows, { attributes, variables });
  } catch (error) {
    throw new Error(`appending ${appended} to ${path} failed; it is as it was`, { cause: error });
  }
  try {
    writeArrayMetadata(files, path, next);
  } catch (error) {
    // The samples are committed: only readers that do not use consolidated metadata miss them until the next run.
    problems.push(`${appended} appended to ${path}, but not all arrays have their new length: ${reasonOf(error)}`);
  }
  const times = new Float64Array(next.length);
  times.set(store.times);
  times.set(
    Float64Array.from(rows, ({ time }) => time),
    store.length,
  );
  return { ...store, ...next, times };
}

/** Counts over all batches of a run. */
interface Tally extends Record<'appended' | 'duplicates' | 'late' | 'bad' | 'untimely', number> {
  /** Names that two variables of one sample would share. */
  readonly shared: Set<string>;
}

const countsOf = ({ shared: _names, ...counts }: Tally): Record<string, number> => counts;

/** The clock was set back, or was ahead for a while. */
const describeLate = (late: number): string =>
  `${counted(late, 'line')} ${late === 1 ? 'is' : 'are'} older than the newest archived sample`;

function problemsOf({ shared, bad, untimely }: Tally): string[] {
  return [
    ...(shared.size > 0 ? [`two variables each have the name ${listed([...shared])}: the first is archived`] : []),
    ...(bad > 0 ? [`${counted(bad, 'line')} could not be read`] : []),
    ...(untimely > 0 ? [`${counted(untimely, 'line')} from the future or from before 2000: left out`] : []),
  ];
}

/** Reads the lines newer than the store, oldest first, up to the end of the day that fills the batch; then `more` is true. */
function readBatch({ sections, world, problems }: Work, store: Store, tally: Tally) {
  const last = store.times.at(-1) ?? 0;
  // After the clock was set back, new lines are in files of earlier days, at least if that was shortly after midnight.
  const from = startOfUtcDay(new Date(Math.min(last / 1000, world.now().getTime()) - 86_400_000));
  const to = new Date(world.now().getTime() + 86_400_000);
  const days = world.days(snapshots).filter((day) => day >= from && day <= to);
  const rows: (Row & { readonly run: string })[] = [];
  const variables = new Map(store.variables);
  const retyped = new Set<string>();
  for (const [index, day] of days.entries()) {
    for (const { time, text, judged } of readNewLines(world, day, store.times, tally, problems)) {
      if (time <= (rows.at(-1)?.time ?? last)) {
        tally.duplicates += 1;
        continue;
      }
      try {
        const { values, variables: own, collisions } = sampleOf(sections, text, (run) => judged.get(run));
        for (const name of collisions) tally.shared.add(name);
        for (const [name, variable] of own) {
          const known = variables.get(name);
          if (known && known.type !== variable.type) retyped.add(name);
          variables.set(name, variable);
        }
        rows.push({ time, values, run: runIdIn(text) });
        tally.appended += 1;
      } catch (error) {
        tally.bad += 1;
        if (tally.bad <= 5) problems.push(`the line of ${instantText(time)} is not a snapshot: ${reasonOf(error)}`);
      }
    }
    if (rows.length >= batchRows && index < days.length - 1)
      return { rows, variables, retyped: [...retyped], more: true };
  }
  return { rows, variables, retyped: [...retyped], more: false };
}

/** A day's new lines in order, each with the verdicts of the day. An unreadable day is reported and skipped. */
function readNewLines(world: World<ArchiveConfig>, day: Date, times: Float64Array, tally: Tally, problems: string[]) {
  try {
    const isArchived = (time: number): boolean => times[firstAtOrAfter(times, time)] === time;
    const found = linesAfter(world, day, times.at(-1) ?? 0, isArchived);
    const late = found.older.filter((time) => time >= earliestMicroseconds);
    tally.late += late.length;
    tally.untimely += found.older.length - late.length;
    const lines = found.lines
      .filter(({ time }) => time <= latestMicroseconds(world.now()))
      .sort((a, b) => a.time - b.time);
    tally.bad += found.bad;
    tally.untimely += found.lines.length - lines.length;
    const judged = readVerdictsOfRuns(world, day, lines);
    return lines.map((line) => ({ ...line, judged }));
  } catch (error) {
    problems.push(`the lines of ${day.toISOString().slice(0, 10)} cannot be read: ${reasonOf(error)}`);
    return [];
  }
}

function rebuildStore({ sections, files, world, path, problems, onProgress }: Work, why: 'backup' | 'broken'): Outcome {
  const now = world.now();
  const began = world.monotonicMs();
  const isNew = files.size(path) === undefined;
  const days = world.days(snapshots);
  if (isNew && days.length === 0)
    return { counts: { samples: 0 }, problems, text: 'there is no snapshot to archive yet' };
  const stamp = now.toISOString();
  if (world.options['dry-run'] === true)
    return {
      counts: {},
      problems,
      text: `would build ${path} ${describeSource(days)}${isNew ? '' : '; the old store would be kept beside it'}`,
    };
  const attributes: Metadata['attributes'] = {
    ...storeAttributes(world),
    date_created: stamp,
    history: `${stamp} ops-monitor ${world.product.version}: ${isNew ? 'made' : 'rebuilt'} from the raw lines`,
  };
  let done: Rebuilt;
  try {
    done = rebuild({ sections, files, log: world, path, now, attributes, onProgress });
  } catch (error) {
    throw new Error(isNew ? `making ${path} failed; there is none yet` : `rebuilding ${path} failed; it is as it was`, {
      cause: error,
    });
  }
  const aside = swapIntoPlace(files, path, now, why);
  // Old backups go only after the new store is in place.
  const removed = pruneBackups(files, path, world.config.keep.backups);
  const { problems: met, changedType, ...counts } = done;
  problems.push(...met);
  if (done.bad > 0) problems.push(`${counted(done.bad, 'line')} could not be read`);
  if (changedType.length > 0)
    problems.push(
      `${listed([...changedType])} changed type: values that the raw lines no longer have are only in the backup`,
    );
  if (aside !== undefined) problems.push(`the old store is kept as ${aside}`);
  if (removed.length > 0) problems.push(`removed: ${listed(removed)}`);
  const seconds = Math.max(0.001, (world.monotonicMs() - began) / 1000);
  return { counts, problems, text: `${counted(done.samples, 'sample')} archived in ${seconds.toFixed(1)} s` };
}

function describeSource(days: readonly Date[]): string {
  const [first, last] = [days[0], days.at(-1)].map((day) => day?.toISOString().slice(0, 10));
  if (first === undefined) return 'from the old store alone: there are no raw lines';
  return `from the raw lines of ${counted(days.length, 'day')}, ${first === last ? first : `${first} to ${last}`}`;
}

const storeAttributes = ({ config, product }: World<ArchiveConfig>): Metadata['attributes'] => ({
  Conventions: 'CF-1.11',
  instrument: 'ops-monitor',
  source: 'ops_monitor_YYYYMMDD.jsonl',
  title: config.archive.title,
  site: config.site,
  product_version: product.version,
  configuration_hash: fingerprint(JSON.stringify(config)),
  store_version: storeVersion,
});
