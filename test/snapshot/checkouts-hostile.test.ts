// The checkouts probe against checkouts whose owner wants a program to run, a file to be written, or a server to be asked.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { parseGitStatus } from '../../lib/parse/gitstatus.ts';
import { serveHttp } from '../http.ts';
import { temporaryFolder } from '../world.ts';
import { type Trap, traps } from './checkout-traps.ts';
import { readCheckout } from './read-checkout.ts';

/** Every path below a folder with its size, mode and time: what the probe must leave as it was. */
function listingOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mode, mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
      return `${name} ${size} ${mode} ${mtimeMs}`;
    })
    .sort();
}

async function makeTrap(t: TestContext): Promise<Trap & { readonly ran: () => boolean }> {
  const folder = temporaryFolder(t);
  const [path, beside] = [join(folder, 'checkout'), join(folder, 'beside')];
  const trace = join(beside, 'ran');
  mkdirSync(beside);
  execFileSync('git', ['init', '-q', '-b', 'main', path]);
  const git = (...argv: string[]): string =>
    execFileSync('git', ['-C', path, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  writeFileSync(join(path, 'file'), 'one\n');
  git('add', '.');
  git('commit', '-qm', 'one');
  const script = join(beside, 'script');
  writeFileSync(script, `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
  const server = await serveHttp(t, () => {
    writeFileSync(trace, '');
    return { status: 200 };
  });
  const dot = join(path, '.git');
  return {
    path,
    dot,
    beside,
    script,
    command: `touch ${trace}`,
    url: `${server.url}/x`,
    git,
    config: (text) => appendFileSync(join(dot, 'config'), `${text}\n`),
    write: (file, text) => writeFileSync(file, text),
    ran: () => existsSync(trace),
  };
}

/** `git status` as its owner would see it with no configuration that names a program, a path or a server. */
function cleanStatus({ dot, path, beside }: Trap) {
  const copy = join(beside, 'clean');
  const line = statSync(dot).isFile() ? /^gitdir: (.*)$/m.exec(readFileSync(dot, 'utf8'))?.[1] : dot;
  execFileSync('cp', ['-rpL', `${line}/.`, copy]);
  writeFileSync(join(copy, 'config'), '[core]\nrepositoryformatversion = 0\nfilemode = true\n');
  rmSync(join(copy, 'config.worktree'), { force: true });
  rmSync(join(copy, 'hooks'), { recursive: true, force: true });
  const argv = ['--no-optional-locks', `--git-dir=${copy}`, `--work-tree=${path}`, 'status', '--porcelain=v2'];
  const text = execFileSync('git', [...argv, '--branch', '--untracked-files=normal', '--ignore-submodules=dirty'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  });
  const submodules = existsSync(join(path, '.gitmodules')) ? '# submodules\n' : '';
  return parseGitStatus(`${text}${submodules}# end\n`);
}

describe('checkouts probe and a hostile owner', () => {
  test('there are many traps', () => assert.ok(Object.keys(traps).length >= 40, `${Object.keys(traps).length}`));

  for (const [name, { answer, set }] of Object.entries(traps))
    test(`${name}: nothing runs, nothing is written, nothing is fetched`, async (t) => {
      const trap = await makeTrap(t);
      set(trap);
      if (trap.ran()) rmSync(join(trap.beside, 'ran')); // git itself ran it while the trap was set
      const before = listingOf(join(trap.path, '..'));
      const found = await readCheckout(trap.path, temporaryFolder(t)).catch((error: Error) => error);
      assert.ok(!trap.ran(), 'a program ran, or the server was asked');
      assert.deepEqual(listingOf(join(trap.path, '..')), before);
      if (found instanceof Error) {
        assert.notEqual(answer, 'as git', found.message);
        assert.match(found.message, /^git status of .* failed: ./);
      } else {
        assert.notEqual(answer, 'fails', 'a state was reported');
        const { path: _, dirty_files: __, ...status } = found;
        if (answer === 'as git') assert.deepEqual(status, cleanStatus(trap));
      }
    });

  test('the traps are set: a plain git status runs a good part of them', async (t) => {
    let sprung = 0;
    for (const { set } of Object.values(traps)) {
      const trap = await makeTrap(t);
      set(trap);
      rmSync(join(trap.beside, 'ran'), { force: true });
      try {
        execFileSync('git', ['-C', trap.path, 'status'], { stdio: 'ignore', timeout: 1500 });
      } catch {
        // what counts is whether something ran
      }
      if (trap.ran()) sprung++;
    }
    assert.ok(sprung >= 12, `only ${sprung} would have run something`);
  });

  test('folders of killed runs are swept, and a run leaves none', async (t) => {
    const trap = await makeTrap(t);
    const own = '/dev/shm/ops-monitor-git-999999999';
    mkdirSync(join(own, 'info'), { recursive: true });
    const before = new Set(readdirSync('/dev/shm'));
    await readCheckout(trap.path, temporaryFolder(t));
    assert.ok(!existsSync(own));
    const left = readdirSync('/dev/shm').filter((name) => name.startsWith('ops-monitor-git-') && !before.has(name));
    const dead = left.filter((name) => !existsSync(`/proc/${name.slice('ops-monitor-git-'.length)}`));
    assert.deepEqual(dead, [], 'other tests may run at the same time');
  });

  for (const [name, fifo] of Object.entries({
    HEAD: 'HEAD',
    'the configuration': 'config',
    'the index': 'index',
    'the rules to ignore': '../.gitignore',
    'the attributes': '../.gitattributes',
    'the packed refs': 'packed-refs',
  }))
    test(`${name} as a named pipe costs no more than the deadline, and no process stays`, async (t) => {
      const trap = await makeTrap(t);
      rmSync(join(trap.dot, fifo), { force: true });
      execFileSync('mkfifo', [join(trap.dot, fifo)]);
      const found = await readCheckout(trap.path, temporaryFolder(t), AbortSignal.timeout(1000)).catch(
        (error: Error) => error,
      );
      assert.ok(found instanceof Error || found.commit.length === 40);
      const left = readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(trap.path);
        } catch {
          return false;
        }
      });
      assert.deepEqual(left, []);
    });
});
