// Recorded machines: the textfile for Prometheus and the table for people.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { stageRecord } from '../../lib/contract/record.ts';
import { assertGolden } from '../golden.ts';
import { readText, temporaryFolder, worldIn } from '../world.ts';
import { beatOn, machines } from './beat.ts';

describe('thermal-heartbeat on recorded machines', () => {
  test('the textfile and the table of every machine are as expected', async (t) => {
    const names = readdirSync(machines);
    assert.ok(names.length >= 5, `only ${names.join(', ')}`);
    for (const name of names) {
      const folder = join(machines, name);
      const config = join(folder, 'config.yaml');
      const beat = beatOn(temporaryFolder(t), folder, existsSync(config) ? readText(config) : '');
      const { text = '' } = await beat.run('2026-11-20T06:00:00Z', { print: true });
      assert.ok(!existsSync(beat.textfile), `${name}: --print wrote something`);
      await beat.run('2026-11-20T06:00:00Z');
      assertGolden(join(folder, 'expected', 'table.txt'), `${text}\n`);
      assertGolden(join(folder, 'expected', 'thermal.prom'), readText(beat.textfile));
    }
  });

  test('a machine without a sensor is reported as such, and keeps the time of its last beat', async (t) => {
    const folder = temporaryFolder(t);
    const before = beatOn(folder, join(machines, 'arm-board'));
    await before.run('2026-11-20T06:00:00Z');
    const beat = beatOn(folder, join(machines, 'vm'));
    const { problems, counts } = await beat.run('2026-11-20T07:00:00Z');
    assert.deepEqual(problems, ['no temperature could be read on this machine']);
    assert.equal(counts['readings'], 0);
    const text = readText(beat.textfile);
    assert.doesNotMatch(text, /^node_thermal_celsius/m, 'a temperature of nothing');
    assert.match(text, /^node_thermal_heartbeat_seconds 1795154400$/m);

    // After a boot the time is left on the disk only.
    rmSync(beat.state);
    await beat.run('2026-11-20T07:00:30Z');
    assert.match(readText(beat.textfile), /^node_thermal_heartbeat_seconds 1795154400$/m);

    // Where the beat before was well, the time comes from the record of that beat.
    rmSync(beat.state);
    const world = worldIn(folder, { at: new Date('2026-11-20T08:00:00Z') });
    const { counts: well } = await before.run('2026-11-20T08:00:00Z');
    const record = {
      schema_version: 1,
      stage: 'thermal-heartbeat',
      run_id: world.runId,
      ms: 1,
      outcome: 'ok',
    } as const;
    const rest = { started_at: '2026-11-20T08:00:00.000Z', exit_code: 0, counts: well, problems: [] };
    await world.replace(stageRecord('thermal-heartbeat'), { ...record, ...rest });
    rmSync(beat.state);
    await beat.run('2026-11-20T08:00:30Z');
    assert.match(readText(beat.textfile), /^node_thermal_heartbeat_seconds 1795161600$/m);
  });
});
