// Folders of artifacts: see contract/run-folder.ts. Call under the lock of the stage that writes them.
import { lstatSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { isRunFolderId, type OpenRunFolder } from '../contract/run-folder.ts';
import { join } from '../core/path.ts';
import { createFile, makeFolder, syncFolder } from './files.ts';
import { storeFiles } from './store.ts';

/** Ending of a folder that nobody may read: of a run that goes on or was killed, or that is being removed. */
const unfinished = '.unfinished';
const latest = 'latest';

export const openRunFolder: OpenRunFolder = (base, id, keep, runs = 'runs') => {
  const folder = join(base, runs);
  makeFolder(folder);
  // Runs that were killed: their output is of no use, because `latest` has the results of a whole run.
  for (const name of readdirSync(folder)) if (isUnfinished(name)) rmSync(join(folder, name), { recursive: true });
  const path = join(folder, `${id}${unfinished}`);
  makeFolder(path);
  return {
    path,
    write: (name, text) => {
      const file = join(path, name);
      try {
        createFile(file, text, 0o644, false);
      } catch (error) {
        throw new Error(`writing ${file} failed`, { cause: error });
      }
    },
    publish: () => {
      const finished = join(folder, id);
      storeFiles.sync(path);
      renameSync(path, finished);
      syncFolder(folder);
      // A new link renamed over the old one: a reader sees one or the other.
      const link = join(base, `.${latest}-new`);
      rmSync(link, { force: true });
      symlinkSync(join(runs, id), link);
      renameSync(link, join(base, latest));
      syncFolder(base);
      for (const name of oldest(folder, id, keep)) {
        // Renamed first: a kill while its files are removed leaves no half run.
        renameSync(join(folder, name), join(folder, `${name}${unfinished}`));
        rmSync(join(folder, `${name}${unfinished}`), { recursive: true });
      }
      return finished;
    },
  };
};

const isUnfinished = (name: string): boolean =>
  name.endsWith(unfinished) && isRunFolderId(name.slice(0, -unfinished.length));

/** Never the newest run itself, whose name is not the last where the clock was set back. */
const oldest = (folder: string, newest: string, keep: number): string[] =>
  readdirSync(folder)
    .filter((name) => isRunFolderId(name) && name !== newest && lstatSync(join(folder, name)).isDirectory())
    .sort()
    .reverse()
    .slice(keep - 1);
