// Whether a process that was noted still lives.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { lives, thisProcess } from '../../lib/io/living.ts';

test('a process lives until it has ended, and one that has its number later is another', async () => {
  const own = thisProcess();
  assert.equal(own.pid, process.pid);
  assert.equal(lives(own), true);
  assert.equal(lives({ ...own, started: '1' }), false, 'the number was given anew');
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(lives({ pid: child.pid ?? 0, started: '1' }), false);
  for (const pid of [0, -1, 1.5]) assert.equal(lives({ pid, started: '' }), false, `${pid} is a group, or nothing`);
});
