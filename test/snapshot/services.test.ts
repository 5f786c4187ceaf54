import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent } from '../../lib/contract/errors.ts';
import { clock } from '../../lib/snapshot/probes/clock.ts';
import { host as hostProbe } from '../../lib/snapshot/probes/host.ts';
import { services } from '../../lib/snapshot/probes/services.ts';
import { systemd } from '../../lib/snapshot/probes/systemd.ts';
import { service } from '../health/seen.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';

const at = new Date('2026-11-20T07:44:18Z');
const none = { previous: undefined, bootId: 'boot', at, item: '' };

const block = (lines: Record<string, string>): string =>
  Object.entries({
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    Result: 'success',
    UnitFileState: 'enabled',
    ...lines,
    ConditionTimestamp: lines['ConditionTimestamp'] ?? '',
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');

const folder = { kind: 'folder', size_bytes: 0, modified_at: at.toISOString() } as const;

function read(text: string, blocks: string[], more: Partial<Parameters<typeof services.read>[0]> = {}) {
  const asked: string[][] = [];
  const machine = hostOf({
    run: async (argv) => {
      asked.push([...argv]);
      return { exit_code: 0, stdout: `${blocks.join('\n\n')}\n`, stderr: '' };
    },
    readText: async () => '962.37 1879.58\n',
  });
  const found = services.read({ ...none, host: () => machine, config: configurationOf(text), ...more });
  return { found, asked };
}

describe('services probe', () => {
  test('all units are read with one command, each with the groups it belongs to', async () => {
    const text =
      'services: [a.service, shared.timer]\nstreams: { hatpro: { units: { sync: shared.timer, process: p.service } }, lidar: { units: { sync: shared.timer } } }';
    const { found, asked } = read(text, [block({}), block({}), block({})]);
    const units = await found;
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]?.slice(asked[0].indexOf('--') + 1), ['a.service', 'shared.timer', 'p.service']);
    assert.deepEqual(units['shared.timer']?.groups, ['hatpro.sync', 'lidar.sync']);
    assert.deepEqual(units['a.service']?.groups, []);
  });

  test('a timer has its next run, by calendar or by time since boot, and the seconds it is overdue', async () => {
    const timers = [
      block({
        NextElapseUSecRealtime: 'Fri 2026-11-20 07:45:00 UTC',
        NextElapseUSecMonotonic: '0',
        LastTriggerUSec: 'Fri 2026-11-20 07:40:00 UTC',
      }),
      block({ NextElapseUSecRealtime: '', NextElapseUSecMonotonic: '1h 16min 133.463ms' }),
      block({ NextElapseUSecRealtime: 'Fri 2026-11-20 07:40:00 UTC', NextElapseUSecMonotonic: '0' }),
      block({ NextElapseUSecRealtime: '', NextElapseUSecMonotonic: 'infinity', SubState: 'elapsed' }),
    ];
    const units = await read('services: [a.timer, b.timer, c.timer, d.timer]', timers).found;
    assert.equal(units['a.timer']?.next_run_at, '2026-11-20T07:45:00.000Z');
    assert.equal(units['a.timer']?.last_run_at, '2026-11-20T07:40:00.000Z');
    assert.equal(units['a.timer']?.overdue_seconds, 0);
    // Booted at 07:44:18 less 962.37 s, which is 07:28:15.63.
    assert.equal(units['b.timer']?.next_run_at, '2026-11-20T08:44:15.763Z');
    assert.equal(units['c.timer']?.overdue_seconds, 258);
    assert.ok(!('next_run_at' in (units['d.timer'] ?? {})) && !('overdue_seconds' in (units['d.timer'] ?? {})));
  });

  test('restarts are counted between snapshots of one boot, and from 0 after a start by hand', async () => {
    const before = (restarts: number, bootId = 'boot') => ({
      previous: { at, bootId, data: { 'a.service': service({ restarts }) } },
    });
    const recent = async (more: Partial<Parameters<typeof services.read>[0]>) =>
      (await read('services: [a.service]', [block({ NRestarts: '5' })], more).found)['a.service']?.recent_restarts;
    assert.equal(await recent(before(3)), 2);
    assert.equal(await recent(before(5)), 0);
    assert.equal(await recent(before(9)), 5);
    assert.equal(await recent(before(3, 'another boot')), undefined);
    assert.equal(await recent({}), undefined, 'the first snapshot has nothing to compare with');
  });

  test('configured units on a machine without systemd are a failed reading; without units the section is absent', async () => {
    const dead = hostOf({
      run: async () => ({
        exit_code: 1,
        stdout: '',
        stderr: "System has not been booted with systemd as init system (PID 1). Can't operate.\n",
      }),
      readText: async () => '1.0 1.0\n',
    });
    const config = configurationOf('services: [a.service]');
    await assert.rejects(
      async () => services.read({ ...none, host: () => dead, config }),
      /systemctl show of 1 units failed: System has not been booted/,
    );
    await assert.rejects(async () => services.read({ ...none, host: () => dead, config: configurationOf('') }), Absent);
    await assert.rejects(
      read('services: [a.service, b.service]', [block({})]).found,
      /answered for 1 units where 2 were asked for/,
    );
  });
});

describe('services probe, unreadable times', () => {
  test('an unreadable time of one unit leaves all other values, and only this unit has a problem', async () => {
    const names = ['StateChangeTimestamp', 'ExecMainStartTimestamp', 'LastTriggerUSec', 'NextElapseUSecRealtime'];
    const cases = [
      ...names.flatMap((name) =>
        ['@x', 'yesterday', '@99999999999999', 'Mon 2026-02-30 07:45:00 UTC'].map((text) => [name, text] as const),
      ),
      ['NextElapseUSecMonotonic', '5 parsecs'] as const,
    ];
    for (const [name, text] of cases) {
      const units = await read('services: [a.service, b.service]', [block({ [name]: text }), block({})]).found;
      assert.match(units['a.service']?.problem ?? '', new RegExp(`^${name}: systemctl printed an unreadable time`));
      assert.equal(units['a.service']?.active_state, 'active');
      assert.equal(units['b.service']?.problem, undefined);
    }
    assert.ok(cases.length >= 17);
  });
});

describe('systemd probe', () => {
  test('failed units are named; on a machine without systemd the section is absent', async () => {
    const lines =
      'UNIT LOAD ACTIVE SUB DESCRIPTION\nbad.service loaded failed failed Fails at once\npro.mount loaded failed failed x\n\n2 loaded units listed.\n';
    const machine = hostOf({
      stat: async () => folder,
      run: async () => ({ exit_code: 0, stdout: lines, stderr: '' }),
    });
    const config = configurationOf('');
    assert.deepEqual(await systemd.read({ ...none, host: () => machine, config }), {
      failed_units: ['bad.service', 'pro.mount'],
      failed: 2,
    });
    await assert.rejects(async () => systemd.read({ ...none, host: () => hostOf({}), config }), Absent);
  });
});

describe('clock probe', () => {
  test('synchronisation comes from timesyncd’s file while that is fresh, else from timedatectl', async () => {
    const config = configurationOf('');
    const machine = (touched: string | undefined, answer?: string, exit_code = 0) =>
      hostOf({
        stat: async (path) => {
          if (path === '/run/systemd/system') return folder;
          if (touched === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
          return { kind: 'file', size_bytes: 0, modified_at: touched };
        },
        run: async () => {
          if (answer === undefined) throw new Error('timedatectl must not be asked');
          return { exit_code, stdout: `${answer}\n`, stderr: '' };
        },
      });
    const told = async (host: ReturnType<typeof machine>) =>
      (await clock.read({ ...none, host: () => host, config })).synchronised;
    assert.equal(await told(machine('2026-11-20T07:20:00Z')), true);
    assert.equal(
      await told(machine('2026-11-20T01:00:00Z', 'no')),
      false,
      'a file that is six hours old is no evidence',
    );
    assert.equal(await told(machine(undefined, 'yes')), true);
    await assert.rejects(told(machine(undefined, '', 1)), /timedatectl did not say whether/);
    await assert.rejects(async () => clock.read({ ...none, host: () => hostOf({}), config }), Absent);
  });
});

describe('host probe', () => {
  const proc: Record<string, string> = {
    '/proc/loadavg': '0.21 0.37 0.39 1/719 19737\n',
    '/proc/meminfo':
      'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\nSwapTotal:       500 kB\nSwapFree:        400 kB\n',
    '/proc/uptime': '962.37 1879.58\n',
    '/proc/vmstat': 'nr_free_pages 1\noom_kill 7\n',
    '/sys/devices/system/cpu/online': '0-3,6\n',
  };

  test('load, memory and swap are read; OOM kills are counted since the last snapshot, or since boot', async () => {
    const machine = hostOf({ readText: async (path) => proc[path] ?? Promise.reject(new Error(path)) });
    const config = configurationOf('');
    const first = await hostProbe.read({ ...none, host: () => machine, config });
    assert.equal(first.cpus, 5);
    assert.equal(first.memory_used_percent, 75);
    assert.equal(first.swap_used_bytes, 102_400);
    assert.equal(first.oom_kills, 7);
    assert.ok(!('recent_oom_kills' in first), 'the first snapshot has nothing to compare with');
    const recent = async (oom_kills: number, bootId: string) => {
      const previous = { at, bootId, data: { ...first, oom_kills } };
      return (await hostProbe.read({ ...none, host: () => machine, config, previous })).recent_oom_kills;
    };
    assert.equal(await recent(5, 'boot'), 2);
    assert.equal(await recent(5, 'the boot before'), 7);
  });
});
