import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';
import { joinTrends } from '../../lib/page/client/join.ts';
import { trendsFile } from '../../lib/page/files.ts';
import { joinSeries, type Sample, seriesOf } from '../../lib/page/series.ts';
import { trendsOf } from '../../lib/page/trends.ts';
import { configurationOf } from '../world.ts';

const start = Date.parse('2026-11-20T00:00:00Z') / 1000;
const config = configurationOf('site: aurora');
const at = new Date('2026-11-20T01:00:00Z');
const sample = (index: number, values: Record<string, number>): Sample => ({
  time: start + index * 300,
  values: new Map(Object.entries(values)),
});
const trendsIn = (samples: readonly Sample[], configured = config) =>
  trendsOf(seriesOf(samples), { sections, checks, monitorChecks }, configured, undefined, at);

const [green, amber, red] = [0, 1, 2];

describe('page/trends', () => {
  test('a card has the worst of all items, and nothing where nothing was read', () => {
    const trends = trendsIn([
      sample(0, {
        filesystem_a_used_percent: 20,
        filesystem_b_used_percent: 81.5,
        filesystem_a_inodes_used_percent: 99,
      }),
      sample(1, { filesystem_a_used_percent: 30 }),
      sample(2, { power_voltage_volts: 51 }),
    ]);
    const storage = trends.cards.find(({ key }) => key === 'storage');
    assert.deepEqual(storage?.values, [81.5, 30, null], 'the inodes are another field');
    assert.deepEqual([storage?.amber, storage?.red, storage?.unit], [80, 90, 'percent']);
    assert.deepEqual(
      trends.cards.map(({ key }) => key),
      ['storage', 'voltage'],
      'the site has no others',
    );
    assert.equal(trendsFile.schema?.wrongIn(trends), undefined);
  });

  test('a card has a limit where one holds for all that it shows', () => {
    const limitsWith = (text: string, values: Record<string, number>) => {
      const { cards } = trendsIn([sample(0, values)], configurationOf(`site: aurora\n${text}`));
      return Object.fromEntries(cards.map(({ key, amber, red }) => [key, [amber, red]]));
    };
    const disks = { filesystem_a_used_percent: 20, filesystem_b_used_percent: 30 };
    const [all, one] = ['{ amber: 70%, red: 75% }', '{ for: { b: { red: 95% } } }'];
    assert.deepEqual(limitsWith(`limits: { filesystem: ${all} }`, disks)['storage'], [70, 75]);
    assert.deepEqual(limitsWith(`limits: { filesystem: ${one} }`, disks)['storage'], [80, undefined]);

    const lags = { workspace_worst_lag_seconds: 60, mirror_mrr_gws_window_seconds: 5400, mirror_mrr_gws_lag_seconds: 60 };
    const ages = (mrr: number, hatpro: number) => ({ stream_mrr_age_seconds: 60, stream_mrr_window_seconds: mrr, stream_hatpro_age_seconds: 90, stream_hatpro_window_seconds: hatpro });
    assert.deepEqual(limitsWith('', { ...ages(5400, 5400), ...lags }), {
      'source-lag': [undefined, 5400],
      'workspace-lag': [5400, 3 * 5400],
    });
    assert.deepEqual(limitsWith('', ages(5400, 10_800))['source-lag'], [undefined, undefined]);
    const copies = 'streams: { mrr: { window: 90m, mirrors: { gws: { root: /gws } } } }\nlimits: { lag: { for: { mrr.gws: { red: 5 } } } }';
    assert.deepEqual(limitsWith(copies, lags)['workspace-lag'], [5400, 5 * 5400]);
  }); // prettier-ignore

  test('a strip has the worst level, names what has it, and does not bridge a gap', () => {
    const both = (one: number, other: number) => ({ level_stream_age_mrr: one, level_stream_age_hatpro: other });
    const trends = trendsIn([
      sample(0, both(green, green)),
      sample(1, both(red, amber)),
      sample(2, both(red, green)),
      sample(9, both(red, green)),
    ]);
    assert.deepEqual(
      trends.groups.map(({ title }) => title),
      ['overall', 'streams'],
    );
    assert.deepEqual(trends.groups[1]?.runs, [
      { first: 0, last: 0, level: 'green', ids: [] },
      { first: 1, last: 2, level: 'red', ids: ['stream-age:mrr'] },
      { first: 3, last: 3, level: 'red', ids: ['stream-age:mrr'] },
    ]);
    assert.deepEqual(trends.since['stream-age:mrr'], { level: 'red', at: '2026-11-20T00:05:00.000Z' });
    assert.equal(trends.since['stream-age:hatpro']?.at, '2026-11-20T00:10:00.000Z');
  });

  test('the page joins samples since the cache without a seam, and shows none twice', () => {
    const level = (value: number) => ({ level_host_load_host: value, filesystem_a_used_percent: value });
    const all = [green, red, red, red, green].map((value, index) => sample(index, level(value)));
    const [cached, recent, whole] = [all.slice(0, 3), all.slice(2), all].map((samples) => trendsIn(samples));
    assert.ok(cached && recent && whole);
    const joined = joinTrends(cached, recent);
    assert.deepEqual([joined.times, joined.groups, joined.cards], [whole.times, whole.groups, whole.cards]);
  });

  test('a variable that the later samples lack is missing in them, not zero', () => {
    const joined = joinSeries(seriesOf([sample(0, { a: 1, level_x: 2 })]), seriesOf([sample(1, {})]));
    assert.deepEqual(
      [joined.column('a'), joined.column('level_x')],
      [
        [1, Number.NaN],
        [2, -1],
      ],
    );
  });
});
