// append-zarr: what is new in the raw lines → the store. A store that cannot be gone on with is rebuilt from them.
import type { StoreFiles } from '../contract/store.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { counted, fingerprint, listed, reasonOf } from '../core/text.ts';
import { startOfUtcDay } from '../core/time.ts';
import { history } from '../health/files.ts';
import { snapshots } from '../snapshot/files.ts';
import type { ArchiveConfig } from './config.ts';
import { archive } from './files.ts';
import type { Variable } from './flatten.ts';
import { Foreign, type Metadata, storeVersion, Unusable } from './layout.ts';
import { judgedLately, linesAfter, sampleOf, type TimedLine } from './rawlog.ts';
import { pruneBackups, rebuild, settle, swapIn } from './rebuild.ts';
import { appendRows, healArrays, instantOf, latestOf, openStore, type Row, type Store, sweepScratch } from './store.ts';

export const appendZarr = (files: StoreFiles) =>
  defineStage<ArchiveConfig>({
    name: 'append-zarr',
    summary: 'appends what is new to the Zarr archive',
    reads: [snapshots, history],
    writes: [archive],
    // A rebuild of a year takes half a minute; what comes after waits for no archive.
    deadlineMs: 600_000,

    async run(world) {
      const path = archive.path(world.places, world.now());
      const problems: string[] = [];
      // Nothing of the store is written by World, so that its own dry run would not be one here.
      if (world.options['dry-run'] === true) return take(files, world, path, problems);
      sweepScratch(files, path);
      const settled = settle(files, path, world.now());
      if (settled !== undefined) problems.push(settled);
      try {
        return take(files, world, path, problems);
      } finally {
        sweepScratch(files, path);
      }
    },
  });

function take(files: StoreFiles, world: World<ArchiveConfig>, path: string, problems: string[]): Outcome {
  let store: Store | undefined;
  try {
    store = openStore(files, path, world.now());
  } catch (error) {
    if (error instanceof Foreign)
      throw new Error(
        `${path} is left alone: ${error.message}. Move it away, or keep the state elsewhere (files.state)`,
        { cause: error },
      );
    if (!(error instanceof Unusable)) throw new Error(`${path} cannot be read`, { cause: error });
    problems.push(`${path} is rebuilt, and kept beside itself: ${error.message}`);
    return rebuildNow(files, world, { path, problems, why: 'broken' });
  }
  if (!store) return rebuildNow(files, world, { path, problems, why: 'backup' });
  return appendNew(files, world, { path, problems, store });
}

interface Work {
  readonly path: string;
  readonly problems: string[];
}

function appendNew(
  files: StoreFiles,
  world: World<ArchiveConfig>,
  { path, problems, store }: Work & { store: Store },
): Outcome {
  const { rows, variables, retyped, counts } = newRows(world, store, problems);
  if (world.options['dry-run'] === true)
    return { counts, problems, text: `would append ${counted(rows.length, 'sample')} to ${path}` };
  if (retyped.length > 0) {
    problems.push(`${listed(retyped)} changed type: ${path} is rebuilt, and kept beside itself`);
    return rebuildNow(files, world, { path, problems, why: 'backup' });
  }
  if (rows.length === 0) {
    if (healArrays(files, store)) problems.push('a run that was killed after its commit is finished');
    return { counts: { ...counts, samples: store.length }, problems, text: 'nothing new' };
  }
  const attributes = { ...store.attributes, ...aboutUs(world) };
  try {
    appendRows(files, store, rows, { attributes, variables });
  } catch (error) {
    throw new Error(`appending ${counted(rows.length, 'sample')} to ${path} failed; it is as it was`, { cause: error });
  }
  const length = store.length + rows.length;
  return {
    counts: { ...counts, samples: length },
    problems,
    run_id: rows.at(-1)?.run ?? world.runId,
    text: `${counted(rows.length, 'sample')} appended, ${length} in all`,
  };
}

interface New {
  readonly rows: readonly (Row & { readonly run: string })[];
  readonly variables: ReadonlyMap<string, Variable>;
  readonly retyped: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** After days without a run, all that came meanwhile. */
function newRows(world: World<ArchiveConfig>, store: Store, problems: string[]): New {
  const last = store.times.at(-1) ?? 0;
  const from = startOfUtcDay(new Date(last / 1000));
  const days = world
    .days(snapshots)
    .filter((day) => day >= from && day <= new Date(world.now().getTime() + 86_400_000));
  const latest = latestOf(world.now());
  let [late, bad, untimely, duplicates] = [0, 0, 0, 0];
  const rows: (Row & { readonly run: string })[] = [];
  const variables = new Map(store.variables);
  const retyped = new Set<string>();
  for (const day of days) {
    const found = linesAfter(world, day, last);
    late += found.late;
    bad += found.bad;
    const lines = found.lines.filter(({ time }) => time <= latest).sort((a, b) => a.time - b.time);
    untimely += found.lines.length - lines.length;
    const judged = judgedLately(world, day, new Set(lines.map(runOf)));
    for (const line of lines) {
      const { time, text } = line;
      if (time <= (rows.at(-1)?.time ?? last)) {
        duplicates += 1;
        continue;
      }
      try {
        const { values, variables: own, collisions } = sampleOf(text, (run) => judged.get(run));
        for (const name of collisions) problems.push(`two things are called ${name}: the first is archived`);
        for (const [name, variable] of own) {
          const known = variables.get(name);
          if (known && known.type !== variable.type) retyped.add(name);
          variables.set(name, variable);
        }
        rows.push({ time, values, run: runOf(line) });
      } catch (error) {
        bad += 1;
        if (bad <= 5) problems.push(`the line of ${instantOf(time)} is no snapshot: ${reasonOf(error)}`);
      }
    }
  }
  if (late > 0)
    problems.push(
      `${counted(late, 'line')} of a time that is archived already or was passed over: archive rebuild takes them in`,
    );
  if (bad > 0) problems.push(`${counted(bad, 'line')} could not be read`);
  if (untimely > 0) problems.push(`${counted(untimely, 'line')} from the future: left out`);
  return { rows, variables, retyped: [...retyped], counts: { appended: rows.length, duplicates, late, bad, untimely } };
}

const runOf = ({ text }: TimedLine): string => /"run_id":"([0-9a-f]{32})"/.exec(text.slice(0, 400))?.[1] ?? '';

interface RebuildWork extends Work {
  readonly why: 'backup' | 'broken';
  readonly onProgress?: (done: number, all: number) => void;
}

function rebuildNow(
  files: StoreFiles,
  world: World<ArchiveConfig>,
  { path, problems, why, onProgress }: RebuildWork,
): Outcome {
  const now = world.now();
  const began = world.monotonicMs();
  const isNew = files.size(path) === undefined;
  if (isNew && world.days(snapshots).length === 0)
    return { counts: { samples: 0 }, problems, text: 'there is nothing to archive yet' };
  const stamp = now.toISOString();
  if (world.options['dry-run'] === true)
    return { counts: {}, problems, text: `would build ${path} from the raw lines` };
  const attributes: Metadata['attributes'] = {
    ...aboutUs(world),
    date_created: stamp,
    history: `${stamp} ops-monitor ${world.product.version}: ${isNew ? 'made' : 'rebuilt'} from the raw lines`,
  };
  const done = rebuild({ files, log: world, path, now, attributes, onProgress });
  const aside = swapIn(files, path, now, why);
  // Only now that the new one stands in its place.
  const removed = pruneBackups(files, path, world.config.keep.backups);
  const { problems: met, changedType, ...counts } = done;
  problems.push(...met);
  if (changedType.length > 0)
    problems.push(
      `${listed([...changedType])} changed type: what the raw lines do not have of it stands in the backup alone`,
    );
  if (aside !== undefined) problems.push(`the old store is kept as ${aside}`);
  if (removed.length > 0) problems.push(`removed: ${listed(removed)}`);
  const seconds = Math.max(0.001, (world.monotonicMs() - began) / 1000);
  return { counts, problems, text: `${counted(done.samples, 'sample')} archived in ${seconds.toFixed(1)} s` };
}

const aboutUs = ({ config, product }: World<ArchiveConfig>): Metadata['attributes'] => ({
  Conventions: 'CF-1.11',
  instrument: 'ops-monitor',
  source: 'ops_monitor_YYYYMMDD.jsonl',
  title: config.archive.title,
  site: config.site,
  product_version: product.version,
  configuration_hash: fingerprint(JSON.stringify(config)),
  store_version: storeVersion,
});
