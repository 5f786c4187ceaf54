// Both pictures of a day, a week and a month: the marks that are read back from them are the values of the archive.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import { light } from '../../lib/draw/colours.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';
import type { History } from '../../lib/pictures/history.ts';
import { panelsOf, stripsOf } from '../../lib/pictures/panels.ts';
import { composePicture } from '../../lib/pictures/picture.ts';
import { configurationOf } from '../world.ts';
import { axisOf, limitsIn, panelIn, piecesOf } from './marks.ts';

const from = Date.parse('2026-10-01T00:00:00Z');
const [interval, day] = [300_000, 86_400_000];
const [left, wide] = [150, 844];
const config = configurationOf('{}');

/** All samples but a tenth of the time, from a third on; the greatest value stands at two thirds. */
function siteOf(days: number) {
  const count = (days * day) / interval;
  const gap = { begin: Math.floor(count / 3), end: Math.floor(count / 3 + count / 10) };
  const peak = Math.floor((2 * count) / 3);
  const valueAt = (index: number): number => (index === peak ? 93.5 : 40 + 20 * Math.sin(index / 37) + (index % 7));
  const indices = Array.from({ length: count }, (_, index) => index).filter((index) => index < gap.begin || index >= gap.end);
  const times = Float64Array.from(indices, (index) => from + index * interval);
  const values = Float64Array.from(indices, valueAt);
  const history: History = {
    times,
    names: ['filesystem_data_used_percent', 'filesystem_data_inodes_used_percent', 'level_overall'],
    unitOf: () => 'percent',
    valuesOf: (name) => (name === 'level_overall' ? new Int8Array(times.length) : values),
  };
  return { history, times, values, timeOf: (index: number) => from + index * interval, gap, peak };
} // prettier-ignore

function draw(history: History, days: number, isSummary: boolean): string {
  const source = { registry: { sections, checks, monitorChecks }, config, history };
  const to = from + days * day;
  return composePicture({
    title: 'site',
    from,
    to,
    until: to,
    intervalMs: interval,
    times: history.times,
    episodes: [],
    by: '',
    isComplete: true,
    strips: stripsOf(source),
    panels: panelsOf(source, isSummary),
    drawnAt: new Date(to),
  });
}

/** Whether a line goes through a place, to a tenth of a pixel. */
const passes = (pieces: readonly (readonly (readonly [number, number])[])[], x: number, y: number): boolean =>
  pieces.some((piece) =>
    piece.some(([x2, y2], index) => {
      const [x1, y1] = piece[index - 1] ?? [x2, y2];
      if (x < x1 - 0.11 || x > x2 + 0.11) return false;
      const slope = x2 - x1 > 0 ? (y2 - y1) / (x2 - x1) : 0;
      const isSteep = x2 - x1 < 0.3;
      return isSteep
        ? y > Math.min(y1, y2) - 0.16 && y < Math.max(y1, y2) + 0.16
        : Math.abs(y1 + slope * (x - x1) - y) < 0.16 + 0.11 * Math.abs(slope);
    }),
  );

const pictures = [
  ['ops_summary', true, ['Storage in use']],
  ['HK_Operations', false, ['Storage in use', 'Inodes in use']],
] as const;

describe('pictures/spans', () => {
  for (const [name, isSummary, titles] of pictures)
    for (const days of [1, 7, 30])
      test(`${name} of ${days} days shows every column’s values, the gap, the limits and the extreme where they are`, () => {
        const { history, times, values, timeOf, gap, peak } = siteOf(days);
        const svg = draw(history, days, isSummary);
        const columnOf = (time: number): number => Math.floor(((time - from) / (days * day)) * wide);
        const xOf = (time: number): number => left + ((time - from) / (days * day)) * wide;
        const columns = Map.groupBy(Array.from(times, (time, index) => ({ time, value: values[index] ?? 0 })), ({ time }) => columnOf(time));
        for (const title of titles) {
          const panel = panelIn(svg, title);
          const { valueAt, step } = axisOf(panel);
          const pieces = piecesOf(panel, 'data');
          const points = pieces.flat();
          assert.ok(points.length > 100, `${points.length} points`);
          for (const [x, y] of points) {
            const near = [-1, 0, 1].flatMap((side) => columns.get(Math.floor(x - left + 0.05 * side)) ?? []);
            const isThere = near.some(({ time, value }) => Math.abs(xOf(time) - x) <= 0.06 && Math.abs(valueAt(y) - value) <= step);
            assert.ok(isThere, `${title}: no sample is ${valueAt(y)} at ${x}`);
          }
          const [atZero, atOne] = [valueAt(0), valueAt(1)];
          const pixelOf = (value: number): number => (value - atZero) / (atOne - atZero);
          for (const samples of columns.values())
            for (const { time, value } of [samples.toSorted((a, b) => a.value - b.value)].flatMap((all) => [all[0], all.at(-1)]).filter((one) => one !== undefined))
              assert.ok(passes(pieces, xOf(time), pixelOf(value)), `${title}: no line at ${value} of ${new Date(time).toISOString()}`);
          const edges = [timeOf(0), timeOf(gap.begin - 1), timeOf(gap.end), timeOf((days * day) / interval - 1)].map(xOf);
          assert.equal(pieces.length, 2);
          for (const [index, x] of pieces.flatMap((piece) => [piece[0]?.[0] ?? 0, piece.at(-1)?.[0] ?? 0]).entries())
            assert.ok(Math.abs(x - (edges[index] ?? 0)) <= 0.06, `${title}: the line breaks at ${x} in place of ${edges[index]}`);
          const limits = limitsIn(panel).map((text) => /^(\w+) (\d+) M150,([\d.]+)H994$/.exec(text) ?? []);
          assert.deepEqual(limits.map(([, level, value]) => `${level} ${value}`), ['amber 80', 'red 90']);
          for (const level of ['amber', 'red'] as const) assert.match(panel, new RegExp(`stroke="${light.levels[level]}"[^>]* data-limit="${level}"`));
          for (const [, , value, y] of limits) assert.ok(Math.abs(valueAt(Number(y)) - Number(value)) <= step);

          const at = new Date(timeOf(peak)).toISOString();
          assert.match(panel, new RegExp(`data-extreme="data" data-value="93.5" data-time="${at}"`));
          const [, cx, cy] = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(panel) ?? [];
          assert.ok(Math.abs(Number(cx) - xOf(timeOf(peak))) <= 0.06 && Math.abs(valueAt(Number(cy)) - 93.5) <= step);
        }
        const [, begin = '', end = ''] = /data-gap="([^"]*)" data-until="([^"]*)"/.exec(svg) ?? [];
        assert.deepEqual([begin, end], [gap.begin, gap.end].map((index) => new Date(timeOf(index)).toISOString()));
      }); // prettier-ignore
});
