import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bandsOf, durations, type Levels, runsOf, worstLevels } from '../../lib/draw/strip.ts';

const span = { from: 0, to: 100, until: 1000, intervalMs: 5 };
const words = (found: Levels, more: Partial<typeof span> = {}): string[] =>
  runsOf(found, { ...span, ...more }).map(({ from, to, seen }) => `${from}-${to} ${seen}`);
const every5 = Array.from({ length: 20 }, (_, index) => index * 5);

describe('draw/strip', () => {
  test('runsOf joins neighbours of one level', () => {
    const levels = every5.map((time) => (time < 40 ? 0 : time < 60 ? 2 : 3));
    assert.deepEqual(words({ times: every5, levels }), ['0-40 green', '40-60 red', '60-100 unknown']);
  });

  test('a snapshot that was not judged is not green', () => {
    assert.deepEqual(words({ times: [0, 5], levels: [-1, 0] }, { to: 10 }), ['0-5 undefined', '5-10 green']);
  });

  test('runsOf shows where no snapshot was taken: at the beginning, in the middle and at the end', () => {
    const times = [20, 25, 50, 55];
    assert.deepEqual(words({ times, levels: [0, 0, 0, 0] }), [
      '0-20 no snapshot',
      '20-30 green',
      '30-50 no snapshot',
      '50-60 green',
      '60-100 no snapshot',
    ]);
    assert.deepEqual(words({ times: [], levels: [] }), ['0-100 no snapshot']);
  });

  test('a single missed snapshot is a gap, and a late one is not', () => {
    assert.deepEqual(words({ times: [0, 10], levels: [0, 2] }, { to: 15 }), [
      '0-5 green',
      '5-10 no snapshot',
      '10-15 red',
    ]);
    assert.deepEqual(words({ times: [1, 8], levels: [0, 2] }, { to: 13 }), ['0-8 green', '8-13 red']);
  });

  test('what has not happened yet has no run', () => {
    assert.deepEqual(words({ times: every5.slice(0, 5), levels: [0, 0, 0, 0, 0] }, { until: 26 }), ['0-25 green']);
    assert.deepEqual(words({ times: [], levels: [] }, { until: 0 }), []);
  });

  test('bandsOf draws the worst last and nothing narrower than a pixel', () => {
    const runs = [
      { from: 0, to: 50, seen: 'green' },
      { from: 50, to: 51, seen: 'red' },
      { from: 51, to: 100, seen: 'amber' },
    ] as const;
    assert.deepEqual(
      bandsOf(runs, (time) => time / 10),
      [
        { level: 'green', x: 0, width: 5 },
        { level: 'amber', x: 5.1, width: 4.9 },
        { level: 'red', x: 5, width: 1 },
      ],
    );
  });

  test('worstLevels: red before unknown before amber before green, and missing levels do not count', () => {
    const all = [[0, 1, 3, -1, -1], [1, 3, 2, 0, -1]]; // prettier-ignore
    assert.deepEqual([...worstLevels(all, 5)], [1, 3, 2, 0, -1]);
  });

  test('durations adds up each level', () => {
    const runs = runsOf({ times: [0, 5, 30], levels: [0, 2, -1] }, { ...span, to: 40 });
    assert.deepEqual(durations(runs), { green: 5, amber: 0, red: 5, unknown: 0, 'no snapshot': 20, 'not judged': 5 }); // and 5 to come
  });
});
