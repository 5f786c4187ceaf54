import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { advances } from '../../lib/draw/advances.ts';
import { linearScale, logScale, niceDomain } from '../../lib/draw/scale.ts';
import { fitText, textWidth } from '../../lib/draw/text-width.ts';
import { spanName, timeAxis } from '../../lib/draw/time-axis.ts';
import { evenMeasure, shortMeasure } from '../../lib/draw/words.ts';
import { root } from '../process.ts';

/** Character code → advance in hundredths of the font size, from the tables cmap (format 4) and hmtx of a TrueType font. */
function advancesIn(file: string): Map<number, number> {
  const bytes = readFileSync(join(root, 'ops/fonts', file));
  const tables = new Map<string, number>();
  for (let index = 0; index < bytes.readUInt16BE(4); index++) {
    const entry = 12 + 16 * index;
    tables.set(bytes.toString('latin1', entry, entry + 4), bytes.readUInt32BE(entry + 8));
  }
  const at = (name: string): number => tables.get(name) ?? assert.fail(`${file} has no table ${name}`);
  const unitsPerEm = bytes.readUInt16BE(at('head') + 18);
  const measured = bytes.readUInt16BE(at('hhea') + 34);
  const advanceOf = (glyph: number): number =>
    Math.round((100 * bytes.readUInt16BE(at('hmtx') + 4 * Math.min(glyph, measured - 1))) / unitsPerEm);
  const subtables = Array.from(
    { length: bytes.readUInt16BE(at('cmap') + 2) },
    (_, index) => at('cmap') + bytes.readUInt32BE(at('cmap') + 8 + 8 * index),
  );
  const map = subtables.find((offset) => bytes.readUInt16BE(offset) === 4) ?? assert.fail('no cmap of format 4');
  const count = bytes.readUInt16BE(map + 6) / 2;
  const found = new Map<number, number>();
  for (let segment = 0; segment < count; segment++) {
    const word = (column: number): number => map + 14 + 2 * segment + column * 2 * count + (column > 0 ? 2 : 0);
    const [last, first, delta, offset] = [0, 1, 2, 3].map((column) => bytes.readUInt16BE(word(column))) as [number, number, number, number]; // prettier-ignore
    for (let code = first; code <= last && code < 0xffff; code++) {
      const glyph = offset === 0 ? (code + delta) & 0xffff : bytes.readUInt16BE(word(3) + offset + 2 * (code - first));
      found.set(code, advanceOf(glyph));
    }
  }
  return found;
}

describe('draw/text', () => {
  for (const [weight, file] of [
    ['regular', 'Inter-Regular.ttf'],
    ['bold', 'Inter-Bold.ttf'],
  ] as const)
    // prettier-ignore
    test(`the table of ${weight} advances is that of the shipped font`, () => {
      const inFont = advancesIn(file);
      assert.ok(advances[weight].size > 400);
      for (const [character, advance] of advances[weight])
        assert.equal(advance, inFont.get(character.codePointAt(0) ?? 0), character);
    });

  test('fitText cuts a text to the width', () => {
    const cut = fitText('mirror-coverage ceilometer.gws', 100, 14);
    assert.match(cut, /^mirror-co.*…$/);
    assert.ok(textWidth(cut, 14) <= 100);
    assert.equal(fitText('short', 100, 14), 'short');
  });

  test('shortMeasure shows two or three digits and a unit with a space', () => {
    const cases: [number, string, string][] = [
      [77.46, 'percent', '77.5 %'],
      [99.98, 'percent', '99.9 %'],
      [100, 'percent', '100 %'],
      [52.81, 'V', '52.8 V'],
      [21.5, 'degree_Celsius', '21.5 °C'],
      [3300, 's', '55 min'],
      [17_640, 's', '4.9 h'],
      [241_920, 's', '2.8 d'],
      [0, 's', '0 s'],
      [78.4, 'ms', '78 ms'],
      [3500, 'ms', '3.5 s'],
      [3, '1', '3'],
      [0.04213, '1', '0.042'],
      [4213, '1', '4213'],
      [622_663_570, 'byte', '622.7 MB'],
    ];
    for (const [value, unit, text] of cases) assert.equal(shortMeasure(value, unit), text);
  });
});

describe('draw/words', () => {
  test('evenMeasure shows the same decimals for values of one quantity', () => {
    const shown = (values: readonly number[], unit: string) => values.map((value) => evenMeasure(value, unit));
    assert.deepEqual(shown([56, 68.55, 5, 99.97, 100, 0], 'percent'), ['56.0 %', '68.5 %', '5.0 %', '99.9 %', '100 %', '0 %']);
    assert.deepEqual(shown([52, 47.92], 'V'), ['52.0 V', '47.9 V']);
    assert.deepEqual(shown([3, 0.04], '1'), ['3', '0.04']);
    assert.deepEqual(shown([3300, 0], 's'), ['55 min', '0 s']);
  }); // prettier-ignore
});

describe('draw/scales', () => {
  test('a linear scale puts a value at its place, with round ticks', () => {
    const scale = linearScale([0, 100], [200, 100], 2);
    assert.deepEqual([scale.at(25), scale.ticks], [175, [0, 50, 100]]);
  });

  test('a logarithmic scale puts zero on its edge', () => {
    const scale = logScale([100, 10_000], [50, 0], [50, 100, 1000]);
    assert.deepEqual(
      [0, 100, 1000, 10_000].map((value) => Math.round(scale.at(value))),
      [50, 50, 25, 0],
    );
    assert.deepEqual(scale.ticks, [100, 1000]);
  });

  test('niceDomain is never empty', () => {
    assert.deepEqual(niceDomain([49.2, 53.9]), [49, 54]);
    for (const values of [[], [Number.NaN], [5], [0, 0]]) {
      const [from, to] = niceDomain(values);
      assert.ok(from < to && Number.isFinite(from) && Number.isFinite(to), String(values));
    }
  });
});

describe('draw/time-axis', () => {
  const at = (text: string): number => Date.parse(`${text}T00:00:00Z`);

  test('a day has a label every three hours, from 00:00 to 24:00', () => {
    const { labels } = timeAxis(at('2026-10-27'), at('2026-10-28'));
    assert.deepEqual(
      [labels.length, labels[0]?.label, labels[1]?.label, labels[8]?.label],
      [9, '00:00', '03:00', '24:00'],
    );
  });

  test('a week names each day in the middle of the day', () => {
    const { labels, lines } = timeAxis(at('2026-10-24'), at('2026-10-31'));
    assert.deepEqual(labels.map(({ label }) => label).slice(0, 4), ['Sat 24', 'Sun 25', 'Mon 26', 'Tue 27']);
    assert.equal(new Date(labels[3]?.at ?? 0).toISOString(), '2026-10-27T12:00:00.000Z');
    assert.equal(lines.length, 6);
  });

  test('a month has numbers, bold on Mondays and muted at weekends', () => {
    const { labels } = timeAxis(at('2026-10-01'), at('2026-10-31'));
    assert.equal(labels.length, 30);
    const tones = Object.groupBy(labels, ({ tone }) => tone);
    assert.deepEqual(
      tones.strong?.map(({ label }) => label),
      ['5', '12', '19', '26'],
    );
    assert.deepEqual(
      tones.muted?.map(({ label }) => label),
      ['3', '4', '10', '11', '17', '18', '24', '25'],
    );
  });

  test('spanName says the zone, and both years where there are two', () => {
    assert.equal(spanName(at('2026-10-27'), at('2026-10-28')), 'Tue, 27 Oct 2026 UTC');
    assert.equal(spanName(at('2026-10-24'), at('2026-10-31')), '24 Oct – 30 Oct 2026 UTC');
    assert.equal(spanName(at('2026-12-28'), at('2027-01-04')), '28 Dec 2026 – 3 Jan 2027 UTC');
  });
});
