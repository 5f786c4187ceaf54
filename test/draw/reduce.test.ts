import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areaPath, linePath } from '../../lib/draw/path.ts';
import { extremeOf, lastOf, reduce, worstOfStretches } from '../../lib/draw/reduce.ts';

const window = { from: 0, to: 100, columns: 10, intervalMs: 1 };
const timesTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('draw/reduce', () => {
  test('reduce keeps the first, least, greatest and last value of each column, in the order of time', () => {
    const values = [5, 9, 7, 1, 6, 6, 6, 6, 6, 4, 3];
    assert.deepEqual(reduce({ times: timesTo(11), values }, window), [
      [
        [0, 5],
        [1, 9],
        [3, 1],
        [9, 4],
        [10, 3],
      ],
    ]);
  });

  test('reduce breaks the line at a missing value and where a snapshot is missing', () => {
    const times = [0, 1, 2, 3, 4, 7, 8];
    const values = [1, 1, Number.NaN, 2, 2, 3, 3];
    const pieces = reduce({ times, values }, { ...window, columns: 100 });
    assert.deepEqual(
      pieces.map((piece) => piece.map(([time]) => time)),
      [
        [0, 1],
        [3, 4],
        [7, 8],
      ],
    );
  });

  test('reduce leaves out what lies outside of the window', () => {
    assert.deepEqual(reduce({ times: [-1, 0, 100], values: [1, 2, 3] }, window), [[[0, 2]]]);
  });

  test('worstOfStretches shows the worst value within the limit, and each value beyond the limit as it is', () => {
    const values = [1, 4, 2, 12, 3, Number.NaN, 2, 1];
    const smooth = worstOfStretches({ times: timesTo(8), values }, 10, 4);
    assert.deepEqual([...smooth], [4, 4, 4, 12, 3, Number.NaN, 3, 3]);
  });

  test('extremeOf and lastOf pass over missing values', () => {
    const series = { times: timesTo(5), values: [2, 7, 7, 1, Number.NaN] };
    assert.deepEqual(
      [extremeOf(series, 1), extremeOf(series, -1), lastOf(series)],
      [
        [1, 7],
        [3, 1],
        [3, 1],
      ],
    );
    assert.equal(lastOf({ times: [0], values: [Number.NaN] }), undefined);
  });
});

describe('draw/path', () => {
  const same = (value: number): number => value;

  test('linePath drops the middle of straight runs and keeps corners', () => {
    const piece = [0, 1, 2, 3, 4, 5].map((time): [number, number] => [time, Math.max(time - 2, 0)]);
    assert.equal(linePath([piece], same, same), 'M0,0L2,0L5,3');
  });

  test('linePath keeps every turn of a vertical step', () => {
    const piece: [number, number][] = [[0, 0], [5, 0], [5, 9], [5, 2], [8, 2]]; // prettier-ignore
    assert.equal(linePath([piece], same, same), 'M0,0L5,0L5,9L5,2L8,2');
  });

  test('linePath stays within a tenth of a pixel of a curve', () => {
    const curve = Array.from({ length: 700 }, (_, x): [number, number] => [x, 46 + 40 * Math.sin(x / 60)]);
    const text = linePath([curve], same, same);
    const kept = [...text.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    assert.ok(kept.length < 500, `${kept.length} points were kept`);
    for (let index = 1; index < kept.length; index++) {
      const [[ax, ay], [bx, by]] = [kept[index - 1] ?? [0, 0], kept[index] ?? [0, 0]];
      for (const [x, y] of curve.slice(ax, bx + 1))
        assert.ok(Math.abs(ay + ((by - ay) * (x - ax)) / (bx - ax) - y) < 0.15, `at ${x}`);
    }
  });

  test('a single value is a dot', () => {
    assert.equal(linePath([[[3, 4]]], same, same), 'M3,4h0');
  });

  test('areaPath closes each piece at its base', () => {
    const pieces = [[[0, 5], [4, 7]], [[6, 5]]] as [number, number][][]; // prettier-ignore
    assert.equal(areaPath(pieces, same, same, 9), 'M0,5L4,7V9H0Z');
  });
});
