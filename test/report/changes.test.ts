import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { HistoryLine } from '../../lib/health/files.ts';
import { lastLevels, readDay } from '../../lib/report/changes.ts';
import { renderDay } from '../../lib/report/render.ts';

function* lines(texts: readonly string[]) {
  for (const text of texts) yield { text, parse: () => JSON.parse(text) as HistoryLine };
}
const line = (minute: string, run: string, levels: HistoryLine['levels']): string =>
  JSON.stringify({ time: `2026-11-20T07:${minute}:00Z`, run_id: run, overall_level: 'green', levels });

describe('report/changes', () => {
  test('the day lists each level that changed, appeared or vanished, and none that stayed', async () => {
    const day = readDay(
      lines([
        line('00', 'a', { x: 'green', y: 'green' }),
        line('05', 'b', { x: 'green', y: 'green' }),
        line('10', 'c', { x: 'red', y: 'green' }),
        line('15', 'd', { x: 'red', z: 'amber' }),
      ]),
    );
    assert.equal(day.snapshots, 4);
    assert.deepEqual(day.changes, [
      { at: '2026-11-20T07:10:00Z', id: 'x', from: 'green', to: 'red' },
      { at: '2026-11-20T07:15:00Z', id: 'y', from: 'green', to: undefined },
      { at: '2026-11-20T07:15:00Z', id: 'z', from: undefined, to: 'amber' },
    ]);
  });

  test('the last assessment of a snapshot counts, wherever it stands in the file', async () => {
    const day = readDay(
      lines([line('00', 'a', { x: 'red' }), line('05', 'b', { x: 'green' }), line('00', 'a', { x: 'green' })]),
    );
    assert.equal(day.snapshots, 2);
    assert.deepEqual(day.changes, []);
  });

  test('torn and foreign lines are counted and skipped, and another order of keys is read', async () => {
    const other = JSON.stringify({
      levels: { x: 'amber' },
      overall_level: 'amber',
      run_id: 'c',
      time: '2026-11-20T07:10:00Z',
    });
    const day = readDay(
      lines([line('00', 'a', { x: 'green' }), 'garbage', line('05', 'b', { x: 'red' }).slice(0, -4), other]),
    );
    assert.equal(day.bad, 2);
    assert.equal(day.snapshots, 2);
    assert.deepEqual(day.changes, [{ at: '2026-11-20T07:10:00Z', id: 'x', from: 'green', to: 'amber' }]);
  });

  test('a change over midnight belongs to the day of the later snapshot', () => {
    const evening = lines([line('00', 'x', { x: 'amber' }), line('55', 'y', { x: 'green' }), 'torn']);
    const before = lastLevels([...evening].reverse());
    const day = readDay(lines([line('00', 'a', { x: 'red' })]), before);
    assert.deepEqual(day.changes, [{ at: '2026-11-20T07:00:00Z', id: 'x', from: 'green', to: 'red' }]);
    assert.deepEqual(readDay(lines([line('00', 'a', { x: 'green' })]), before).changes, []);
  });

  test('a day without snapshots says so', async () => {
    assert.match(renderDay('2026-11-20', readDay(lines([]))), /0 snapshots so far; no level changed\./);
  });
});
