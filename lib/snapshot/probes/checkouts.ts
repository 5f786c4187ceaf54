// Reads the state of git checkouts with one `git status` each. It takes no lock, uses no network and runs no program
// that the checkout's owner may have put into its configuration: we may be another user, with more rights.
import { firstLine } from '../../core/text.ts';
import { parseGitStatus } from '../../parse/gitstatus.ts';
import { defineProbe } from '../define.ts';
import { gitStatusScript } from '../git-script.ts';
import { checkouts as section } from '../sections/checkouts.ts';

export const checkouts = defineProbe({
  name: 'checkouts',
  summary: 'branch, commit and changes of git checkouts',
  section,

  items: async ({ config }) => Object.keys(config.git),

  async read({ host: open, config, item }) {
    const path = config.git[item];
    if (path === undefined) throw new Error(`no checkout ${item} is configured`);
    // In a child that can be left behind: the checkout may lie on a network mount that hangs.
    const argv = ['sh', '-c', gitStatusScript, 'git-status', path];
    const { exit_code, stdout, stderr } = await open().run(argv, { alone: `checkout ${item}` });
    if (exit_code !== 0) throw new Error(`git status of ${path} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
    const { changed_files, untracked_files, conflicted_files, ...status } = parseGitStatus(stdout);
    const dirty_files = changed_files + untracked_files + conflicted_files;
    return { path, ...status, changed_files, untracked_files, conflicted_files, dirty_files };
  },
});
