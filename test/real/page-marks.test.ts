// Reads the marks of a trend card back from the browser and compares them with the values that were to be drawn.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Trends } from '../../lib/page/files.ts';
import { green, openPage, servedSite, useBrowser } from './page-site.ts';

const browser = useBrowser();
const [count, interval] = [2016, 300];
const [gap, nothing, extreme] = [{ from: 500, to: 572 }, { from: 1200, to: 1260 }, 800];

/** Slow waves between 30 and 50 %, one sample of 97 %, some samples without a value. */
const valueAt = (index: number): number | null => {
  if (index === extreme) return 97;
  return index >= nothing.from && index < nothing.to ? null : 40 + 10 * Math.sin(index / 90);
};
const isGap = (index: number): boolean => index >= gap.from && index < gap.to;

interface Point {
  readonly time: number;
  readonly value: number;
}

/** `M0,1L2,3h0` → its points; a dot is one point. */
const pointsIn = (piece: string): [x: number, y: number][] =>
  [...piece.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('a trend card of the live page', () => {
  test('draws the values of its file: the extreme, the limits, and nothing across a gap or missing values', async (t) => {
    const { url, state, snapshot } = await servedSite(t, green);
    const path = join(state, 'page', 'trends.json');
    const trends = JSON.parse(readFileSync(path, 'utf8')) as Trends;
    const last = Math.ceil(Date.parse(snapshot().time_utc) / 1000 / interval) * interval;
    const kept = Array.from({ length: count }, (_, index) => index).filter((index) => !isGap(index));
    const times = kept.map((index) => last - (count - 1 - index) * interval);
    const cards = trends.cards.map((card) => ({ ...card, amber: 80, red: 90, values: kept.map(valueAt) }));
    writeFileSync(path, JSON.stringify({ ...trends, times, cards, groups: [], since: {} }));
    const { page } = await openPage(t, browser(), url);
    const svg = page.locator('[data-card=storage] svg.line');
    await svg.waitFor();
    const numbersOf = async (name: string) => ((await svg.getAttribute(name)) ?? '').split(' ').map(Number);
    const [least = Number.NaN, most = Number.NaN] = await numbersOf('data-domain');
    const [from = Number.NaN, to = Number.NaN] = await numbersOf('data-span');
    const [, , width = Number.NaN, height = Number.NaN] = await numbersOf('viewBox');
    const pad = 4;
    const valueOf = (y: number): number => least + ((height - pad - y) / (height - 2 * pad)) * (most - least);
    const timeOf = (x: number): number => from + (x / width) * (to - from);
    const tenthOfPixel = (0.1 / (height - 2 * pad)) * (most - least);
    const d = (name: string) => svg.locator(name).getAttribute('d');
    const pieces = ((await d('.s-line')) ?? '')
      .split('M')
      .slice(1)
      .map((piece) => pointsIn(piece).map(([x, y]): Point => ({ time: timeOf(x), value: valueOf(y) })));

    assert.equal(pieces.length, 3, 'the gap and the missing values part the line');
    const points = pieces.flat();
    assert.ok(points.length > 100);
    const drawn = points.map(({ value }) => value);
    const read = kept.map(valueAt).filter((value) => value !== null);
    for (const side of [Math.min, Math.max])
      assert.ok(Math.abs(side(...drawn) - side(...read)) <= tenthOfPixel, `${side(...drawn)} for ${side(...read)}`);
    const samples = kept.flatMap((index, place) => {
      const value = valueAt(index);
      return value === null ? [] : [{ time: times[place] ?? Number.NaN, value }];
    });
    // Half a pixel is 21 minutes: a point stands for a sample of its column.
    const column = (to - from) / width / 2 + 0.1 * ((to - from) / width);
    for (const { time, value } of points)
      assert.ok(
        samples.some((one) => Math.abs(one.time - time) <= column && Math.abs(one.value - value) <= tenthOfPixel),
        `${value} at ${new Date(time * 1000).toISOString()} was never read`,
      );
    const spike = points.find(({ value }) => value > 90);
    assert.ok(spike && Math.abs(spike.time - (last - (count - 1 - extreme) * interval)) <= column);
    for (const [one, other] of [
      [gap.from, gap.to],
      [nothing.from, nothing.to],
    ] as const) {
      const [begin, end] = [one, other - 1].map((index) => last - (count - 1 - index) * interval) as [number, number];
      assert.deepEqual(
        points.filter(({ time }) => time > begin + column && time < end - column),
        [],
      );
      for (const piece of pieces)
        assert.ok(piece.every(({ time }) => time < end) || piece.every(({ time }) => time > begin));
    }
    for (const [name, limit] of Object.entries({ '.s-amber': 80, '.s-red': 90 })) {
      const [[, y] = [0, Number.NaN]] = pointsIn((await d(name)) ?? '');
      assert.ok(Math.abs(valueOf(y) - limit) <= tenthOfPixel, name);
    }
    assert.match(await page.locator('[data-card=storage] .notes').first().innerText(), /^30 to 97 %$/);
  });
});
