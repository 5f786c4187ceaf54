import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';
import type { Variable } from '../../lib/archive/flatten.ts';
import type { Sections } from '../../lib/contract/registry.ts';
import { episodesOf } from '../../lib/pictures/alerts.ts';
import type { History } from '../../lib/pictures/history.ts';
import { composePicture, type Picture } from '../../lib/pictures/picture.ts';
import { panelsOf, stripsOf } from '../../lib/pictures/panels.ts';
import { configurationOf } from '../world.ts';
import { axisOf, limitsIn, panelIn, piecesOf } from './marks.ts';

const definitions: Sections = sections;
const from = Date.parse('2026-10-27T00:00:00Z');
const [interval, day] = [300_000, 86_400_000];
const count = day / interval;
/** Pixels of the picture. */
const xOf = (time: number): number => 150 + ((time - from) / day) * 844;

type Values = Readonly<Record<string, (index: number) => number>>;
type Units = Readonly<Record<string, Variable['attributes'][string]>>;

/** A day of samples every five minutes; those that `isTaken` refuses are missing. */
function historyOf(values: Values, isTaken: (index: number) => boolean = () => true, units: Units = {}): History {
  const indices = Array.from({ length: count }, (_, index) => index).filter(isTaken);
  return {
    times: Float64Array.from(indices, (index) => from + index * interval),
    names: Object.keys(values),
    unitOf: (name) => String(units[name] ?? (name.endsWith('percent') ? 'percent' : 's')),
    valuesOf: (name) => {
      const numbers = indices.map((index) => values[name]?.(index) ?? Number.NaN);
      return name.startsWith('level_') ? Int8Array.from(numbers) : Float64Array.from(numbers);
    },
  };
}

const config = configurationOf(`
streams: { hatpro: { window: 3h } }
limits: { filesystem: { for: { full: { amber: 60%, red: 70% } } } }
`);

function draw(history: History, more: Partial<Picture> = {}, isSummary = true): string {
  const source = { registry: { sections, checks, monitorChecks }, config, history };
  return composePicture({
    title: 'site: operations',
    from,
    to: from + day,
    until: from + 2 * day,
    intervalMs: interval,
    times: history.times,
    strips: stripsOf(source),
    panels: panelsOf(source, isSummary),
    episodes: [],
    by: 'ops-monitor',
    drawnAt: new Date(from + day),
    isComplete: false,
    ...more,
  });
}

const storage = 'Storage in use';
const used = 'filesystem_data_used_percent';

describe('pictures/picture', () => {
  test('drawn values equal the archive, to a tenth of a pixel', () => {
    const value = (index: number): number => 40 + 20 * Math.sin(index / 20);
    const panel = panelIn(draw(historyOf({ [used]: value })), storage);
    const { valueAt, step } = axisOf(panel);
    const [points = []] = piecesOf(panel, 'data');
    assert.ok(points.length > 50);
    for (const [x, y] of points) {
      const index = Math.round(((x - 150) / 844) * count);
      assert.ok(Math.abs(valueAt(y) - value(index)) <= step, `${valueAt(y)} at ${index}, in place of ${value(index)}`);
    }
  });

  test('a gap without snapshots breaks the line, and is hatched from its beginning to its end', () => {
    const svg = draw(historyOf({ [used]: () => 50, level_overall: () => 0 }, (index) => index < 100 || index >= 120));
    const pieces = piecesOf(panelIn(svg, storage), 'data');
    const edges = pieces.map((piece) => [piece[0]?.[0], piece.at(-1)?.[0]]);
    const x = (index: number): number => Math.round(xOf(from + index * interval) * 10) / 10;
    assert.deepEqual(edges, [[x(0), x(99)], [x(120), x(287)]]); // prettier-ignore
    assert.match(svg, /data-gap="2026-10-27T08:20:00.000Z" data-until="2026-10-27T10:00:00.000Z"/);
    assert.match(svg, />268 of|268 of 288 snapshots/);
  });

  test('a value that could not be read breaks the line and is hatched in its panel only', () => {
    const svg = draw(historyOf({ [used]: (index) => (index < 144 ? 50 : Number.NaN), level_overall: () => 0 }));
    const panel = panelIn(svg, storage);
    assert.match(panel, /data-unread="2026-10-27T12:00:00.000Z"/);
    assert.equal(piecesOf(panel, 'data')[0]?.at(-1)?.[0], Math.round(xOf(from + 143 * interval) * 10) / 10);
    assert.doesNotMatch(svg, /data-gap=/);
  });

  test('limits are drawn at their values, with the exceptions of single subjects', () => {
    const panel = panelIn(
      draw(
        historyOf({ [used]: () => 50, filesystem_root_used_percent: () => 50, filesystem_full_used_percent: () => 50 }),
      ),
      storage,
    );
    const { valueAt, step } = axisOf(panel);
    const limits = limitsIn(panel);
    assert.deepEqual(
      limits.map((text) => text.split(' M')[0]).toSorted((a = '', b = '') => a.localeCompare(b)),
      ['amber 60', 'amber 80', 'red 70', 'red 90'],
    );
    for (const text of limits) {
      const [, value, y] = /^\w+ (\d+) M150,([\d.]+)H994$/.exec(text) ?? [];
      assert.ok(Math.abs(valueAt(Number(y)) - Number(value)) <= step, text);
    }
    assert.match(panel, /amber from 80 % \(full 60 %\)/);
  });

  test('the extreme beyond a limit has a ring at its time and value; within the limits there is none', () => {
    const svg = draw(historyOf({ [used]: (index) => (index === 200 ? 96.4 : 50) }));
    assert.match(svg, /data-extreme="data" data-value="96.4" data-time="2026-10-27T16:40:00.000Z"/);
    const panel = panelIn(svg, storage);
    const cy = Number(/<circle [^>]*cy="([\d.]+)"/.exec(panel)?.[1]);
    const { valueAt, step } = axisOf(panel);
    assert.ok(Math.abs(valueAt(cy) - 96.4) <= step || cy === Number(/data-top="([\d.]+)"/.exec(panel)?.[1]) + 4);
    assert.match(panel, />96.4 % ?</);
    assert.doesNotMatch(draw(historyOf({ [used]: () => 50 })), /data-extreme/);
  });

  test('unknown, missing and unjudged levels are not green', () => {
    const level = (index: number): number => (index < 72 ? 0 : index < 144 ? 3 : index < 216 ? -1 : 2);
    const svg = draw(historyOf({ level_overall: level, level_filesystem_usage_data: level }));
    const strip = /<g data-strip="storage">.*?<\/g>/.exec(svg)?.[0] ?? '';
    const bands = [...strip.matchAll(/d="M([\d.]+),[\d.]+h([\d.]+)[^"]*" fill="[^"]*" data-level="(\w+)"/g)];
    assert.deepEqual(bands.map(([, x, wide, word]) => `${word} ${x} ${wide}`), ['green 150 211', 'unknown 361 211', 'red 783 211']); // prettier-ignore
    assert.match(svg, /green 33 %.*red 33 %.*unknown 33 %/);
  });

  test('a stream whose window differs is judged by its own window', () => {
    const svg = draw(
      historyOf({
        stream_hatpro_age_seconds: (index) => (index === 100 ? 12_000 : 600),
        stream_hatpro_window_seconds: () => 10_800,
        stream_mrr_age_seconds: () => 600,
        stream_mrr_window_seconds: () => 5400,
        stream_rain_age_seconds: () => 600,
        stream_rain_window_seconds: () => 5400,
      }),
    );
    assert.match(panelIn(svg, 'Age of the newest data'), /red above 1.5 h \(hatpro 3 h\)/);
    assert.match(svg, /data-extreme="hatpro" data-value="12000"/);
  });

  test('a last value is dated where the line ended earlier than the picture', () => {
    const until = (end: number) => (index: number): number => (index < end ? 56 : Number.NaN);
    const svg = draw(historyOf({ [used]: until(172), filesystem_root_used_percent: until(288), level_overall: () => 0 }));
    assert.match(svg, />56.0 %, 14:15</);
    assert.match(svg, />56.0 %</);
    const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`filesystem_d${index}_used_percent`, until(index < 2 ? 100 : 288)]));
    const panel = panelIn(draw(historyOf({ ...many, [used]: () => 70 })), storage);
    assert.match(panel, />7 within limits</);
    assert.match(panel, />2 ended earlier</);
  }); // prettier-ignore

  test('a band of unknown that is too narrow for hatching is dotted, not solid as red is', () => {
    const at = (level: number) => draw(historyOf({ level_overall: (index) => (index === 100 ? level : 0) }));
    assert.match(at(3), /data-strip="overall".*?<path d="M443[^"]*" fill="url\(#hatch-narrow\)"/);
    assert.doesNotMatch(at(2), /fill="url\(#hatch-narrow\)"/);
  });

  test('a longer field of the same section is no item', () => {
    const history = historyOf({ [used]: () => 50, filesystem_data_inodes_used_percent: () => 10 });
    const series = [...panelIn(draw(history), storage).matchAll(/data-series="([^"]*)"/g)].map(([, name]) => name);
    assert.deepEqual(series, ['data']);
  });

  test('a site has the panels of its sections, and a variable without values none', () => {
    const titles = (history: History, isSummary: boolean): string[] =>
      [...draw(history, {}, isSummary).matchAll(/data-panel="([^"]*)"/g)].map(([, title = '']) => title);
    const history = historyOf({ [used]: () => 50, filesystem_data_inodes_used_percent: () => 1, power_charge_percent: () => Number.NaN }); // prettier-ignore
    assert.deepEqual(titles(history, true), [storage]);
    assert.deepEqual(titles(history, false), [storage, 'Inodes in use']);
  });

  test('whatever was not green and has no panel of its own has a strip, and strips that are alike are one', () => {
    const dead = (index: number): number => (index > 10 && index < 20 ? 3 : 0);
    const svg = draw(
      historyOf({
        [used]: () => 50,
        level_filesystem_usage_data: () => 2,
        level_filesystem_inodes_root: (index) => (index > 100 ? 2 : 0),
        level_filesystem_inodes_data: () => 0,
        level_mirror_mismatch_a_gws: dead,
        level_mirror_mismatch_b_gws: dead,
        level_mirror_mismatch_c_gws: dead,
      }),
    );
    const panel = panelIn(svg, 'Also not green');
    const strips = [...panel.matchAll(/data-strip="([^"]*)"/g)].map(([, label]) => label);
    assert.deepEqual(strips, ['filesystem-inodes root', 'mirror-mismatch a_gws, b_gws and 1 more']);
    assert.match(panel, />1 others? green throughout</);
    assert.doesNotMatch(draw(historyOf({ [used]: () => 50 })), /Also not green/);
  });

  test('names from foreign files are escaped', () => {
    const evil = '<script>alert(1)</script>';
    const svg = draw(historyOf({ [used]: () => 50 }), {
      title: evil,
      episodes: episodesOf([{ time: '2026-10-27T01:00:00Z', kind: 'firing', ids: [`stream:${evil}`] }], [], { from, to: from + day }), // prettier-ignore
    });
    assert.ok(!svg.includes('<script') && svg.includes('&lt;script&gt;'));
  });

  test('every panel names a field of its section that has a unit, and a check that exists', () => {
    const known = new Set<string>(checks.map(({ name }) => name));
    let panels = 0;
    for (const [name, { schema, hasParts, panels: own = [] }] of Object.entries(definitions)) {
      const form = schema.form.type === 'record' ? schema.form.each.form : schema.form;
      const all = form.type === 'object' ? form.fields : {};
      const parts = Object.values(all).flatMap(({ form: part }) => (part.type === 'record' ? part.each.form : []))[0];
      const fields = hasParts && parts?.type === 'object' ? parts.fields : all;
      for (const panel of own) {
        panels += 1;
        if ('levelsOf' in panel) {
          assert.ok(known.has(panel.levelsOf), `${name}: ${panel.levelsOf}`);
          continue;
        }
        const limits = panel.limits ?? { field: panel.field };
        const named = [panel.field, 'check' in limits ? limits.times : limits.field].filter((field) => field !== undefined);
        for (const field of named) assert.ok(fields[field]?.about?.units, `${name}: ${field}`);
        const check = 'check' in limits ? limits.check : 'judgedBy' in limits ? limits.judgedBy : undefined;
        if (check !== undefined) assert.ok(known.has(check), `${name}: ${check}`);
      }
    }
    assert.ok(panels >= 15);
  }); // prettier-ignore
});

describe('pictures/alerts', () => {
  const window = { from: 1000, to: 2000 };
  const at = (ms: number): string => new Date(ms).toISOString();
  const policies = [{ name: 'stream', of: { 'stream-age': '' } }, { name: 'red' }];

  test('an alert begins when it fires and ends when it has recovered; alerts outside of the window are left out', () => {
    const events = [
      { time: at(100), kind: 'firing', ids: ['stream:old'] },
      { time: at(200), kind: 'recovered', ids: ['stream:old'] },
      { time: at(900), kind: 'firing', ids: ['stream:a'] },
      { time: at(950), kind: 'repeated', ids: ['stream:a'] },
      { time: at(1200), kind: 'firing', ids: ['red:gate-verdict:prune'] },
      { time: at(1500), kind: 'recovered', ids: ['stream:a'] },
      { time: at(2100), kind: 'firing', ids: ['stream:late'] },
    ];
    assert.deepEqual(
      episodesOf(events, policies, window).map(({ number, label, begin, end, checks: of }) => [number, label, begin, end, of]),
      [
        [1, 'stream a', 900, 1500, ['stream-age']],
        [2, 'gate-verdict prune', 1200, undefined, ['gate-verdict']],
      ],
    );
  }); // prettier-ignore
});
