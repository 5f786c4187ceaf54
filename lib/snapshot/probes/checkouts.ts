// The state of git checkouts: one `git status` each, which takes no lock, asks no network and runs nothing of theirs.
import { defineProbe } from '../../contract/probe.ts';
import { firstLine } from '../../core/text.ts';
import { parseGitStatus } from '../../parse/gitstatus.ts';
import type { SnapshotConfig } from '../config.ts';
import { checkouts as section } from '../sections/checkouts.ts';

export const checkouts = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'checkouts',
  summary: 'branch, commit and changes of git checkouts',
  section,

  items: async ({ config }) => Object.keys(config.git),

  async read({ host: open, config, item }) {
    const path = config.git[item];
    if (path === undefined) throw new Error(`no checkout ${item} is configured`);
    const { exit_code, stdout, stderr } = await open().run([
      'git',
      '--no-optional-locks',
      // Another user's checkout is refused as dubious; and its own configuration may name a program to run.
      '-c',
      'safe.directory=*',
      '-c',
      'core.fsmonitor=false',
      '-C',
      path,
      'status',
      '--porcelain=v2',
      '--branch',
      '--untracked-files=normal',
    ]);
    if (exit_code !== 0) throw new Error(`git status of ${path} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
    const { changed_files, untracked_files, conflicted_files, ...status } = parseGitStatus(stdout);
    const dirty_files = changed_files + untracked_files + conflicted_files;
    return { path, ...status, changed_files, untracked_files, conflicted_files, dirty_files };
  },
});
