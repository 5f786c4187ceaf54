// append-zarr: what is new in the raw lines → the store. A store that cannot be gone on with is rebuilt from them.
import type { Sections } from '../contract/registry.ts';
import type { StoreFiles } from '../contract/store.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { counted, fingerprint, listed, reasonOf } from '../core/text.ts';
import { startOfUtcDay } from '../core/time.ts';
import { history } from '../health/files.ts';
import { snapshots } from '../snapshot/files.ts';
import type { ArchiveConfig } from './config.ts';
import { archive } from './files.ts';
import type { Variable } from './flatten.ts';
import { adviceOnForeign, Foreign, type Metadata, storeVersion, Unusable } from './layout.ts';
import { judgedLately, linesAfter, runOf, sampleOf } from './rawlog.ts';
import { rebuild, type Rebuilt } from './rebuild.ts';
import {
  appendRows,
  healArrays,
  instantOf,
  latestOf,
  openStore,
  type Row,
  type Store,
  sweepScratch,
  tellArrays,
} from './store.ts';
import { pruneBackups, settle, swapIn } from './swap.ts';

type OnProgress = (done: number, all: number) => void;

/** `onProgress` hears of a rebuild. */
export const appendZarr = (sections: Sections, files: StoreFiles, onProgress?: OnProgress) =>
  defineStage<ArchiveConfig>({
    name: 'append-zarr',
    summary: 'appends what is new to the Zarr archive',
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
      // Nothing of the store is written by World, so that its own dry run would not be one here.
      if (world.options['dry-run'] === true) return take({ sections, files, world, path, problems, onProgress });
      sweepScratch(files, path);
      const settled = settle(files, path, world.now());
      if (settled !== undefined) problems.push(settled);
      try {
        return take({ sections, files, world, path, problems, onProgress });
      } finally {
        sweepScratch(files, path);
      }
    },
  });

interface Work {
  readonly sections: Sections;
  readonly files: StoreFiles;
  readonly world: World<ArchiveConfig>;
  readonly path: string;
  readonly problems: string[];
  readonly onProgress?: OnProgress | undefined;
}

function take(work: Work): Outcome {
  const { files, world, path, problems } = work;
  let store: Store | undefined;
  try {
    store = openStore(files, path, world.now());
  } catch (error) {
    if (error instanceof Foreign)
      throw new Error(
        `${path} is left alone: ${error.message}. Move it away, or keep the state elsewhere (files.state); ` +
          adviceOnForeign(path),
        { cause: error },
      );
    if (!(error instanceof Unusable)) throw new Error(`${path} cannot be read`, { cause: error });
    problems.push(`${path} is rebuilt, and kept beside itself: ${error.message}`);
    return rebuildNow(work, 'broken');
  }
  return store && world.options['rebuild'] !== true ? appendNew(work, store) : rebuildNow(work, 'backup');
}

/** Rows in memory at once, before a day more is taken: after a long pause they are appended in several goes. */
const manyRows = 600;

function appendNew(work: Work, before: Store): Outcome {
  const { files, world, path, problems } = work;
  const seen: Seen = { appended: 0, duplicates: 0, late: 0, bad: 0, untimely: 0, shared: new Set() };
  let store = before;
  let run_id = world.runId;
  for (let more = true; more;) {
    const found = newRows(work, store, seen);
    if (world.options['dry-run'] === true) {
      const { length } = found.rows;
      const text = `would append ${counted(length, 'sample')}${found.more ? ' and more' : ''} to ${path}`;
      return { counts: countsOf(seen), problems, text };
    }
    if (found.retyped.length > 0) {
      problems.push(`${listed(found.retyped)} changed type: ${path} is rebuilt, and kept beside itself`);
      return rebuildNow(work, 'backup');
    }
    if (found.rows.length > 0) store = appendAll(work, store, found);
    run_id = found.rows.at(-1)?.run ?? run_id;
    more = found.more;
  }
  problems.push(...problemsOf(seen));
  const counts = { ...countsOf(seen), samples: store.length };
  if (seen.appended > 0)
    return { counts, problems, run_id, text: `${counted(seen.appended, 'sample')} appended, ${store.length} in all` };
  try {
    if (healArrays(files, store)) problems.push('a run that was killed after its commit is finished');
  } catch (error) {
    problems.push(`not all arrays of ${path} could be told how long they are: ${reasonOf(error)}`);
  }
  return { counts, problems, text: 'nothing new' };
}

/** The store as it is then. */
function appendAll({ files, world, path, problems }: Work, store: Store, { rows, variables }: New): Store {
  const attributes = { ...store.attributes, ...aboutUs(world) };
  const appended = counted(rows.length, 'sample');
  let next: Metadata;
  try {
    next = appendRows(files, store, rows, { attributes, variables });
  } catch (error) {
    throw new Error(`appending ${appended} to ${path} failed; it is as it was`, { cause: error });
  }
  try {
    tellArrays(files, path, next);
  } catch (error) {
    // They are in the store, whatever comes of this: only readers without consolidated metadata do not see them.
    problems.push(`${appended} appended to ${path}, but not all its arrays could be told: ${reasonOf(error)}`);
  }
  const times = new Float64Array(next.length);
  times.set(store.times);
  times.set(
    rows.map(({ time }) => time),
    store.length,
  );
  return { ...store, ...next, times };
}

interface New {
  readonly rows: readonly (Row & { readonly run: string })[];
  readonly variables: ReadonlyMap<string, Variable>;
  readonly retyped: readonly string[];
  /** There are later days. */
  readonly more: boolean;
}

/** Over all goes of a run. */
interface Seen {
  appended: number;
  duplicates: number;
  late: number;
  bad: number;
  untimely: number;
  readonly shared: Set<string>;
}

const countsOf = ({ shared: _names, ...counts }: Seen): Record<string, number> => counts;

function problemsOf({ shared, late, bad, untimely }: Seen): string[] {
  const passedOver = 'of a time that is archived already or was passed over: archive rebuild takes them in';
  return [
    ...(shared.size > 0 ? [`two things each are called ${listed([...shared])}: the first is archived`] : []),
    ...(late > 0 ? [`${counted(late, 'line')} ${passedOver}`] : []),
    ...(bad > 0 ? [`${counted(bad, 'line')} could not be read`] : []),
    ...(untimely > 0 ? [`${counted(untimely, 'line')} from the future: left out`] : []),
  ];
}

/** After days without a run, all that came meanwhile, some days at a time. */
function newRows({ sections, world, problems }: Work, store: Store, seen: Seen): New {
  const last = store.times.at(-1) ?? 0;
  const from = startOfUtcDay(new Date(last / 1000));
  const days = world
    .days(snapshots)
    .filter((day) => day >= from && day <= new Date(world.now().getTime() + 86_400_000));
  const rows: (Row & { readonly run: string })[] = [];
  const variables = new Map(store.variables);
  const retyped = new Set<string>();
  for (const [index, day] of days.entries()) {
    for (const { time, text, judged } of linesOf(world, day, last, seen, problems)) {
      if (time <= (rows.at(-1)?.time ?? last)) {
        seen.duplicates += 1;
        continue;
      }
      try {
        const { values, variables: own, collisions } = sampleOf(sections, text, (run) => judged.get(run));
        for (const name of collisions) seen.shared.add(name);
        for (const [name, variable] of own) {
          const known = variables.get(name);
          if (known && known.type !== variable.type) retyped.add(name);
          variables.set(name, variable);
        }
        rows.push({ time, values, run: runOf(text) });
        seen.appended += 1;
      } catch (error) {
        seen.bad += 1;
        if (seen.bad <= 5) problems.push(`the line of ${instantOf(time)} is no snapshot: ${reasonOf(error)}`);
      }
    }
    if (rows.length >= manyRows && index < days.length - 1)
      return { rows, variables, retyped: [...retyped], more: true };
  }
  return { rows, variables, retyped: [...retyped], more: false };
}

/** A day's new lines in order, with how they were judged. A day that cannot be read costs itself alone. */
function linesOf(world: World<ArchiveConfig>, day: Date, last: number, seen: Seen, problems: string[]) {
  try {
    const found = linesAfter(world, day, last);
    const lines = found.lines.filter(({ time }) => time <= latestOf(world.now())).sort((a, b) => a.time - b.time);
    seen.late += found.late;
    seen.bad += found.bad;
    seen.untimely += found.lines.length - lines.length;
    const judged = judgedLately(world, day, lines);
    return lines.map((line) => ({ ...line, judged }));
  } catch (error) {
    problems.push(`the lines of ${day.toISOString().slice(0, 10)} cannot be read: ${reasonOf(error)}`);
    return [];
  }
}

function rebuildNow({ sections, files, world, path, problems, onProgress }: Work, why: 'backup' | 'broken'): Outcome {
  const now = world.now();
  const began = world.monotonicMs();
  const isNew = files.size(path) === undefined;
  const days = world.days(snapshots);
  if (isNew && days.length === 0) return { counts: { samples: 0 }, problems, text: 'there is nothing to archive yet' };
  const stamp = now.toISOString();
  if (world.options['dry-run'] === true)
    return {
      counts: {},
      problems,
      text: `would build ${path} ${sourceOf(days)}${isNew ? '' : '; the old one would be kept beside it'}`,
    };
  const attributes: Metadata['attributes'] = {
    ...aboutUs(world),
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
  const aside = swapIn(files, path, now, why);
  // Only now that the new one stands in its place.
  const removed = pruneBackups(files, path, world.config.keep.backups);
  const { problems: met, changedType, ...counts } = done;
  problems.push(...met);
  if (done.bad > 0) problems.push(`${counted(done.bad, 'line')} could not be read`);
  if (changedType.length > 0)
    problems.push(
      `${listed([...changedType])} changed type: what the raw lines do not have of it stands in the backup alone`,
    );
  if (aside !== undefined) problems.push(`the old store is kept as ${aside}`);
  if (removed.length > 0) problems.push(`removed: ${listed(removed)}`);
  const seconds = Math.max(0.001, (world.monotonicMs() - began) / 1000);
  return { counts, problems, text: `${counted(done.samples, 'sample')} archived in ${seconds.toFixed(1)} s` };
}

function sourceOf(days: readonly Date[]): string {
  const [first, last] = [days[0], days.at(-1)].map((day) => day?.toISOString().slice(0, 10));
  if (first === undefined) return 'from the old one alone: there are no raw lines';
  return `from the raw lines of ${counted(days.length, 'day')}, ${first === last ? first : `${first} to ${last}`}`;
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
