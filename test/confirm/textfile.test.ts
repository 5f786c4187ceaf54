import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { renderTextfile } from '../../lib/confirm/textfile.ts';
import { recordOf } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');
const record = (stage: string, more: Partial<StageRecord>): StageRecord =>
  recordOf(stage, '2026-11-20T06:59:00Z', { ms: 1500, ...more });
const samples = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('confirm/textfile', () => {
  test('the textfile has the last run of each stage, the number missing and the heartbeat, and no sample for unknown values', () => {
    const records = [
      record('a', { last_success_at: '2026-11-20T06:59:01.5Z' }),
      record('b', { outcome: 'failed' }),
      record('send-alerts', { counts: { waiting: 2, dead: 1 } }),
    ];
    const seconds = at.getTime() / 1000;
    assert.deepEqual(samples(renderTextfile({ records, missing: 1, accepted_at: '2026-11-20T06:55:00Z', at })), [
      `ops_monitor_stage_last_run_timestamp_seconds{stage="a"} ${seconds - 58.5}`,
      `ops_monitor_stage_last_run_timestamp_seconds{stage="b"} ${seconds - 58.5}`,
      `ops_monitor_stage_last_run_timestamp_seconds{stage="send-alerts"} ${seconds - 58.5}`,
      `ops_monitor_stage_last_success_timestamp_seconds{stage="a"} ${seconds - 58.5}`,
      'ops_monitor_stage_duration_seconds{stage="a"} 1.5',
      'ops_monitor_stage_duration_seconds{stage="b"} 1.5',
      'ops_monitor_stage_duration_seconds{stage="send-alerts"} 1.5',
      'ops_monitor_stage_success{stage="a"} 1',
      'ops_monitor_stage_success{stage="b"} 0',
      'ops_monitor_stage_success{stage="send-alerts"} 1',
      'ops_monitor_mails_undelivered{state="waiting"} 2',
      'ops_monitor_mails_undelivered{state="dead"} 1',
      'ops_monitor_cycle_missing 1',
      `ops_monitor_cycle_confirmed_timestamp_seconds ${seconds}`,
      `ops_monitor_heartbeat_accepted_timestamp_seconds ${seconds - 300}`,
    ]);
    assert.deepEqual(samples(renderTextfile({ records: [], missing: 0, accepted_at: undefined, at })), [
      'ops_monitor_cycle_missing 0',
      `ops_monitor_cycle_confirmed_timestamp_seconds ${seconds}`,
    ]);
  });
});
