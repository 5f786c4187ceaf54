import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { levels } from '../../lib/core/level.ts';
import { dark, light } from '../../lib/draw/colours.ts';
import { alertTriangle, hatchings, levelShape } from '../../lib/draw/marks.ts';
import { bandPath } from '../../lib/draw/strip.ts';
import { join } from '../../lib/draw/svg.ts';
import { durationTicks } from '../../lib/draw/scale.ts';
import { dayAndMinute } from '../../lib/draw/time-axis.ts';

const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

describe('draw/colours', () => {
  for (const [name, scheme] of Object.entries({ light, dark }))
    test(`${name}: every level is seen on ground and track, and its word is readable`, () => {
      for (const level of levels) {
        for (const ground of [scheme.ground, scheme.track])
          assert.ok(contrast(scheme.levels[level], ground) >= 3, `${level} on ${ground}`);
        assert.ok(contrast(scheme.words[level], scheme.wordGrounds[level]) >= 4.5, `the word ${level}`);
      }
      assert.ok(contrast(scheme.muted, scheme.ground) >= 4.5);
    });
});

describe('draw/marks', () => {
  test('each level has a shape of its own', () => {
    const outlines = levels.map((level) => /d="([^"]+)"/.exec(levelShape(level, light, 0, 0).markup)?.[1]);
    assert.equal(new Set(outlines).size, 4);
  });

  test('the triangle of a beginning is filled, that of an end is hollow', () => {
    assert.match(alertTriangle('begin', light, 10, 20).markup, /d="M10,20.*fill="#a80f2c"/);
    assert.match(alertTriangle('end', light, 10, 20).markup, /fill="#ffffff"/);
  });

  test('unknown and missing snapshots are hatched in opposite directions', () => {
    const { markup } = join([hatchings(light)]);
    assert.match(markup, /id="hatch-unknown"[^>]*rotate\(45\).*id="hatch-none"[^>]*rotate\(-45\)/);
  });

  test('bands stand on the bottom of their strip', () => {
    assert.equal(bandPath([{ x: 5, width: 2.5 }], 20, 6), 'M5,20h2.5v-6h-2.5z');
  });

  test('ticks of durations rise, and times say day and minute', () => {
    assert.deepEqual(
      durationTicks,
      [...durationTicks].sort((a, b) => a - b),
    );
    assert.equal(dayAndMinute(Date.parse('2026-10-27T11:40:00Z')), '27 Oct 11:40');
  });
});
