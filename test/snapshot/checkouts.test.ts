// The checkouts probe against the real git, in states in which people leave checkouts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { checkouts } from '../../lib/snapshot/probes/checkouts.ts';
import { checkout } from '../health/seen.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { localHost } from './machine.ts';

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

function read(path: string, folder: string) {
  const host = localHost(folder);
  const config = configurationOf(`git: { x: ${path} }`);
  return checkouts.read({ host: () => host, config, item: 'x', previous: undefined, bootId: '', at: new Date(0) });
}

describe('checkouts probe', () => {
  test('a clean checkout has its branch, commit and upstream, and no changes', async (t) => {
    const { folder, two } = clones(t);
    const found = await read(two, folder);
    assert.deepEqual(found, checkout({ path: two, commit: git(two, 'rev-parse', 'HEAD').trim() }));
  });

  test('a diverged and dirty checkout has its counts against the last fetch', async (t) => {
    const { folder, one, two } = clones(t);
    for (const text of ['two\n', 'three\n']) {
      writeFileSync(join(one, 'file'), text);
      git(one, 'commit', '-qam', text.trim());
    }
    git(one, 'push', '-q');
    assert.equal((await read(two, folder)).behind, 0, 'nothing was fetched, and the probe does not fetch');
    git(two, 'fetch', '-q');
    git(two, 'commit', '-q', '--allow-empty', '-m', 'own');
    writeFileSync(join(two, 'file'), 'changed\n');
    writeFileSync(join(two, 'new file'), '');
    const found = await read(two, folder);
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
    const side = await read(one, folder);
    assert.equal(side.branch, 'side');
    assert.ok(!('ahead' in side) && !('behind' in side) && !('upstream' in side));
    git(one, 'checkout', '-q', 'main');
    writeFileSync(join(one, 'file'), 'main\n');
    git(one, 'commit', '-qam', 'main');
    assert.throws(() => git(one, 'merge', '-q', 'side'));
    assert.equal((await read(one, folder)).conflicted_files, 1);
    git(one, 'merge', '--abort');
    git(one, 'checkout', '-q', '--detach');
    assert.equal((await read(one, folder)).detached, true);
  });

  test('reading takes no lock and changes nothing in the repository', async (t) => {
    const { folder, one } = clones(t);
    writeFileSync(join(one, 'file'), 'one\n'); // same content, new time: a plain git status would refresh the index
    const index = join(one, '.git', 'index');
    const before = statSync(index).mtimeMs;
    writeFileSync(join(one, '.git', 'index.lock'), ''); // somebody is committing
    await read(one, folder);
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
    await read(one, folder);
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
    await read(one, folder).catch(() => undefined); // it may fail, but must not contact the remote
    assert.ok(!existsSync(ran), 'a remote was contacted');
  });

  test('a checkout without its .git is not taken for part of the repository around it', async (t) => {
    const { folder, one } = clones(t);
    mkdirSync(join(one, 'inner'));
    await assert.rejects(() => read(join(one, 'inner'), folder), /not a git repository/);
  });

  test('a branch name with a line separator (U+2028) is read whole', async (t) => {
    const { folder, one } = clones(t);
    git(one, 'checkout', '-qb', 'feat\u2028ure');
    assert.equal((await read(one, folder)).branch, 'feat\u2028ure');
  });

  test('a folder that is no repository is a failed reading', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(() => read(folder, folder), /git status of .* failed: fatal: not a git repository/);
    await assert.rejects(() => read(join(folder, 'none'), folder), /cannot change to/);
  });
});
