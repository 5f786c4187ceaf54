import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseGitStatus } from '../../lib/parse/gitstatus.ts';
import { refuses } from './refuses.ts';

const oid = '4f0c1c9a5be0b8ef5bd1f4d5b7c2c0de3b1a7f55';
const other = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

describe('parse/gitstatus', () => {
  test('a clean checkout has a branch, a commit and nothing changed', () => {
    const text = `\
# branch.oid ${oid}
# branch.head main
# branch.upstream origin/main
# branch.ab +0 -0
# end
`;
    assert.deepEqual(parseGitStatus(text), {
      commit: oid,
      branch: 'main',
      detached: false,
      upstream: 'origin/main',
      ahead: 0,
      behind: 0,
      changed_files: 0,
      untracked_files: 0,
      conflicted_files: 0,
    });
  });

  test('changed, renamed, unknown and conflicting files are counted apart', () => {
    const text = `\
# branch.oid ${oid}
# branch.head feature/rain-gauge
# branch.upstream origin/feature/rain-gauge
# branch.ab +3 -12
# stash 2
1 .M N... 100644 100644 100644 ${other} ${other} lib/a.ts
1 A. N... 000000 100644 100644 0000000000000000000000000000000000000000 ${other} lib/new file.ts
1 .D N... 100644 100644 000000 ${other} ${other} lib/gone.ts
2 R. N... 100644 100644 100644 ${other} ${other} R100 lib/to.ts\tlib/from.ts
u UU N... 100644 100644 100644 100644 ${other} ${other} ${other} README.md
? notes.txt
? 1 .M odd name
? "m\\303\\244rz.txt"
! node_modules/
# end
`;
    assert.deepEqual(parseGitStatus(text), {
      commit: oid,
      branch: 'feature/rain-gauge',
      detached: false,
      upstream: 'origin/feature/rain-gauge',
      ahead: 3,
      behind: 12,
      changed_files: 4,
      untracked_files: 3,
      conflicted_files: 1,
    });
  });

  test('a checkout without a branch is detached, and has no upstream and no counts', () => {
    assert.deepEqual(parseGitStatus(`# branch.oid ${oid}\n# branch.head (detached)\n# end\n`), {
      commit: oid,
      branch: '(detached)',
      detached: true,
      changed_files: 0,
      untracked_files: 0,
      conflicted_files: 0,
    });
  });

  test('an upstream that was deleted, or that git was told not to count against, has a name but no counts', () => {
    for (const counts of ['', '# branch.ab +? -?\n']) {
      const status = parseGitStatus(
        `# branch.oid ${oid}\n# branch.head main\n# branch.upstream origin/x\n${counts}# end\n`,
      );
      assert.equal(status.upstream, 'origin/x');
      assert.equal('ahead' in status || 'behind' in status, false, 'unknown is not 0');
    }
  });

  test('a repository without a commit has the commit (initial)', () => {
    const status = parseGitStatus('# branch.oid (initial)\n# branch.head main\n? README.md\n# end\n');
    assert.equal(status.commit, '(initial)');
    assert.equal(status.branch, 'main');
    assert.equal(status.untracked_files, 1);
  });

  test('empty, cut-off and other text throws with what was seen', () => {
    const cases = [
      '',
      '\n',
      '# branch.oid',
      `# branch.oid ${oid}`,
      `# branch.oid ${oid}\n# branch.he`,
      '# branch.head main\n',
      'fatal: not a git repository (or any of the parent directories): .git\n',
      '## main...origin/main\n M lib/a.ts\n',
      'On branch main\nnothing to commit, working tree clean\n',
      '1 .M N... 100644 100644 100644 a b lib/a.ts\n',
      `# branch.oid ${oid}\n# branch.head main\n`,
      `# branch.oid ${oid}\n# branch.head main\n? READ`,
      `# branch.oid ${oid}\n# branch.head main\n? # end`,
      `# branch.oid ${oid}\n# branch.head main\n# end`,
    ];
    refuses(parseGitStatus, cases, 14);
  });

  test('counts against the upstream that are cut off throw with what was seen, and are not left out', () => {
    const head = `# branch.oid ${oid}\n# branch.head main\n# branch.upstream origin/main\n`;
    const cases = ['# branch.ab +1', '# branch.ab +1 -', '# branch.ab banana\n'];
    for (const line of cases)
      assert.throws(() => parseGitStatus(`${head}${line}\n# end\n`), /branch\.ab|banana|\+1/, line);
    assert.ok(cases.length >= 3);
  });
});
