import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Fleet } from '../../lib/fleet/assess.ts';
import { alertRecords, earlierAlerts } from '../../lib/fleet/earlier.ts';
import type { FleetSnapshot } from '../../lib/fleet/files.ts';
import { at, fleetOf, reportWith, usual } from './fleet.ts';
import { cutNetwork, healthyCluster, judge, killRqlite, of } from './judge/cluster.ts';

const system = { time_unix: 1, mem_use_pct: 20, disk_use_pct: 30 };
const [well, full] = [reportWith({ system }), reportWith({ system: { ...system, mem_use_pct: 95 } })];
const gone = new Error('it refuses our key');

type Kept = FleetSnapshot['environments'][string];

/** What fleet-snapshot keeps of runs at these minutes, one after the other. */
const keep = (...runs: readonly (readonly [minute: number, fleet: Fleet])[]): Kept | undefined =>
  runs.reduce<Kept | undefined>((before, [minute, fleet]) => {
    const now = new Date(at.getTime() + minute * 60_000);
    const { environment, collected_at, duration_seconds, nodes } = fleet;
    const [alerts, earlier] = [alertRecords(fleet, before, now), earlierAlerts(fleet, before, now)];
    return { environment, collected_at, duration_seconds, nodes, alerts, earlier };
  }, undefined);

const wordsOf = (kept: Kept | undefined) => ({
  now: kept?.alerts.map(({ id, level, since }) => `${level} ${id} since ${since?.slice(11, 16)}`),
  before: kept?.earlier?.map(
    ({ id, level, ended_at }) => `${level} ${id}${ended_at === undefined ? '' : ` until ${ended_at.slice(11, 16)}`}`,
  ),
});

describe('alerts of a fleet from run to run', () => {
  test('an alert keeps the time of its beginning, is kept as over for a day, and begins anew', async () => {
    const [bad, good] = [await fleetOf({ a: full }), await fleetOf({ a: well })];
    assert.deepEqual(wordsOf(keep([0, bad], [5, bad])), { now: ['amber memory:a since 12:00'], before: [] });
    const over = ['green memory:a until 12:10'];
    assert.deepEqual(wordsOf(keep([0, bad], [10, good])), { now: [], before: over });
    assert.deepEqual(wordsOf(keep([0, bad], [10, good], [24 * 60, good])), { now: [], before: over });
    assert.deepEqual(wordsOf(keep([0, bad], [10, good], [24 * 60 + 11, good])), { now: [], before: [] });
    assert.deepEqual(wordsOf(keep([0, bad], [10, good], [15, bad])), {
      now: ['amber memory:a since 12:15'],
      before: [],
    });
  });

  test('of a node that does not report, an alert is unknown, and not over', async () => {
    const [bad, down, good] = [await fleetOf({ a: full }), await fleetOf({ a: gone }), await fleetOf({ a: well })];
    const unreached = ['red node-reached:a since 12:05'];
    assert.deepEqual(wordsOf(keep([0, bad], [5, down])), { now: unreached, before: ['unknown memory:a'] });
    assert.deepEqual(wordsOf(keep([0, bad], [5, down], [48 * 60, down])).before, ['unknown memory:a']);
    assert.deepEqual(wordsOf(keep([0, bad], [5, down], [10, bad])).now, ['amber memory:a since 12:00']);
    assert.deepEqual(wordsOf(keep([0, bad], [5, down], [10, good])).before, [
      'green memory:a until 12:10',
      'green node-reached:a until 12:10',
    ]);
    // One that was over when the node went is not green as long as nothing is known of the node.
    assert.deepEqual(wordsOf(keep([0, bad], [5, good], [10, down])).before, ['unknown memory:a until 12:05']);
    assert.deepEqual(wordsOf(keep([0, bad], [5, good], [10, down], [24 * 60 + 6, down])).before, []);
  });

  test('an alert about no single node is unknown while a node does not report, unless the others say that it is over', async () => {
    const newer = reportWith({ system }, { version: '0.2.0' });
    const apart = await fleetOf({ a: well, b: newer, c: well });
    assert.deepEqual(wordsOf(keep([0, apart])).now, ['amber versions:cluster/ops-monitor since 12:00']);
    const alone = await fleetOf({ a: well, b: gone, c: gone });
    assert.equal(wordsOf(keep([0, apart], [5, alone])).before?.[0], 'unknown versions:cluster/ops-monitor');
    const same = await fleetOf({ a: well, b: gone, c: well });
    assert.equal(wordsOf(keep([0, apart], [5, same])).before?.[0], 'green versions:cluster/ops-monitor until 12:05');
  });

  test('of a node whose section, or a part of it, could not be read, an alert is unknown', async () => {
    const bad = await fleetOf({ a: full });
    const failed = reportWith({ system: null }, { errors: [{ section: 'system', reason: 'permission denied' }] });
    assert.deepEqual(wordsOf(keep([0, bad], [5, await fleetOf({ a: failed })])).before, ['unknown memory:a']);
    const { mem_use_pct: _unread, ...rest } = system;
    const part = [{ section: 'system', part: 'memory', reason: 'EACCES' }];
    const partly = reportWith({ system: rest }, { errors: part });
    assert.deepEqual(wordsOf(keep([0, bad], [5, await fleetOf({ a: partly })])).before, ['unknown memory:a']);
    const other = reportWith({ system: rest }, { errors: [{ section: 'dns', part: 'soa', reason: 'x' }] });
    assert.deepEqual(wordsOf(keep([0, bad], [5, await fleetOf({ a: other })])).before, ['green memory:a until 12:05']);
  });

  test('a cut of the network is unknown, and not over, once rqlite of a node that was cut off is stopped', async () => {
    const [cut, stopped, good] = [healthyCluster(5), healthyCluster(5), healthyCluster(5)];
    cutNetwork(cut, [1, 2, 3], [4, 5]);
    for (const index of [4, 5]) killRqlite(stopped, index);
    for (const reports of [cut, stopped, good])
      for (const index of [1, 2, 3, 4, 5]) delete of(reports, index)['wireguard'];
    const cutOf = (kept: Kept | undefined) =>
      [...(wordsOf(kept).now ?? []), ...(wordsOf(kept).before ?? [])].filter((one) => one.includes('network-cut'));
    const runs: [number, Fleet][] = [
      [0, await judge(cut)],
      [5, await judge(stopped)],
    ];
    assert.deepEqual(cutOf(keep(...runs.slice(0, 1))), ['red network-cut:cluster since 12:00']);
    assert.deepEqual(cutOf(keep(...runs)), ['unknown network-cut:cluster']);
    const over = ['green network-cut:cluster until 12:10'];
    assert.deepEqual(cutOf(keep(...runs, [10, await judge(good)])), over);
  });

  test('an alert about what a program says is unknown once the program does not answer', async () => {
    const failing = await fleetOf({ a: reportWith({ rqlite: { responsive: true, strong_read: false } }) });
    const silent = await fleetOf({ a: reportWith({ rqlite: { responsive: false } }) });
    assert.deepEqual(wordsOf(keep([0, failing], [5, silent])), {
      now: ['red rqlite-responding:a since 12:05'],
      before: ['unknown rqlite-read:a'],
    });
  });

  test('an alert that follows from another one by now goes on, and is over with it', async () => {
    const rqlite = { responsive: false };
    const unit = { name: 'rqlite.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: false };
    const silent = await fleetOf({ a: reportWith({ system, rqlite }) });
    const stopped = await fleetOf({ a: reportWith({ system, rqlite, services: { services: [unit] } }) });
    const good = await fleetOf({ a: well });
    assert.deepEqual(wordsOf(keep([0, silent])).now, ['red rqlite-responding:a since 12:00']);
    assert.deepEqual(wordsOf(keep([0, silent], [5, stopped])), {
      now: ['red service-state:a/rqlite.service since 12:05'],
      before: ['red rqlite-responding:a'],
    });
    assert.deepEqual(wordsOf(keep([0, silent], [5, stopped], [10, good])).before?.sort(), [
      'green rqlite-responding:a until 12:10',
      'green service-state:a/rqlite.service until 12:10',
    ]);
    // It was told as over: what follows from another alert is then no news.
    assert.deepEqual(wordsOf(keep([0, silent], [5, good], [10, stopped])).before, []);
  });

  test('an alert that is expected by now, and follows from another one, is a note', async () => {
    const rqlite = { responsive: false };
    const unit = { name: 'rqlite.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: false };
    const silent = await fleetOf({ a: reportWith({ system, rqlite }) });
    const settings = {
      environments: { devnet: { nodes: { a: { sections: [] } }, expected: ['rqlite-responding:a'] } },
      limits: usual.limits,
    };
    const stopped = reportWith({ system, rqlite, services: { services: [unit] } });
    const { earlier } = keep([0, silent], [5, await fleetOf({ a: stopped }, {}, {}, settings)]) ?? {};
    assert.deepEqual(
      earlier?.map(({ id, severity }) => `${severity} ${id}`),
      ['info rqlite-responding:a'],
    );
  });

  test('a node that is taken out takes its alerts along, and notes are not kept', async () => {
    const bad = await fleetOf({ a: full, b: reportWith({ system: { ...system, swap_use_pct: 50 } }) });
    assert.deepEqual(wordsOf(keep([0, bad])).now?.length, 2);
    assert.deepEqual(wordsOf(keep([0, bad], [5, await fleetOf({ b: well })])), { now: [], before: [] });
  });

  test('a node that names other units in each run leaves no more than twenty alerts that are over', async () => {
    const runs: [number, Fleet][] = [];
    for (let run = 0; run < 5; run++) {
      const units = Array.from({ length: 15 }, (_, index) => ({
        name: `u${run}-${index}.service`,
        active_state: 'failed',
        sub_state: 'failed',
        restart_loop_risk: false,
      }));
      runs.push([run * 5, await fleetOf({ a: reportWith({ system, services: { services: units } }), b: full })]);
    }
    const { earlier = [] } = keep(...runs, [30, await fleetOf({ a: well, b: well })]) ?? {};
    assert.equal(earlier.filter(({ node }) => node === 'a').length, 20);
    assert.ok(earlier.filter(({ id }) => id.includes('/u4-')).length === 15, 'those that ended last are kept');
    assert.ok(earlier.some(({ node }) => node === 'b'));
  });
});
