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
  // Split, because to a regular expression U+2028 in a name would be the end of a line as well.
  const lines = text.split('\n');
  const header = (name: string): string | undefined => {
    const start = `# branch.${name} `;
    return lines.find((line) => line.startsWith(start))?.slice(start.length);
  };
  const count = (kinds: string): number =>
    lines.filter((line) => kinds.includes(line[0] ?? ' ') && line[1] === ' ').length;
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
