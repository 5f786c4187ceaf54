import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { describe } from 'node:test';
import { isStillAlive, describeThisProcess } from '../../lib/io/living.ts';

describe('io/living', () => {
  test('a process counts as alive until the process has ended, and another process with the same pid does not count', async () => {
    const own = describeThisProcess();
    assert.equal(own.pid, process.pid);
    assert.equal(isStillAlive(own), true);
    assert.equal(isStillAlive({ ...own, started: '1' }), false, 'the pid was reused');
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(isStillAlive({ pid: child.pid ?? 0, started: '1' }), false);
    for (const pid of [0, -1, 1.5])
      assert.equal(isStillAlive({ pid, started: '' }), false, `${pid} is no pid of a process`);
  });
});
