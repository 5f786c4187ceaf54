// The units of the stages, by their text: that each stage has its place, its time and its program. What systemd makes of the
// files is asked in test/real/unit-files.test.ts, and of a cycle in test/real/cycle-units.test.ts.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { stages } from '../../lib/cycle/stages.ts';
import { fleetSnapshot } from '../../lib/fleet/snapshot.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';

const folder = join(root, 'systemd');
const dropInOf = (stage: string): string => join(folder, `ops-monitor@${stage}.service.d`, '50-stage.conf');

const valuesOf = (text: string, key: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .flatMap((line) => line.slice(key.length + 1).split(' '));

const stageOf = (unit: string): string => /^ops-monitor@(.*)\.service$/.exec(unit)?.[1] ?? unit;
/** An instance of the template, too, with a timer of its own. */
const fleet = fleetSnapshot(async () => assert.fail());
const timers = ['cycle', 'hourly', 'daily'];
const names = stages.map(({ name }) => name);
const namesOf = (timer: string): string[] => stages.filter((one) => one.runsEvery === timer).map(({ name }) => name);

describe('cycle/units', () => {
  test('each timer starts a unit that wants its stages, and ends after every one', () => {
    assert.ok(namesOf('hourly').length >= 1);
    for (const timer of timers) {
      const unit = readText(join(folder, `ops-monitor-${timer}.service`));
      assert.deepEqual(valuesOf(unit, 'Wants').map(stageOf), namesOf(timer));
      assert.deepEqual(valuesOf(unit, 'After').map(stageOf), namesOf(timer));
      // Requires= would take the later stages down with one that fails.
      assert.doesNotMatch(unit, /^(Requires|BindsTo|Requisite)=/m);
      assert.equal(valuesOf(readText(join(folder, `ops-monitor-${timer}.timer`)), 'AccuracySec').join(), '1s');
    }
    assert.deepEqual(timers.flatMap(namesOf).sort(), [...names].sort());
    for (const timer of ['hourly', 'daily'])
      assert.match(readText(join(folder, `ops-monitor-${timer}.timer`)), /^Persistent=true$/m, 'a boot catches up');
  });

  test('each stage starts after the stages that it reads from, and confirm-cycle after all others of the cycle', () => {
    const before = new Map(names.map((name) => [name, new Set<string>()]));
    for (const name of names) {
      for (const other of valuesOf(readText(dropInOf(name)), 'After').map(stageOf)) {
        assert.ok(names.indexOf(other) >= 0 && names.indexOf(other) < names.indexOf(name), `${name} after ${other}`);
        before.get(name)?.add(other);
        for (const earlier of before.get(other) ?? []) before.get(name)?.add(earlier);
      }
    }
    for (const name of names.slice(1)) assert.ok(before.get(name)?.has('collect-snapshot'), name);
    for (const name of names.slice(2).filter((one) => one !== 'prune-files'))
      assert.ok(before.get(name)?.has('assess-health'), name);
    // Of the hourly and daily stages it asks how old they are, and waits for none.
    assert.deepEqual([...(before.get('confirm-cycle') ?? [])].sort(), namesOf('cycle').slice(0, -1).sort());
  });

  test('the timeout of each unit is longer than the deadline of its stage', () => {
    const template = readText(join(folder, 'ops-monitor@.service'));
    const lockWait = 3;
    for (const { name, deadlineMs } of [...stages, fleet]) {
      const seconds = Number(valuesOf(template + readText(dropInOf(name)), 'TimeoutStartSec').at(-1));
      assert.ok(seconds >= deadlineMs / 1000 + lockWait + 10, `${name} has ${deadlineMs} ms, its unit ${seconds} s`);
    }
  });

  test('every drop-in folder belongs to a stage, and its file sorts before that of `systemctl edit`', () => {
    const folders = readdirSync(folder).filter((name) => name.endsWith('.service.d'));
    const all = [...names, fleet.name];
    assert.deepEqual(folders.map((name) => stageOf(name.slice(0, -2))).sort(), all.sort());
    for (const name of folders) assert.deepEqual(readdirSync(join(folder, name)), ['50-stage.conf']);
    for (const name of all) assert.ok(existsSync(join(root, 'scripts', `${name}.ts`)), name);
  });

  test('the timer of fleet-snapshot starts its unit as often as the stage says', () => {
    const timer = readText(join(folder, 'ops-monitor-fleet.timer'));
    assert.equal(valuesOf(timer, 'Unit').join(), `ops-monitor@${fleet.name}.service`);
    assert.deepEqual([valuesOf(timer, 'OnCalendar').join(), fleet.runsEvery], ['*:3/5', 300]);
  });
});
