// The sentences on missing stages and files, which people read on a phone.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { type FoundFile, findMissing } from '../../lib/confirm/missing.ts';
import { recordOf } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');
const ago = (seconds: number): string => new Date(at.getTime() - seconds * 1000).toISOString();

const record = (seconds: number, more: Partial<StageRecord> = {}): StageRecord =>
  recordOf('write-report', ago(seconds), { ms: 0, ...more });
const file = (more: Partial<FoundFile>): FoundFile => ({ path: '/state/health/latest_report.md', ...more });
const fresh = file({ modified_at: ago(60) });

const missing = (records: readonly StageRecord[], files: readonly FoundFile[] = [fresh]): string[] =>
  findMissing({ stages: [{ name: 'write-report', files }], records, interval: 300, at });

describe('confirm/look', () => {
  test('a stage that ran within two intervals and has fresh files is not missing; anything else gets a sentence', () => {
    const failed: Partial<StageRecord> = { outcome: 'failed', problems: ['first', 'the disk is full'] };
    const table: readonly [records: StageRecord[], files: FoundFile[], says: string[]][] = [
      [[record(60)], [fresh], []],
      [[record(600)], [fresh], []],
      [[record(600.001)], [fresh], ['write-report last ran 10m 0.001s ago']],
      // The end of a run counts, so a long run is not late.
      [[record(900, { ms: 300_000 })], [fresh], []],
      [[record(-300)], [fresh], []],
      [[record(-301)], [fresh], ['write-report last ran at an impossible time: a clock is wrong']],
      [
        [record(60, { started_at: 'yesterday' })],
        [fresh],
        ['write-report last ran at an impossible time: a clock is wrong'],
      ],
      [[], [fresh], ['write-report left no record of a run']],
      [[record(60, { stage: 'assess-health' })], [fresh], ['write-report left no record of a run']],
      [[record(60, failed)], [fresh], ['write-report failed: the disk is full']],
      [[record(60, { outcome: 'failed' })], [fresh], ['write-report failed: its record has no reason']],
      [[record(60)], [file({ modified_at: ago(600) })], []],
      [[record(60)], [file({ modified_at: ago(1500) })], ['latest_report.md is 25m old']],
      [[record(60)], [file({})], ['latest_report.md does not exist']],
      [[record(60)], [file({ problem: 'EACCES' })], ['the age of latest_report.md cannot be determined: EACCES']],
      [
        [record(60)],
        [file({ modified_at: ago(-301) })],
        ['latest_report.md has an impossible modification time: a clock is wrong'],
      ],
      // One sentence on the stage alone: its files are stale because it did not run.
      [[record(1500)], [file({ modified_at: ago(1500) }), file({})], ['write-report last ran 25m ago']],
    ];
    for (const [records, files, says] of table) assert.deepEqual(missing(records, files), says);
  });

  test('the age limit follows the cycle’s interval, or the stage’s own interval', () => {
    const look = (seconds: number, more: Partial<StageRecord>, interval = 300): string[] =>
      findMissing({
        stages: [{ name: 'write-report', files: [file({ modified_at: ago(seconds) })] }],
        records: [record(60, more)],
        interval,
        at,
      });
    assert.deepEqual(look(7200, {}, 3600), []);
    assert.deepEqual(look(3000, { every_seconds: 3600 }), []);
    assert.deepEqual(look(4 * 3600, { every_seconds: 3600 }), ['latest_report.md is 4h old']);
    assert.deepEqual(missing([record(3000, { every_seconds: 3600 })], [file({ modified_at: ago(3000) })]), []);
    assert.deepEqual(missing([record(4 * 3600, { every_seconds: 3600 })]), ['write-report last ran 4h ago']);
  });
});
