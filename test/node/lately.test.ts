// What a report says of the last minutes, whoever asked before: kills for lack of memory, TCP segments sent again, errors of rqlite.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Readings } from '../../lib/engine/probes.ts';
import { at, json, type Machine, reportOn, running } from './machine.ts';

const base = 'http://127.0.0.1:4001';

interface Moment {
  /** Seconds since the boot. */
  readonly uptime: number;
  readonly kills?: number;
  readonly sent?: number;
  readonly again?: number;
  /** Of rqlite: seconds since its start, and failed queries since then. Without it, rqlite does not answer. */
  readonly rqlite?: { readonly runsFor: number; readonly errors: number };
}

function machineAt({ uptime, kills = 0, sent = uptime * 100, again = 0, rqlite }: Moment): Machine {
  const machine = running({ rqlited: [4001] });
  return {
    ...machine,
    files: {
      ...machine.files,
      '/proc/uptime': `${uptime}.00 1.00\n`,
      '/proc/vmstat': `oom_kill ${kills}\n`,
      '/proc/net/snmp': `Tcp: CurrEstab OutSegs RetransSegs\nTcp: 12 ${sent} ${again}\n`,
    },
    urls: rqlite
      ? {
          [`${base}/status`]: json({ store: { open: true }, node: { uptime: `${rqlite.runsFor}s` } }),
          [`${base}/debug/vars`]: json({ db: { query_errors: rqlite.errors } }),
        }
      : {},
  };
}

interface Told {
  readonly kills: number | null;
  readonly seconds: number | null;
  readonly again: number | null;
  readonly errors: number | null;
}

/** Reports after each other, each with what the one before left. */
function reporter() {
  let previous: Readings = {};
  return {
    left: () => previous,
    leave: (readings: Readings) => {
      previous = readings;
    },
    report: async (moment: Moment, more: { readonly bootId?: string; readonly now?: Date } = {}): Promise<Told> => {
      const now = new Date(at.getTime() + moment.uptime * 1000);
      const { report, readings } = await reportOn(machineAt(moment), { previous, now, ...more });
      assert.ok(!JSON.stringify(report).includes('"counted"'), 'what is kept is for the next report only');
      previous = JSON.parse(JSON.stringify(readings)) as Readings;
      const { system, network, rqlite } = report as unknown as {
        readonly system: { readonly recent_oom_kills: number | null; readonly lately_seconds: number | null };
        readonly network: { readonly tcp_retrans_pct: number | null };
        readonly rqlite: { readonly recent_errors: { readonly query_errors: number } | null };
      };
      return {
        kills: system.recent_oom_kills,
        seconds: system.lately_seconds,
        again: network.tcp_retrans_pct,
        errors: rqlite.recent_errors?.query_errors ?? null,
      };
    },
  };
}

function keptIn(readings: Readings): unknown[] {
  const data = readings['system']?.['']?.data as { counted?: unknown[] } | undefined;
  assert.ok(data?.counted, 'counts are kept');
  return data.counted;
}

describe('node/lately', () => {
  test('three who ask every 30 s, every 70 s and every 5 min each see what happened 4 minutes ago', async () => {
    const { report, left } = reporter();
    const rhythms = [30, 70, 300];
    const happened = 1860;
    const seen: (Told & { readonly asker: number; readonly age: number })[] = [];
    for (let uptime = 1000; uptime <= 4000; uptime += 10) {
      const has = Number(uptime >= happened);
      for (const asker of rhythms.filter((rhythm) => uptime % rhythm === 0)) {
        const told = await report({
          uptime,
          kills: 3 + has,
          sent: uptime * 100,
          again: has * 10_000,
          rqlite: { runsFor: uptime - 500, errors: 5 + has },
        });
        seen.push({ ...told, asker, age: uptime - happened });
      }
    }
    assert.ok(keptIn(left()).length <= 32, `${keptIn(left()).length} are kept`);
    for (const rhythm of rhythms) {
      const all = seen.filter(({ asker }) => asker === rhythm);
      const next = all.find(({ age }) => age >= Math.min(240, rhythm));
      assert.deepEqual([next?.kills, next?.errors], [1, 1], `who asks every ${rhythm} s`);
      assert.ok(Number(next?.again) > 5, `${next?.again} %`);
    }
    // Each alert ends.
    for (const { kills, errors, again, age, seconds } of seen.filter((one) => one.age > -800)) {
      const isLately = age >= 0 && age < 600;
      if (isLately || age < 0 || age > 630)
        assert.deepEqual([kills, errors, Number(again) > 0], isLately ? [1, 1, true] : [0, 0, false], `${age} s after`);
      if (age > -200) assert.ok(600 <= Number(seconds) && Number(seconds) <= 630, `over ${seconds} s`);
    }
  });

  test('who asks once an hour sees the hour, and how long that was', async () => {
    const { report } = reporter();
    assert.deepEqual(await report({ uptime: 1000, kills: 2 }), {
      kills: null,
      seconds: null,
      again: null,
      errors: null,
    });
    const { kills, seconds } = await report({ uptime: 4600, kills: 5 });
    assert.deepEqual([kills, seconds], [3, 3600]);
  });

  test('who asks every 5 s takes nothing from anybody, and leaves no long file', async () => {
    const { report, left } = reporter();
    for (let uptime = 1000; uptime < 1900; uptime += 5) await report({ uptime, kills: Number(uptime >= 1600) });
    const { kills, seconds } = await report({ uptime: 1900, kills: 1 });
    assert.equal(kills, 1);
    assert.ok(600 <= Number(seconds) && Number(seconds) <= 620, `over ${seconds} s`);
    assert.ok(keptIn(left()).length <= 32, `${keptIn(left()).length} are kept`);
  });

  test('a clock that is set, forward or back, changes nothing', async () => {
    const { report } = reporter();
    await report({ uptime: 1000, kills: 2 });
    await report({ uptime: 1300, kills: 3 }, { now: new Date('2031-01-01T00:00:00Z') });
    const { kills, seconds } = await report({ uptime: 1600, kills: 3 }, { now: new Date('1999-01-01T00:00:00Z') });
    assert.deepEqual([kills, seconds], [1, 600]);
  });

  test('nothing is compared over a reboot, or where the boot is not known', async () => {
    const { report } = reporter();
    await report({ uptime: 1000, kills: 2 });
    const { kills } = await report({ uptime: 1030, kills: 9 }, { bootId: 'two' });
    assert.equal(kills, null);
    const { kills: again } = await report({ uptime: 1060, kills: 10 }, { bootId: 'two' });
    assert.equal(again, 1);
    assert.deepEqual((await report({ uptime: 1090, kills: 11 }, { bootId: '' })).kills, null);
  });

  test('a container that was started again has no rates of before', async () => {
    const { report } = reporter();
    await report({ uptime: 5000, kills: 2 });
    assert.equal((await report({ uptime: 60, kills: 4 })).kills, null);
    assert.equal((await report({ uptime: 90, kills: 4 })).kills, 0);
  });

  test('errors of rqlite are compared within one start of it, also when it then ran longer than before', async () => {
    const { report } = reporter();
    const rqlite = async (uptime: number, runsFor: number, errors: number) =>
      (await report({ uptime, rqlite: { runsFor, errors } })).errors;
    assert.equal(await rqlite(1000, 40, 2), null);
    assert.equal(await rqlite(1060, 100, 3), 1);
    assert.equal(await rqlite(1300, 200, 9), null, 'it was started again 140 s after the report before');
    assert.equal(await rqlite(1360, 260, 9), 0);
  });

  test('what happened before rqlite did not answer for a report is seen in the next one', async () => {
    const { report } = reporter();
    await report({ uptime: 1000, rqlite: { runsFor: 400, errors: 2 } });
    assert.equal((await report({ uptime: 1060 })).errors, null);
    assert.equal((await report({ uptime: 1120, rqlite: { runsFor: 520, errors: 3 } })).errors, 1);
  });

  test('segments are compared with those since the counter of 32 bits began anew', async () => {
    const { report } = reporter();
    await report({ uptime: 1000, sent: 4_294_967_000, again: 5 });
    assert.equal((await report({ uptime: 1060, sent: 1000, again: 5 })).again, null);
    assert.equal((await report({ uptime: 1120, sent: 2000, again: 105 })).again, 10);
  });

  test('a file of before that lies, or is of another version, costs the rates of one report', async () => {
    const count = { boot_id: 'one', uptime: 400, started: 0, counts: { kills: 1 } };
    const lies: readonly (readonly [string, unknown, unknown])[] = [
      ['another shape', [{ ...count, uptime: 'long' }], null],
      ['no list', 'counted', null],
      ['a count from the future', [{ ...count, uptime: 1e9 }], null],
      ['more kills than there are', [{ ...count, counts: { kills: 1e9 } }], null],
      ['names of other things', [{ ...count, counts: { constructor: 1, toString: 2 } }], null],
      ['ten thousand counts', Array.from({ length: 10_000 }, () => ({ ...count, uptime: 900 })), 1],
    ];
    for (const [lie, counted, expected] of lies) {
      const { report, left, leave } = reporter();
      const data = { time_unix: 1, counted };
      leave({ system: { '': { at: at.toISOString(), boot_id: 'one', data } } });
      assert.equal((await report({ uptime: 1000, kills: 2 })).kills, expected, lie);
      assert.ok(keptIn(left()).length <= 60, lie);
      assert.equal((await report({ uptime: 1030, kills: 3 })).kills, expected === null ? 1 : 2, lie);
    }
  });
});
