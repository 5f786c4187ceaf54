import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import test from 'node:test';
import { recordsOf } from '../../lib/alerts/own.ts';
import { heartbeatRecord } from '../../lib/confirm/files.ts';
import { stageRecord } from '../../lib/contract/record.ts';
import { configurationOf, runId, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');

test('the rules of the monitor itself see every stage’s record, and how long no heartbeat was accepted', async (t) => {
  const folder = temporaryFolder(t);
  const config = configurationOf('heartbeat: { url: $OPS_HEARTBEAT_URL }');
  const world = worldIn(folder, { at, config });
  assert.deepEqual(await recordsOf(world, at), { stages: [], heartbeat: undefined }, 'nothing has run yet');

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
  const never = await recordsOf(world, at);
  assert.deepEqual(
    never.stages.map(({ stage, outcome }) => [stage, outcome]),
    [['append-zarr', 'failed']],
  );
  assert.deepEqual(never.heartbeat, { age_seconds: 4 * 3600, says: 'it answered 404' });

  await world.replace(heartbeatRecord, { ...record, accepted_at: '2026-11-20T06:00:00.000Z' });
  assert.equal((await recordsOf(world, at)).heartbeat?.age_seconds, 3600);
  // Configured no more, what lies there is nobody's matter.
  assert.equal((await recordsOf(worldIn(folder, { at }), at)).heartbeat, undefined);

  const path = heartbeatRecord.path(world.places, at);
  writeFileSync(path, '{"schema');
  const torn = (await recordsOf(world, at)).heartbeat;
  assert.equal(torn?.age_seconds, undefined);
  assert.match(torn?.says ?? '', /heartbeat\.json is not JSON/);
});
