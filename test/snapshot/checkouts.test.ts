// The checkouts probe against the real git, in states in which people leave checkouts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { parseGitStatus } from '../../lib/parse/gitstatus.ts';
import { checkout } from '../health/seen.ts';
import { temporaryFolder } from '../world.ts';
import { readCheckout } from './read-checkout.ts';

const git = (folder: string, ...argv: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv], {
    encoding: 'utf8',
  });

function clones(t: TestContext) {
  const folder = temporaryFolder(t);
  const [upstream, one, two] = [join(folder, 'upstream.git'), join(folder, 'one'), join(folder, 'two')];
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', upstream]);
  execFileSync('git', ['clone', '-q', upstream, one], { stdio: 'ignore' });
  git(one, 'checkout', '-qB', 'main');
  writeFileSync(join(one, 'file'), 'one\n');
  git(one, 'add', '.');
  git(one, 'commit', '-qm', 'one');
  git(one, 'push', '-q', '-u', 'origin', 'main');
  execFileSync('git', ['clone', '-q', upstream, two]);
  return { folder, one, two };
}

describe('checkouts probe', () => {
  test('a clean checkout has its branch, commit and upstream, and no changes', async (t) => {
    const { folder, two } = clones(t);
    const found = await readCheckout(two, folder);
    assert.deepEqual(found, checkout({ path: two, commit: git(two, 'rev-parse', 'HEAD').trim() }));
  });

  test('a diverged and dirty checkout has its counts against the last fetch', async (t) => {
    const { folder, one, two } = clones(t);
    for (const text of ['two\n', 'three\n']) {
      writeFileSync(join(one, 'file'), text);
      git(one, 'commit', '-qam', text.trim());
    }
    git(one, 'push', '-q');
    assert.equal((await readCheckout(two, folder)).behind, 0, 'nothing was fetched, and the probe does not fetch');
    git(two, 'fetch', '-q');
    git(two, 'commit', '-q', '--allow-empty', '-m', 'own');
    writeFileSync(join(two, 'file'), 'changed\n');
    writeFileSync(join(two, 'new file'), '');
    const found = await readCheckout(two, folder);
    assert.deepEqual(
      [found.ahead, found.behind, found.changed_files, found.untracked_files, found.dirty_files],
      [1, 2, 1, 1, 2],
    );
  });

  test('a conflict is counted; a detached head and a branch without upstream have no ahead and behind', async (t) => {
    const { folder, one } = clones(t);
    git(one, 'checkout', '-qb', 'side');
    writeFileSync(join(one, 'file'), 'side\n');
    git(one, 'commit', '-qam', 'side');
    const side = await readCheckout(one, folder);
    assert.equal(side.branch, 'side');
    assert.ok(!('ahead' in side) && !('behind' in side) && !('upstream' in side));
    git(one, 'checkout', '-q', 'main');
    writeFileSync(join(one, 'file'), 'main\n');
    git(one, 'commit', '-qam', 'main');
    assert.throws(() => git(one, 'merge', '-q', 'side'));
    assert.equal((await readCheckout(one, folder)).conflicted_files, 1);
    git(one, 'merge', '--abort');
    git(one, 'checkout', '-q', '--detach');
    assert.equal((await readCheckout(one, folder)).detached, true);
  });

  test('reading takes no lock and changes nothing in the repository', async (t) => {
    const { folder, one } = clones(t);
    writeFileSync(join(one, 'file'), 'one\n'); // same content, new time: a plain git status would refresh the index
    const index = join(one, '.git', 'index');
    const before = statSync(index).mtimeMs;
    writeFileSync(join(one, '.git', 'index.lock'), ''); // somebody is committing
    await readCheckout(one, folder);
    assert.equal(statSync(index).mtimeMs, before);
    assert.ok(existsSync(join(one, '.git', 'index.lock')));
    assert.deepEqual(
      readdirSync(join(one, '.git')).filter((name) => name.endsWith('.lock')),
      ['index.lock'],
    );
  });

  test('reading runs no program from the checkout’s configuration and contacts no remote', async (t) => {
    const { folder, one } = clones(t);
    const ran = join(folder, 'ran');
    git(one, 'config', 'core.fsmonitor', `touch ${ran}; false`);
    git(one, 'config', 'filter.evil.clean', `sh -c 'touch ${ran}; cat'`);
    git(one, 'config', 'filter.ev.il two.process', `touch ${ran}`);
    git(one, 'config', 'filter.evil.required', 'true');
    writeFileSync(join(one, '.gitattributes'), 'file filter=evil\nother filter="ev.il two"\n');
    writeFileSync(join(one, 'file'), 'one!\n');
    await readCheckout(one, folder);
    assert.ok(!existsSync(ran), 'a filter was run');

    // A partial clone fetches missing objects with a command from its configuration.
    for (const [key, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://evil.invalid/x'],
      ['core.sshCommand', `touch ${ran};`],
    ] as const) {
      git(one, 'config', key, value);
    }
    const tree = git(one, 'rev-parse', 'HEAD^{tree}').trim();
    rmSync(join(one, '.git', 'objects', tree.slice(0, 2), tree.slice(2)), { force: true });
    await readCheckout(one, folder).catch(() => undefined); // it may fail, but must not contact the remote
    assert.ok(!existsSync(ran), 'a remote was contacted');
  });

  test('a checkout without its .git is not taken for part of the repository around it', async (t) => {
    const { folder, one } = clones(t);
    mkdirSync(join(one, 'inner'));
    await assert.rejects(() => readCheckout(join(one, 'inner'), folder), /is not a git checkout: it has no \.git/);
  });

  test('a branch name with a line separator (U+2028) is read whole', async (t) => {
    const { folder, one } = clones(t);
    git(one, 'checkout', '-qb', 'feat\u2028ure');
    assert.equal((await readCheckout(one, folder)).branch, 'feat\u2028ure');
  });

  test('a folder that is no repository is a failed reading', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(
      () => readCheckout(folder, folder),
      /git status of .* failed: it is not a git checkout: it has no \.git/,
    );
    await assert.rejects(
      () => readCheckout(join(folder, 'none'), folder),
      /git status of .*none failed: there is no such folder/,
    );
  });

  /** Each makes a state of the checkout `two`, which follows `one`'s upstream, and returns the path to read. */
  const states: Readonly<Record<string, (site: ReturnType<typeof clones>) => string>> = {
    'a worktree': ({ two, folder }) => {
      git(two, 'worktree', 'add', '-q', '-b', 'side', join(folder, 'tree'), 'HEAD');
      writeFileSync(join(folder, 'tree', 'new'), '');
      return join(folder, 'tree');
    },
    'a submodule': ({ two, folder }) => {
      git(two, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(folder, 'upstream.git'), 'sub');
      writeFileSync(join(two, 'sub', 'file'), 'changed\n');
      return join(two, 'sub');
    },
    'a checkout with a submodule at another commit': ({ two, folder }) => {
      git(two, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(folder, 'upstream.git'), 'sub');
      git(two, 'commit', '-qm', 'sub');
      git(join(two, 'sub'), 'commit', '-q', '--allow-empty', '-m', 'more');
      return two;
    },
    'a split index': ({ two }) => {
      git(two, 'update-index', '--split-index');
      writeFileSync(join(two, 'new'), '');
      git(two, 'add', 'new');
      return two;
    },
    'an untracked cache': ({ two }) => {
      git(two, 'update-index', '--untracked-cache');
      writeFileSync(join(two, 'new'), '');
      git(two, 'status');
      return two;
    },
    'a sparse checkout': ({ two }) => {
      mkdirSync(join(two, 'folder'));
      writeFileSync(join(two, 'folder', 'file'), '');
      git(two, 'add', '.');
      git(two, 'commit', '-qm', 'folder');
      git(two, 'sparse-checkout', 'set', '--sparse-index', 'none');
      return two;
    },
    'packed refs and objects': ({ two }) => {
      git(two, 'gc', '-q');
      return two;
    },
    'objects borrowed from another repository': ({ folder, one }) => {
      execFileSync('git', ['clone', '-q', '--shared', one, join(folder, 'three')]);
      return join(folder, 'three');
    },
    'a shallow clone': ({ folder, one }) => {
      git(one, 'commit', '-q', '--allow-empty', '-m', 'two');
      git(one, 'push', '-q');
      execFileSync('git', [
        'clone',
        '-q',
        '--depth=1',
        `file://${join(folder, 'upstream.git')}`,
        join(folder, 'three'),
      ]);
      git(join(folder, 'three'), 'commit', '-q', '--allow-empty', '-m', 'own');
      return join(folder, 'three');
    },
    'objects named by SHA-256': ({ folder }) => {
      execFileSync('git', ['init', '-q', '-b', 'main', '--object-format=sha256', join(folder, 'three')]);
      git(join(folder, 'three'), 'commit', '-q', '--allow-empty', '-m', 'one');
      writeFileSync(join(folder, 'three', 'new'), '');
      return join(folder, 'three');
    },
    'a branch that follows a local one': ({ two }) => {
      git(two, 'checkout', '-q', '--track', '-b', 'side', 'main');
      git(two, 'commit', '-q', '--allow-empty', '-m', 'own');
      return two;
    },
    'a remote and a branch with unusual names': ({ two, folder }) => {
      git(two, 'remote', 'add', 'a.b-c', join(folder, 'upstream.git'));
      git(two, 'fetch', '-q', 'a.b-c');
      git(two, 'checkout', '-q', '-b', "it's.a/b", '--track', 'a.b-c/main');
      return two;
    },
    'an upstream that is gone': ({ two }) => {
      git(two, 'update-ref', '-d', 'refs/remotes/origin/main');
      return two;
    },
    'rules to ignore in the repository': ({ two }) => {
      writeFileSync(join(two, '.git', 'info', 'exclude'), 'new\n');
      writeFileSync(join(two, 'new'), '');
      return two;
    },
    'modes and line ends that are configured': ({ two }) => {
      git(two, 'config', 'core.filemode', 'false');
      git(two, 'config', 'core.autocrlf', 'true');
      execFileSync('chmod', ['+x', join(two, 'file')]);
      writeFileSync(join(two, 'file'), 'one\r\n');
      return two;
    },
    'no commit yet': ({ folder }) => {
      execFileSync('git', ['init', '-q', '-b', 'main', join(folder, 'three')]);
      writeFileSync(join(folder, 'three', 'new'), '');
      return join(folder, 'three');
    },
    'a merge with conflicts and a stash': ({ two }) => {
      writeFileSync(join(two, 'file'), 'stashed\n');
      git(two, 'stash', '-q');
      git(two, 'checkout', '-qb', 'side');
      writeFileSync(join(two, 'file'), 'side\n');
      git(two, 'commit', '-qam', 'side');
      assert.throws(() => git(two, 'stash', 'pop', '-q'));
      return two;
    },
  };
  test('there are many states', () => assert.ok(Object.keys(states).length >= 16));
  for (const [name, make] of Object.entries(states))
    test(`${name}: the reading says what git status says in a clean environment`, async (t) => {
      const site = clones(t);
      const path = make(site);
      const argv = ['--porcelain=v2', '--branch', '--untracked-files=normal', '--ignore-submodules=dirty'];
      const said = execFileSync('git', ['-C', path, '--no-optional-locks', 'status', ...argv], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
      });
      const { path: _, dirty_files: __, ...status } = await readCheckout(path, site.folder);
      const submodules = existsSync(join(path, '.gitmodules')) ? '# submodules\n' : '';
      assert.equal(status.has_submodules, submodules === '' ? undefined : true);
      assert.deepEqual(status, parseGitStatus(`${said}${submodules}# end\n`));
    });

  test('a bare repository is a failed reading that says so', async (t) => {
    const { folder } = clones(t);
    await assert.rejects(
      () => readCheckout(join(folder, 'upstream.git'), folder),
      /it is a bare repository, which has no files/,
    );
  });
});
