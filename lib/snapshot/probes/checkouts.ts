// Reads the state of git checkouts with one `git status` each. It takes no lock, uses no network and runs no program
// that the checkout's owner may have put into its configuration: we may be another user, with more rights.
import type { Host } from '../../contract/host.ts';
import { firstLine } from '../../core/text.ts';
import { parseGitStatus } from '../../parse/gitstatus.ts';
import { defineProbe } from '../define.ts';
import { checkouts as section } from '../sections/checkouts.ts';

export const checkouts = defineProbe({
  name: 'checkouts',
  summary: 'branch, commit and changes of git checkouts',
  section,

  items: async ({ config }) => Object.keys(config.git),

  async read({ host: open, config, item }) {
    const path = config.git[item];
    if (path === undefined) throw new Error(`no checkout ${item} is configured`);
    const host = open();
    const git = ['git', '--no-optional-locks', ...safeSettings, '-C', path, '--git-dir=.git', '--work-tree=.'];
    const filters = (await mayHaveFilters(host, path)) ? await filterNames(host, git) : [];
    const { exit_code, stdout, stderr } = await host.run([
      ...git.slice(0, 2),
      ...filters.flatMap(withoutFilter),
      ...git.slice(2),
      'status',
      '--porcelain=v2',
      '--branch',
      '--untracked-files=normal',
      // A submodule's configuration is not checked for filters, so its files are not read either.
      '--ignore-submodules=dirty',
    ]);
    if (exit_code !== 0) throw new Error(`git status of ${path} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
    const { changed_files, untracked_files, conflicted_files, ...status } = parseGitStatus(stdout);
    const dirty_files = changed_files + untracked_files + conflicted_files;
    return { path, ...status, changed_files, untracked_files, conflicted_files, dirty_files };
  },
});

// git refuses another user's checkout as dubious unless safe.directory names it. The checkout's configuration may name
// a file system monitor to run, or a remote from which to fetch missing objects. (The command itself has `--git-dir`,
// so that a checkout without its .git is not taken for a part of the repository around it.)
const safeSettings = ['safe.directory=*', 'core.fsmonitor=false', 'protocol.allow=never'].flatMap((word) => [
  '-c',
  word,
]);

const withoutFilter = (name: string): string[] =>
  ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((setting) => ['-c', `filter.${name}.${setting}`]);

/** git runs filters on files that look changed. Most checkouts have none, which one small file, .git/config, shows. */
async function mayHaveFilters(host: Host, path: string): Promise<boolean> {
  const text = await host.readText(`${path}/.git/config`).catch(() => undefined); // a worktree's .git is a file
  return text === undefined || /^\s*\[\s*(filter|include)|worktreeConfig/im.test(text);
}

async function filterNames(host: Host, git: readonly string[]): Promise<string[]> {
  const { stdout } = await host.run([...git, 'config', '--name-only', '--null', '--get-regexp', '^filter\\.']);
  const names = stdout.split('\0').map((key) => /^filter\.([^]*)\.[^.]*$/.exec(key)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
