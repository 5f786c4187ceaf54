import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { describe } from 'node:test';
import { lives, describeThisProcess } from '../../lib/io/living.ts';

describe('io/living', () => {
  test('lives is true until the process has ended, and false for another process with the same pid', async () => {
    const own = describeThisProcess();
    assert.equal(own.pid, process.pid);
    assert.equal(lives(own), true);
    assert.equal(lives({ ...own, started: '1' }), false, 'the pid was reused');
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(lives({ pid: child.pid ?? 0, started: '1' }), false);
    for (const pid of [0, -1, 1.5]) assert.equal(lives({ pid, started: '' }), false, `${pid} is no pid of a process`);
  });
});
