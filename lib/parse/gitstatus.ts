// Parses `git status --porcelain=v2 --branch`: one header line for each fact, then one line for each path, and at the end
// our own `# end`: output that was cut in the middle would look like a cleaner checkout.

/** Counts `ahead` and `behind` only where the upstream is known locally: after its deletion, git still prints its name. */
export function parseGitStatus(text: string) {
  // A regular expression with the m flag would also end a line at U+2028 in a name, so the text is split at \n.
  const lines = text.split('\n');
  const header = (name: string): string | undefined => {
    const start = `# branch.${name} `;
    return lines.find((line) => line.startsWith(start))?.slice(start.length);
  };
  const count = (kinds: string): number =>
    lines.filter((line) => kinds.includes(line[0] ?? ' ') && line[1] === ' ').length;
  if (lines.at(-2) !== '# end' || lines.at(-1) !== '')
    throw new Error(`git status was cut: it ends with ${JSON.stringify(text.slice(-80))}`);
  const [commit, branch, upstream] = [header('oid'), header('head'), header('upstream')];
  if (commit === undefined || branch === undefined) {
    throw new Error(`git status has no branch header: ${JSON.stringify(text.slice(0, 80))}`);
  }
  // git prints `+? -?` when it does not know the counts.
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
    // Printed by our own script; `git status` has no such header.
    ...(lines.at(-3) === '# submodules' ? { has_submodules: true } : {}),
    changed_files: count('12'),
    untracked_files: count('?'),
    conflicted_files: count('u'),
  };
}
