// Folders of artifacts: see contract/run-folder.ts. Call under the lock of the stage that writes them.
import { lstatSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import type { OpenRunFolder } from '../contract/run-folder.ts';
import { join } from '../core/path.ts';
import { createFile, makeFolder, syncFolder } from './files.ts';
import { storeFiles } from './store.ts';

const unfinished = '.unfinished';
const latest = 'latest';

export const openRunFolder: OpenRunFolder = (base, id, keep) => {
  const runs = join(base, 'runs');
  makeFolder(runs);
  // Runs that were killed: their output is of no use, because `latest` has the results of a whole run.
  for (const name of readdirSync(runs)) if (name.endsWith(unfinished)) rmSync(join(runs, name), { recursive: true });
  const path = join(runs, `${id}${unfinished}`);
  makeFolder(path);
  return {
    path,
    write: (name, text) => createFile(join(path, name), text, 0o644, false),
    publish: () => {
      const finished = join(runs, id);
      storeFiles.sync(path);
      renameSync(path, finished);
      syncFolder(runs);
      // A new link renamed over the old one: a reader sees one or the other.
      const link = join(base, `.${latest}-new`);
      rmSync(link, { force: true });
      symlinkSync(join('runs', id), link);
      renameSync(link, join(base, latest));
      syncFolder(base);
      for (const name of oldest(runs, keep)) rmSync(join(runs, name), { recursive: true });
      return finished;
    },
  };
};

const oldest = (runs: string, keep: number): string[] =>
  readdirSync(runs)
    .filter((name) => lstatSync(join(runs, name)).isDirectory())
    .sort()
    .slice(0, -keep);
