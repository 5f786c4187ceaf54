// The installed package at work, with quicker timers, and after the power failed in the middle of a cycle.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../world.ts';
import { assertAllOk, installWithQuickTimers, linesOf, mailsOf, startSurroundings } from './package-quick.ts';
import { textfiles, timers } from './package-quick.ts';
import { buildPackage, config, type PackageMachine, state } from './package-site.ts';
import { dataOf } from './stages.ts';

/** How often each unit ended well since the boot: a cycle, the hourly and daily stages, a beat. */
function endsOf({ run }: PackageMachine): number[] {
  const lines = run('journalctl', '-o', 'cat', '_PID=1', '-b').stdout.split('\n');
  const units = ['ops-monitor-cycle', 'ops-monitor-hourly', 'ops-monitor-daily', 'thermal-heartbeat'];
  return units.map((unit) => lines.filter((line) => line.startsWith(`Finished ${unit}.service`)).length);
}

describe('the installed package at work', () => {
  before(buildPackage);

  test('three cycles, six beats, an append and a daily run succeed, and the archive holds what was read', async (t) => {
    const machine = await installWithQuickTimers(t);
    const { script } = machine;
    const [before, first] = [endsOf(machine), linesOf(machine).length];
    script(`systemctl start ${timers}`);
    const wanted = [3, 1, 1, 6];
    await until(() => endsOf(machine).every((count, index) => count >= (before[index] ?? 0) + (wanted[index] ?? 0)));
    script(`systemctl stop ${timers}`);
    await machine.settle();

    assertAllOk(machine);
    const lines = linesOf(machine);
    assert.ok(lines.length >= first + 3, `${first}, then ${lines.length} lines`);
    assert.match(machine.read(`${textfiles}/thermal.prom`), /sensor="Package id 0"\} 65$/m);
    assert.equal(mailsOf(machine), '');

    script('systemctl start ops-monitor-hourly.service; ops-monitor archive verify');
    for (const line of lines) {
      const sample = script(`ops-monitor archive at ${line.time_utc} --only filesystem_root_used_bytes --json`);
      const { values } = JSON.parse(sample) as { values: { value: number }[] };
      assert.equal(values[0]?.value, dataOf(line, 'filesystems', '/')['used_bytes'], line.time_utc);
    }
  });

  test('after the power failed in a cycle, the next cycles run, no line is lost, no lock is left, nobody is alarmed', async (t) => {
    const machine = await installWithQuickTimers(t);
    const { script, run, read, write } = machine;
    const holders = (): string => script(`find ${state}/locks -name '*.holder'`).trim();
    script('systemctl start ops-monitor-cycle.service ops-monitor-hourly.service');
    const lines = linesOf(machine);
    const good = read(config);
    write(config, `${good}workspace: { path: /srv, network: false, usage: { command: [/bin/sleep, "20"] } }\n`);
    script('systemctl start --no-block ops-monitor-cycle.service');
    await until(() => holders().endsWith('/collect-snapshot.holder'));
    await machine.powerOff();
    // Longer than three cycles and one interval of the archive.
    await sleep(35_000);
    // Just after a moment of the cycle's timer: a cycle that begins during the boot would be part of it, and take the note over.
    await sleep(10_000 - ((Date.now() - 2_000) % 10_000));

    await machine.boot();
    assert.match(holders(), /collect-snapshot.holder$/, 'the note of the run that the power failure ended');
    startSurroundings(machine);
    write(config, good);
    const begun = endsOf(machine)[0] ?? 0;
    await until(() => (endsOf(machine)[0] ?? 0) >= begun + 3 && (endsOf(machine)[1] ?? 0) >= 1);
    script(`systemctl stop ${timers}`);
    await machine.settle();

    assertAllOk(machine);
    const after = linesOf(machine);
    assert.deepEqual(after.slice(0, lines.length), lines);
    assert.ok(after.length >= lines.length + 3, `${lines.length} lines, then ${after.length}`);
    assert.equal(holders(), '');
    assert.equal(script(`find ${state} -name '*.tmp-*'`), '');
    assert.equal(mailsOf(machine), '');
    assert.doesNotMatch(run('ops-monitor', 'status').stdout, /^Alerts$/m);
    script('systemctl start ops-monitor-hourly.service; ops-monitor archive verify');
  });
});
