// prune-files: packs and removes old files, as `keep` in the configuration says. Whatever this program did not write stays: only names
// that its files have, only regular files, and JSONL only where it holds lines of this program.
import { basename, dirname } from 'node:path';
import { outboxFolder } from '../alerts/files.ts';
import { type FileLocation, type FileSpec, packedSuffixes } from '../contract/file.ts';
import type { OldFile, OldFiles } from '../contract/old-files.ts';
import { defineStage, parsedOrUndefined, type Stage, type World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { formatBytes } from '../core/quantity.ts';
import { counted, listed, reasonOf } from '../core/text.ts';
import { type Action, actionsOfDay, actionsOfSetAside, type Keep } from './plan.ts';

export interface RetentionConfig {
  readonly keep: Keep;
}

type RetentionWorld = World<RetentionConfig>;

/** `written`: the files of all stages. */
export const pruneFiles = (written: readonly Pick<Stage, 'writes'>[], files: OldFiles) =>
  defineStage<RetentionConfig>({
    name: 'prune-files',
    summary: 'packs and removes old files, as `keep` in the configuration says',
    reads: [],
    writes: [],
    runsEvery: 'daily',
    // The first run may pack years.
    deadlineMs: 1_800_000,

    async run(world) {
      const all = written.flatMap(({ writes }) => writes);
      const actions = [...ofDays(world, all, files), ...ofSetAside(world, all, files)];
      const { ours, foreign } = separate(world, actions);
      const problems =
        foreign.length === 0
          ? []
          : [`${counted(foreign.length, 'old file')} stay: no line in them is of this program: ${listed(foreign, 3)}`];
      if (world.options['dry-run'] === true)
        return {
          counts: countsOf(ours, 0),
          problems,
          json: ours.map(shown),
          text: ours.map(inWords).join('\n') || nothing,
        };
      const packedFolders = all.filter(({ format, kept }) => format === 'jsonl' && kept !== undefined);
      for (const folder of new Set(packedFolders.map((file) => dirname(file.path(world.places, world.now())))))
        files.sweep(folder);
      let freed = 0;
      const done: Action[] = [];
      for (const action of ours) {
        try {
          freed += perform(action, files);
          done.push(action);
        } catch (error) {
          problems.push(`${action.does === 'pack' ? 'packing' : 'removing'} ${action.path} failed: ${reasonOf(error)}`);
        }
      }
      const { packed, removed } = countsOf(done, freed);
      const text = done.length === 0 ? nothing : `${packed} packed, ${removed} removed, ${formatBytes(freed)} freed`;
      return { counts: countsOf(done, freed), problems: firstOf(problems), json: done.map(shown), text };
    },
  });

const nothing = 'nothing is old enough to be packed or removed';

const mostProblems = 10;
const firstOf = (problems: readonly string[]): string[] =>
  problems.length <= mostProblems
    ? [...problems]
    : [...problems.slice(0, mostProblems), `and ${problems.length - mostProblems} more`];

const countsOf = (actions: readonly Action[], freed: number) => ({
  packed: actions.filter(({ does }) => does === 'pack').length,
  removed: actions.filter(({ does }) => does === 'remove').length,
  freed_bytes: freed,
});

const shown = ({ does, path, bytes }: Action) => ({ does, path, bytes });
const inWords = ({ does, path, bytes }: Action): string => `would ${does} ${path} (${formatBytes(bytes)})`;

function ofDays(world: RetentionWorld, all: readonly FileLocation[], files: OldFiles): Action[] {
  const now = world.now();
  const folders = new Map<string, ReadonlyMap<string, OldFile>>();
  const inFolder = (folder: string): ReadonlyMap<string, OldFile> => {
    const known = folders.get(folder) ?? new Map(files.list(folder).map((one) => [one.path, one]));
    folders.set(folder, known);
    return known;
  };
  return all
    .filter(({ kept }) => kept !== undefined)
    .flatMap((file) =>
      world.days(file).flatMap((day) => {
        const path = file.path(world.places, day);
        const found = inFolder(dirname(path));
        const packed = packedSuffixes.flatMap((suffix) => found.get(`${path}${suffix}`) ?? []);
        return actionsOfDay({ file, day, plain: found.get(path), packed }, world.config.keep, now);
      }),
    );
}

/** Undeliverable mails, and the states that could not be used. */
function ofSetAside(world: RetentionWorld, all: readonly FileLocation[], files: OldFiles): Action[] {
  const { places, config } = world;
  const now = world.now();
  const broken = all
    .filter(({ kept, format }) => kept === undefined && format === 'json')
    .map((file) => file.path(places, now))
    .flatMap((path) =>
      files.list(dirname(path)).filter((one) => brokenName.exec(basename(one.path))?.[1] === basename(path)),
    );
  const dead = files.list(join(outboxFolder(places), 'dead')).filter(({ path }) => path.endsWith('.json'));
  return actionsOfSetAside([...dead, ...broken], config.keep, now);
}

/** As io/world.ts names a file that it sets aside. */
const brokenName = /^(.*)\.broken-\d{8}T\d{6}Z$/;

function separate(world: RetentionWorld, actions: readonly Action[]) {
  const foreign: string[] = [];
  const ours = actions.filter(({ path, linesOf }) => {
    if (!linesOf || holdsOurLines(world, linesOf.file, linesOf.day)) return true;
    foreign.push(path);
    return false;
  });
  return { ours, foreign };
}

/** The first line may be torn. */
const linesToTry = 5;

function holdsOurLines(world: RetentionWorld, file: FileSpec<unknown>, day: Date): boolean {
  let tried = 0;
  try {
    for (const line of world.scan(file, 'start', day)) {
      if (parsedOrUndefined(line) !== undefined) return true;
      if (++tried === linesToTry) return false;
    }
  } catch {
    return false; // a packed file that cannot be unpacked: a person has to look at it
  }
  // An empty file has nothing to lose.
  return tried === 0;
}

function perform({ does, path, bytes, mode }: Action, files: OldFiles): number {
  if (does === 'pack') return files.pack(path, mode);
  files.remove(path);
  return bytes;
}
