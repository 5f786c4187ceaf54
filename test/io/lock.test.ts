import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { LockedOut } from '../../lib/contract/errors.ts';
import { takeLock, unfinishedRun } from '../../lib/io/lock.ts';
import { temporaryFolder } from '../world.ts';

const briefly = { waitMs: 0, deadlineMs: 60_000 };
const module = new URL('../../lib/io/lock.ts', import.meta.url).href;

/** Starts another process that holds the lock for `forMs`, or until it is killed. */
async function holder(path: string, forMs = 1e6) {
  const script = `import { takeLock } from ${JSON.stringify(module)}; globalThis.lock = await takeLock(${JSON.stringify(path)}, 'it', { waitMs: 0, deadlineMs: 1e6 }); console.log('held'); setTimeout(() => {}, ${forMs});`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('io/lock', () => {
  test('a second process waits briefly, then names the holder; kill -9 of the holder frees the lock', async (t) => {
    const path = join(temporaryFolder(t), 'locks', 'stage');
    const child = await holder(path);
    t.after(() => child.kill('SIGKILL'));
    await assert.rejects(
      () => takeLock(path, 'collect-snapshot', { ...briefly, waitMs: 50 }),
      (error: unknown) =>
        error instanceof LockedOut &&
        error.message.includes('collect-snapshot is already running') &&
        error.message.includes(`process ${child.pid}`),
    );
    assert.equal(unfinishedRun(path, new Date()), undefined, 'the holder is at work');
    assert.ok(unfinishedRun(path, new Date(Date.now() + 2e6)), 'the holder is past its deadline');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(Date.parse(unfinishedRun(path, new Date())?.since ?? '') > Date.now() - 60_000, 'the holder was killed');
    const lock = await takeLock(path, 'collect-snapshot', briefly);
    assert.equal(unfinishedRun(path, new Date()), undefined);
    lock.release();
    assert.ok(!existsSync(`${path}.holder`));
    (await takeLock(path, 'collect-snapshot', briefly)).release();
  });

  test('a waiting process gets the lock as soon as it is free', async (t) => {
    const path = join(temporaryFolder(t), 'stage');
    const child = await holder(path, 500);
    t.after(() => child.kill('SIGKILL'));
    (await takeLock(path, 'it', { ...briefly, waitMs: 20_000 })).release();
  });
});
