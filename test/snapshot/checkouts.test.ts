// With the real git: states as somebody leaves them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { checkouts } from '../../lib/snapshot/probes/checkouts.ts';
import { configurationOf, temporaryFolder } from '../world.ts';

const git = (folder: string, ...argv: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv], {
    encoding: 'utf8',
  });

function clones(t: TestContext) {
  const folder = temporaryFolder(t);
  const [upstream, one, two] = ['upstream.git', 'one', 'two'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
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
  const host = localHostOpener({ runtime: join(folder, 'run'), userAgent: 'test' })(new AbortController().signal);
  const config = configurationOf(`git: { x: ${path} }`);
  return checkouts.read({ host: () => host, config, item: 'x', previous: undefined, bootId: '', at: new Date(0) });
}

test('a clean checkout is clean, with its branch, commit and upstream', async (t) => {
  const { folder, two } = clones(t);
  const found = await read(two, folder);
  assert.deepEqual(found, {
    path: two,
    branch: 'main',
    commit: git(two, 'rev-parse', 'HEAD').trim(),
    detached: false,
    upstream: 'origin/main',
    ahead: 0,
    behind: 0,
    changed_files: 0,
    untracked_files: 0,
    conflicted_files: 0,
    dirty_files: 0,
  });
});

test('a diverged and dirty checkout is told as it stands, against what was fetched', async (t) => {
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

test('a conflict, a detached head and a branch without upstream have no numbers that nobody knows', async (t) => {
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

test('looking takes no lock and changes nothing in the repository', async (t) => {
  const { folder, one } = clones(t);
  writeFileSync(join(one, 'file'), 'one\n'); // the same content, another time: git would like to refresh its index
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

test('a program that the checkout’s own configuration names is not run', async (t) => {
  const { folder, one } = clones(t);
  git(one, 'config', 'core.fsmonitor', `touch ${join(folder, 'ran')}; false`);
  await read(one, folder);
  assert.ok(!existsSync(join(folder, 'ran')));
});

test('what is no repository says so', async (t) => {
  const folder = temporaryFolder(t);
  await assert.rejects(() => read(folder, folder), /git status of .* failed: fatal: not a git repository/);
  await assert.rejects(() => read(join(folder, 'none'), folder), /cannot change to/);
});
