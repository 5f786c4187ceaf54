// The whole demo: a month of simulated days in which every fault is seen, instants of it as real processes over a real
// sshd, a power store that xarray opens, and no process left behind however it ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults, faultName } from '../../lib/demo/faults.ts';
import { powerFile, powerPaths } from '../../lib/demo/power.ts';
import { newestSample, powerAt } from '../../lib/demo/scenario.ts';
import { placeFile } from '../../lib/io/scenery.ts';
import { assertGolden } from '../golden.ts';
import { processesOf, root } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';

const script = join(root, 'dist', 'demo.cjs');

describe('demo', () => {
  test('in thirty simulated days every fault is seen, and every level is green afterwards', (t) => {
    const folder = temporaryFolder(t);
    const argv = [script, '--folder', `${folder}/demo`, '--real', '0'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 800_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    for (const fault of faults) assert.ok(stdout.includes(`\n${faultName(fault)} `), faultName(fault));
    assert.match(stdout, new RegExp(`${faults.length} faults, none missed`));
    assert.doesNotMatch(stdout, /not judged|still there|MISSED/);
    t.diagnostic(/30 days.*/.exec(stdout)?.[0] ?? '');
    const events = readText(join(folder, 'demo', 'days', 'state', 'alerts', 'alerts.jsonl'))
      .trimEnd()
      .split('\n');
    const mails = events
      .map((line) => JSON.parse(line) as { kind: string; time: string; message: string })
      .filter(({ kind }) => kind === 'queued')
      .map(({ time, message }) => `${time.slice(0, 16)} ${message}`);
    assertGolden(join(root, 'test', 'cycle', 'mails-of-a-month.txt'), `${mails.join('\n')}\n`);
  });

  test('instants as real processes, with the source over sshd, get the same levels as in simulated time', (t) => {
    installPackages('openssh-server', 'openssh-client', 'git');
    const folder = temporaryFolder(t);
    const argv = [script, '--folder', `${folder}/demo`, '--days', '2', '--real', '4'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 600_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /4 cycles as real processes in .*, the source reached over sshd/);
    assert.match(stdout, /nothing judged otherwise than in simulated time/);
    assert.match(stderr, /source is unreachable/);
    assert.deepEqual(processesOf(folder), []);
  });

  test('a demo that is ended by a signal leaves no process behind', async (t) => {
    installPackages('openssh-server', 'openssh-client', 'git');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
      const folder = temporaryFolder(t);
      const argv = [script, '--folder', `${folder}/demo`, '--days', '1', '--real', '20'];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
      let told = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
      const ended = once(child, 'exit');
      await until(() => told.includes('\n1 of 20'));
      // The next collect-snapshot runs, with ssh and sshd below it.
      await until(() => processesOf(folder).some((line) => line.includes('collect-snapshot')));
      await sleep(300);
      child.kill(signal);
      await ended;
      // After a SIGKILL nobody ends the children: they end by themselves with their work.
      await until(() => processesOf(folder).length === 0);
    }
  });

  test('xarray opens the simulated power store, and reads the values of the scenario', (t) => {
    installPackages('python3-xarray', 'python3-zarr');
    const folder = temporaryFolder(t);
    const fault = faults.find(({ kind }) => kind === 'is not written');
    assert.ok(fault);
    const time = { at: (fault.begins + fault.ends) / 2, shift: 0 };
    for (const path of powerPaths(time)) placeFile(join(folder, path), powerFile(path, time) ?? assert.fail(path));
    const program = `
import json, sys, xarray
store = xarray.open_zarr(sys.argv[1], consolidated=True)
newest = store.dropna("time").isel(time=-1)
print(json.dumps([str(newest.time.values)[:19], *[float(newest[name]) for name in ("DCInverterVolts", "BatterySOC", "InternalTemperature")], len(set(store.time.values)) == store.sizes["time"]]))`;
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-I', '-c', program, folder], { encoding: 'utf8' });
    const { volts, charge, celsius } = powerAt(newestSample(time.at));
    const newest = new Date(newestSample(time.at)).toISOString().slice(0, 19);
    assert.deepEqual(JSON.parse(stdout || 'null'), [newest, volts, charge, celsius, true], stderr);
  });
});
