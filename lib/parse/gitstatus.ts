// `git status --porcelain=v2 --branch`: one line of header a fact, then one line a path.

export interface GitStatus {
  commit: string;
  branch: string;
  detached: boolean;
  upstream?: string;
  /** Only where the upstream is known locally; a branch whose upstream was deleted has a name but no counts. */
  ahead?: number;
  behind?: number;
  changed_files: number;
  untracked_files: number;
  conflicted_files: number;
}

export function parseGitStatus(text: string): GitStatus {
  const header = (name: string): string | undefined => new RegExp(`^# branch\\.${name} (.*)$`, 'm').exec(text)?.[1];
  const count = (kinds: string): number => text.match(new RegExp(`^[${kinds}] `, 'gm'))?.length ?? 0;
  const [commit, branch, upstream] = [header('oid'), header('head'), header('upstream')];
  if (commit === undefined || branch === undefined) {
    throw new Error(`git status has no branch header: ${JSON.stringify(text.slice(0, 80))}`);
  }
  // `+? -?` is git's word for not knowing.
  const compared = header('ab') ?? '+? -?';
  const counts = /^\+(\d+) -(\d+)$/.exec(compared);
  if (!counts && compared !== '+? -?')
    throw new Error(`git status compares with the upstream by ${JSON.stringify(compared)}`);
  return {
    commit,
    branch,
    detached: branch === '(detached)',
    ...(upstream === undefined ? {} : { upstream }),
    ...(counts ? { ahead: Number(counts[1]), behind: Number(counts[2]) } : {}),
    changed_files: count('12'),
    untracked_files: count('?'),
    conflicted_files: count('u'),
  };
}
