// Runs the demo command as a newcomer does: a simulated day, one cycle of real processes, and refused arguments.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const demo = (folder: string, ...argv: string[]) => runBundle('demo', ['--folder', folder, ...argv], process.env);

describe('demo command', () => {
  test('one day and one instant as real processes: every fault is seen, and both give the same levels', (t) => {
    const folder = join(temporaryFolder(t), 'new');
    const { status, stdout, stderr } = demo(folder, '--days', '1', '--real', '1');
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /mrr writes nothing +10-01 06:00 +10-01 06:35 +red +10-01 12:00 +10-01 12:05\n/);
    assert.match(stdout, /1 day, 288 cycles in /);
    assert.match(stdout, /2 faults, none missed/);
    assert.match(stdout, /1 cycle as real processes/);
    assert.match(stdout, /nothing judged otherwise than in simulated time/);
    const state = join(folder, 'days', 'state');
    const lines = readText(join(state, 'raw', 'ops_monitor_20261001.jsonl'))
      .trimEnd()
      .split('\n');
    assert.equal(lines.length, 288);
    assert.match(
      readText(join(state, 'quicklooks', 'ops_monitor', 'ops_summary_20261001.svg')),
      /288 of 288 snapshots/,
    );
    assert.match(readText(join(state, 'health', 'health_report_20261001.md')), /stream-age:mrr \|/);
  });

  test('refuses a folder that holds other files, and numbers that are out of range', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'precious'), '');
    const refused = demo(folder, '--days', '1');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /is not empty, and no demo was there before/);

    const other = join(folder, 'other');
    for (const options of ['--days 0', '--days 31', '--days x', '--real -1']) {
      const { status, stderr } = demo(other, ...options.split(' '));
      assert.equal(status, 2, options);
      assert.match(stderr, /is not a number from|looks like an option/, options);
    }
    assert.ok(!existsSync(other));
  });
});
