// Archives a folder: see contract/archive-folder.ts. Call under the lock of the stage that writes the folder.
import { constants, fsyncSync, renameSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ArchiveFolder } from '../contract/archive-folder.ts';
import { firstLine } from '../core/text.ts';
import { createFile, makeFolder, removeQuietly, sweepTemporaries, syncFolder, withOpen } from './files.ts';
import { runTask } from './task.ts';

/** The same files give the same bytes: in the order of their names, without the names of their owners. */
const reproducible = ['--format=gnu', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
/** Endings of files and folders of a run that goes on or was killed (see run-folder.ts): they are not archived. */
const left = ['--exclude=*.unfinished', '--exclude=.latest-new'];

export const archiveFolder: ArchiveFolder = async ({ folder, path, seconds }) => {
  makeFolder(dirname(path));
  sweepTemporaries(path);
  const temporary = `${path}.tmp-${process.pid}-${Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)}`;
  try {
    const options = [...reproducible, ...left, `--directory=${dirname(folder)}`];
    // Made here, so that its mode does not depend on the umask.
    createFile(temporary, '', 0o644, false);
    const { ending, lastLines } = await runTask({
      argv: ['tar', '--create', '--gzip', '--force-local', `--file=${temporary}`, ...options, '--', basename(folder)],
      seconds,
      // Nobody reads a log: the result holds what tar printed.
      log: '/dev/null',
    });
    const isWhole = ending.by === 'exit' && ending.code === 0;
    if (isWhole) {
      withOpen(temporary, constants.O_RDONLY, 0, fsyncSync);
      renameSync(temporary, path);
      syncFolder(dirname(path));
    }
    return { ending, said: firstLine(lastLines.join('; '), 300), bytes: isWhole ? statSync(path).size : 0 };
  } finally {
    removeQuietly(temporary);
  }
};
