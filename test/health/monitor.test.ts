// The monitor’s own state, judged from the records of its stages.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { heartbeatRecord, readHeartbeat } from '../../lib/confirm/files.ts';
import { stageRecord } from '../../lib/contract/record.ts';
import { judgedOf } from '../judged.ts';
import { configurationOf, runId, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');

describe('health/monitor', () => {
  test('judgeMonitor judges the record of every stage and the time since the last accepted heartbeat', async (t) => {
    const folder = temporaryFolder(t);
    const config = configurationOf('heartbeat: { url: $OPS_HEARTBEAT_URL }');
    const judged = async (world: ReturnType<typeof worldIn>) => {
      const stages = await world.stageRecords();
      const { monitor } = judgedOf({ stages, heartbeat: await readHeartbeat(world) }, config, at);
      const heartbeat = monitor.find(({ observation }) => observation.id === 'heartbeat:outside');
      return { stages, monitor, heartbeat };
    };
    const world = worldIn(folder, { at, config });
    assert.deepEqual((await judged(world)).monitor, [], 'nothing has run yet');

    await world.replace(stageRecord('append-zarr'), {
      schema_version: 1,
      stage: 'append-zarr',
      run_id: runId,
      started_at: at.toISOString(),
      ms: 1,
      outcome: 'failed',
      exit_code: 1,
      counts: {},
      problems: ['the disk is full'],
    });
    const record = {
      schema_version: 1,
      tried_at: '2026-11-20T06:59:00.000Z',
      first_tried_at: '2026-11-20T03:00:00.000Z',
      style: 'healthchecks',
      told: 'failure',
      outcome: 'refused',
      words: 'it answered 404',
    } as const;
    await world.replace(heartbeatRecord, record);
    const never = await judged(world);
    assert.deepEqual(
      never.stages.map(({ stage, outcome }) => [stage, outcome]),
      [['append-zarr', 'failed']],
    );
    assert.equal(never.heartbeat?.measured?.value, 4 * 3600);
    assert.match(never.heartbeat.observation.message, /it answered 404$/);

    await world.replace(heartbeatRecord, { ...record, accepted_at: '2026-11-20T06:00:00.000Z' });
    assert.equal((await judged(world)).heartbeat?.measured?.value, 3600);
    // Without a heartbeat in the configuration an old record is ignored.
    assert.equal((await judged(worldIn(folder, { at }))).heartbeat, undefined);

    const path = heartbeatRecord.path(world.places, at);
    writeFileSync(path, '{"schema');
    const { heartbeat: torn } = await judged(world);
    assert.deepEqual([torn?.measured, torn?.observation.level], [undefined, 'unknown']);
    assert.match(torn?.observation.message ?? '', /heartbeat\.json is not JSON/);
  });
});
