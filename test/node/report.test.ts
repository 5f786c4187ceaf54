// The report on a node: its fields on the wire, and what it says of what cannot be read.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { inspect } from 'node:util';
import type { Readings } from '../../lib/engine/probes.ts';
import { nodeSections } from '../../lib/node/sections/index.ts';
import { renderReport } from '../../lib/node/render.ts';
import { environmentIn, root, runBundle, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { json, listUnits, type Machine, reportOn, running, sectionOn, stat, unitList } from './machine.ts';

const snmp = (sent: number, again: number): string => `Tcp: CurrEstab OutSegs RetransSegs\nTcp: 12 ${sent} ${again}\n`;
const shown = (name: string, more: string): string =>
  `Id=${name}\nLoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n${more}ConditionTimestamp=\n`;
const properties =
  'LoadState,ActiveState,SubState,UnitFileState,NRestarts,ActiveEnterTimestampMonotonic,MemoryCurrent,CPUUsageNSec,MainPID,ConditionTimestamp';
const journal = 'journalctl --since=-1h --output=cat --no-pager --lines=20000 --unit=api.service --unit=idle.service';
const showMain = `systemctl show --timestamp=unix --property=${properties} -- api.service`;
const show = `systemctl show --timestamp=unix --property=${properties} -- api.service idle.service`;

const whole: Machine = {
  files: {
    '/sys/devices/system/cpu/online': '0-3\n',
    '/proc/loadavg': '0.50 0.40 0.30 1/100 999\n',
    '/proc/meminfo': 'MemTotal: 8388608 kB\nMemAvailable: 6291456 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
    '/proc/vmstat': 'nr_free_pages 1\noom_kill 4\n',
    '/proc/sys/kernel/osrelease': '6.1.0-28-amd64\n',
    '/proc/uptime': '1000.00 1.00\n',
    '/proc/net/route':
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\n',
    '/proc/net/snmp': snmp(10_000, 100),
    '/proc/net/sockstat': 'TCP: inuse 5 orphan 0 tw 3 alloc 5 mem 1\n',
    '/proc/1/stat': stat(1, 0),
    '/proc/2/stat': stat(2, 0, 'S', 0x20_00_00),
    '/proc/7/stat': stat(7, 1, 'Z', 0, 'defunct\u001B[2J'),
    // One worker lost its parent; the other is the main process of a unit.
    '/proc/8/stat': stat(8, 1, 'S', 0, 'worker'),
    '/proc/70/stat': stat(70, 1, 'S', 0, 'worker'),
    '/proc/70/cgroup': '0::/system.slice/api.service\n',
    '/run/systemd/system': '',
  },
  programs: {
    'timedatectl show --property=NTPSynchronized --value': { stdout: 'yes\n' },
    'ss -H -ltnup': { stdout: 'tcp LISTEN 0 128 127.0.0.1:4001 0.0.0.0:* users:(("rqlited",pid=70,fd=4))\n' },
    'ufw status': { stdout: 'Status: active\n\n22/tcp   ALLOW   Anywhere\n' },
    [journal]: { stdout: 'panic: runtime error\n[INFO] no panic here\nfatal error: out of memory\n' },
    [showMain]: { stdout: shown('api.service', 'MainPID=70\n') },
    [listUnits]: unitList('bad.service loaded failed failed', 'good.timer loaded active waiting'),
    [show]: {
      stdout: `${shown('api.service', 'NRestarts=5\nActiveEnterTimestampMonotonic=900000000\nMemoryCurrent=104857600\nCPUUsageNSec=18446744073709551000\nMainPID=70\n')}\n${shown('idle.service', 'NRestarts=0\nActiveEnterTimestampMonotonic=0\nMemoryCurrent=[not set]\nCPUUsageNSec=[not set]\nMainPID=0\n').replace('active', 'inactive').replace('running', 'dead')}`,
    },
  },
  urls: { 'https://example.org/': { response_ms: 9, status: 301 } },
  disk: { block_bytes: 4096, blocks: 1000, free_blocks: 400, available_blocks: 350, inodes: 100, free_inodes: 90 },
};
const node = 'node: { processes: [worker], services: [api.service, idle.service], internet: "https://example.org/" }';

describe('node/report', () => {
  test('a node that can be read whole has every field, by its name on the wire', async () => {
    const { report } = await reportOn(whole, { node });
    const { errors, absent, system, services, network, processes } = report as Record<string, unknown>;
    assert.deepEqual(errors, []);
    const programs = new Set((absent as { section: string }[]).map(({ section }) => section));
    for (const section of ['system', 'services', 'network', 'processes']) assert.ok(!programs.has(section), section);
    assert.deepEqual(system, {
      cpu_count: 4,
      load_avg_1: 0.5,
      load_avg_5: 0.4,
      load_avg_15: 0.3,
      mem_total_mb: 8192,
      mem_used_mb: 2048,
      mem_available_mb: 6144,
      mem_use_pct: 25,
      swap_total_mb: 0,
      swap_used_mb: 0,
      swap_use_pct: null,
      disk_total_gb: 0,
      disk_used_gb: 0,
      disk_avail_gb: 0,
      disk_use_pct: 63.16,
      inode_use_pct: 10,
      oom_kills: 4,
      recent_oom_kills: null,
      kernel_version: '6.1.0-28-amd64',
      uptime_seconds: 1000,
      uptime_since: '2026-11-21T09:43:20.000Z',
      time_unix: 1_795_255_200,
      clock_synchronised: true,
      lately_seconds: null,
    });
    assert.deepEqual(services, {
      services: [
        {
          name: 'api.service',
          active_state: 'active',
          sub_state: 'running',
          enabled: 'enabled',
          n_restarts: 5,
          active_since_sec: 100,
          memory_current_mb: 100,
          // Beyond 2^53, and whole.
          cpu_usage_nsec: '18446744073709551000',
          main_pid: 70,
          restart_loop_risk: true,
        },
        {
          name: 'idle.service',
          active_state: 'inactive',
          sub_state: 'dead',
          enabled: 'enabled',
          n_restarts: 0,
          restart_loop_risk: false,
        },
      ],
      failed_units: ['bad.service'],
    });
    assert.deepEqual(network, {
      internet_reachable: true,
      default_route: true,
      tcp_established: 12,
      tcp_time_wait: 3,
      tcp_retrans_pct: null,
      tcp_segments_sent: 10_000,
      tcp_segments_retransmitted: 100,
      lately_seconds: null,
      listening_ports: [{ proto: 'tcp', address: '127.0.0.1', port: 4001, process: 'rqlited', pid: 70 }],
      ufw_active: true,
      ufw_rules: ['22/tcp ALLOW Anywhere'],
    });
    assert.deepEqual(processes, {
      process_count: 4,
      zombie_count: 1,
      zombies: [{ pid: 7, ppid: 1, state: 'Z', command: 'defunct [2J', age_seconds: 995 }],
      orphan_count: 1,
      orphans: [{ pid: 8, ppid: 1, state: 'S', command: 'worker', age_seconds: 995 }],
      panic_count: 2,
    });
  });

  test('the main process of a unit is no orphan, also with control groups of version 1', async () => {
    const groups = '9:pids:/system.slice\n1:name=systemd:/system.slice/api.service\n';
    const { report } = await reportOn({ ...whole, files: { ...whole.files, '/proc/70/cgroup': groups } }, { node });
    const { orphans } = report['processes'] as { readonly orphans: readonly { readonly pid: number }[] };
    assert.deepEqual(
      orphans.map(({ pid }) => pid),
      [8],
    );
  });

  test('rates are those since a report before of the same boot', async () => {
    const { readings } = await reportOn(whole, { node });
    const later = {
      ...whole,
      files: { ...whole.files, '/proc/net/snmp': snmp(12_000, 150), '/proc/vmstat': 'nr_free_pages 1\noom_kill 6\n' },
    };
    const rates = async (bootId: string) => {
      const { report } = await reportOn(later, { node, previous: readings, bootId });
      const { system, network } = report as unknown as Record<string, Record<string, unknown>>;
      return [network?.['tcp_retrans_pct'], system?.['recent_oom_kills']];
    };
    assert.deepEqual(await rates('one'), [2.5, 2]);
    assert.deepEqual(await rates('two'), [null, null]);
  });

  test('a service that was restarted four times is at risk of a loop for five minutes, however often somebody asks', async () => {
    const riskAt = async (uptime: number, previous: Readings) => {
      const files = { ...whole.files, '/proc/uptime': `${uptime}.00 1.00\n` };
      const { report, readings } = await reportOn({ ...whole, files }, { node, previous });
      const { services } = report['services'] as { services: { name: string; restart_loop_risk: boolean }[] };
      return { risks: services.map(({ restart_loop_risk: risk }) => risk), readings };
    };
    const first = await riskAt(1000, {});
    const second = await riskAt(1030, first.readings);
    const third = await riskAt(1230, second.readings);
    assert.deepEqual(
      [first, second, third].map(({ risks }) => risks),
      [
        [true, false],
        [true, false],
        [false, false],
      ],
    );
  });

  test('a service that waits for its next restart is in a loop, one that has given up is not', async () => {
    const stateOf = async (state: string) => {
      const stdout = shown('api.service', 'NRestarts=5\n').replace('active', state);
      const machine = { ...whole, programs: { ...whole.programs, [showMain]: { stdout } } };
      const read = (previous: Readings) =>
        sectionOn('services', machine, { previous, node: 'node: { services: [api.service] }' });
      const { readings } = await read({});
      const { fields } = await read(readings);
      return (fields['services'] as { restart_loop_risk: boolean }[]).map(({ restart_loop_risk: risk }) => risk);
    };
    assert.deepEqual([await stateOf('activating'), await stateOf('failed')], [[true], [false]]);
  });

  test('a machine without ufw has none, and one that may not ask does not know', async () => {
    const machine = running({ sshd: [22] });
    const { absent } = await sectionOn('network', machine);
    assert.ok(absent.includes('ufw: ufw is not installed'), absent.join('\n'));
    const refused = { exit_code: 1, stderr: 'ERROR: You need to be root to run this script\n' };
    const { errors } = await sectionOn('network', {
      ...machine,
      programs: { ...machine.programs, 'ufw status': refused },
    });
    assert.match(errors.join('\n'), /^ufw: ufw status: ERROR: You need to be root/m);
  });

  test('what cannot be read is null, with its reason; what this node does not have is absent', async () => {
    const { report, sections } = await reportOn({
      files: { '/proc/loadavg': 'denied', '/proc/uptime': '1000.00 1.00\n', '/proc/50/stat': stat(50, 1) },
      programs: { 'ufw status': { exit_code: 1, stderr: 'ERROR: You need to be root to run this script\n' } },
    });
    const { errors, absent, system, services, network, processes } = report as Record<string, unknown>;
    assert.deepEqual([services, network, processes], [null, null, null]);
    const fields = Object.entries(system as Record<string, unknown>).filter(([, value]) => value !== null);
    assert.deepEqual(fields.map(([name]) => name).sort(), ['time_unix', 'uptime_seconds', 'uptime_since']);
    const words = [...(errors as object[]), ...(absent as object[])].map((one) => Object.values(one).join(': '));
    for (const expected of [
      /^system: load: .*(permission|EACCES)/,
      /^system: memory: /,
      /^processes: this user does not see the processes of other users/,
      /^services: this machine was not booted with systemd$/,
    ])
      assert.ok(
        words.some((one) => expected.test(one)),
        `${expected} in ${words.join('\n')}`,
      );
    const text = renderReport(nodeSections, sections, report, 80);
    assert.match(text, /^Could not be read\n- system, cpus: /m);
    assert.match(
      text,
      /^Not there\n- system, clock_synchronised: this machine was not booted with systemd\n- services: /m,
    );
    assert.match(text, /^- processes: .*\n {2}\S/m, 'a long reason goes on below itself');
    assert.ok(text.indexOf('Could not be read') < text.indexOf('\nSystem\n'));
  });

  test('foreign words reach the terminal without control characters', async () => {
    const hostile = {
      ...whole,
      programs: { ...whole.programs, [listUnits]: { exit_code: 1, stderr: 'no \u001B[31mbus\u0007\n' } },
    };
    const { report, sections } = await reportOn(hostile, { node });
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    assert.doesNotMatch(renderReport(nodeSections, sections, report, 80), /[\u0000-\u0009\u000B-\u001F]/);
  });

  test('words of others are in the report without control characters and without logins', async () => {
    const answer = {
      version: '1\u001B[2J\u009B31m\u202E',
      subsystems: { 'db\u0007': { status: 'down', error: 'dial postgres://app:hunter2@db/app\u001B]0;x\u0007' } },
    };
    const { report } = await reportOn(
      { ...running({ 'gate\u001B[31m': [6001] }), urls: { 'http://127.0.0.1:6001/v1/health': json(answer) } },
      { node: 'node: { gateway: { url: "http://127.0.0.1:6001/v1/health" } }' },
    );
    assert.deepEqual(report['gateway'], {
      address: 'http://127.0.0.1:6001/v1/health',
      found_by: 'the configuration',
      responsive: true,
      http_status: 200,
      version: '1 [2J 31m ',
      subsystems: { db: { status: 'down', error: 'dial postgres://…@db/app ]0;x ' } },
    });
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    assert.doesNotMatch(inspect(report, { depth: 9 }), /\\x1B|\\x9B|\u202E|\u0007/);
  });

  test('a user who listens on thousands of ports hides none of the low ones, and the report stays small', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => 65_000 - index);
    const { report } = await reportOn(running({ greedy: many, sshd: [22], rqlited: [4001] }));
    const { network, errors } = report as unknown as {
      network: { listening_ports: { port: number }[] };
      errors: { section: string; part: string; reason: string }[];
    };
    assert.equal(network.listening_ports.length, 1000);
    assert.deepEqual(
      network.listening_ports.slice(0, 2).map(({ port }) => port),
      [22, 4001],
    );
    assert.match(
      errors.find(({ part }) => part === 'listening_rest')?.reason ?? '',
      /^20002 ports are listened on: the lowest 1000 are listed$/,
    );
    assert.ok(JSON.stringify(report, undefined, 2).length < 200_000);
  });

  test('a program that answers without end is told, and makes no report of megabytes', async () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 900 }, (_, index) => [`n${index}`, { addr: `n${index}`, error: 'x'.repeat(1000) }]),
    );
    const base = 'http://127.0.0.1:4001';
    const { report } = await reportOn({
      ...running({ rqlited: [4001] }),
      urls: {
        [`${base}/status`]: json({ store: { open: true } }),
        [`${base}/nodes?nonvoters&timeout=1500ms`]: json(nodes),
      },
    });
    const { errors } = report;
    assert.equal(report['rqlite'], null);
    assert.match(
      errors.find(({ section, part }) => section === 'rqlite' && part === undefined)?.reason ?? '',
      /^it has \d+ characters; more than 131072 are not reported$/,
    );
    assert.ok(JSON.stringify(report, undefined, 2).length < 200_000);
  });

  test('a service that writes very much to the journal does not hide that another panicked', async () => {
    const noise = 'all is well\n'.repeat(20_000);
    const { fields, errors } = await sectionOn(
      'processes',
      { ...whole, programs: { ...whole.programs, [journal]: { stdout: noise } } },
      { node },
    );
    assert.ok(!('panic_count' in fields), 'no count of a part of the lines');
    assert.match(errors.join('\n'), /^panics: api\.service, idle\.service wrote 20000 lines or more since -1h: /m);
  });

  test('a unit of the configuration that systemd does not know is told', async () => {
    const { absent, fields } = await sectionOn(
      'services',
      {
        files: { '/run/systemd/system': '', '/proc/uptime': '1000.00 1.00\n' },
        programs: {
          [listUnits]: unitList('good.timer loaded active waiting'),
          [`systemctl show --timestamp=unix --property=${properties} -- apii.service`]: {
            stdout: 'Id=apii.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nConditionTimestamp=\n',
          },
        },
      },
      { node: 'node: { services: [apii.service] }' },
    );
    assert.deepEqual([fields['services'], absent], [[], ['apii.service: systemd knows no such unit']]);
  });

  test('a table that is wider than the terminal stands as one cell in each line', async () => {
    const { report, sections } = await reportOn(whole, { node });
    const text = renderReport(nodeSections, sections, report, 40);
    assert.match(text, /^System\n {2}processors {5}4\n {2}load {11}0\.5\n/m);
    for (const line of text.split('\n').slice(1)) assert.ok(line.length <= 40, line);
  });

  test('a machine without a folder to write to, and with none in /tmp, has a report', (t) => {
    const folder = temporaryFolder(t);
    // As another user may leave it.
    writeFileSync(join(folder, `ops-monitor-${process.getuid?.()}`), '');
    const env = { PATH: environmentIn(folder).PATH, HOME: '/nonexistent', TMPDIR: folder };
    const { status, stdout, stderr } = runBundle('node-report', [], env);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^System$/m);
    assert.match(
      stdout.replaceAll(/\s+/g, ' '),
      /- system, recent_oom_kills: no folder can be written, so there is nothing to compare with: EEXIST.*ops-monitor-\d+'/,
    );
  });

  test('what happened lately has a reason where the folder for it cannot be used: section, field and path', (t) => {
    const folder = temporaryFolder(t);
    const env = { ...environmentIn(folder), XDG_CACHE_HOME: join(folder, 'file') };
    writeFileSync(join(folder, 'file'), '');
    const errorsOf = (more: object): { section: string; part?: string; reason: string }[] => {
      const { status, stdout, stderr } = runBundle('node-report', ['--json'], { ...env, ...more });
      assert.deepEqual([status, stderr], [0, '']);
      const { errors } = JSON.parse(stdout) as { errors: { section: string; part?: string; reason: string }[] };
      return errors.filter(({ part = '' }) => ['recent_oom_kills', 'tcp_retrans_pct', 'recent_errors'].includes(part));
    };
    const errors = errorsOf({});
    assert.deepEqual(
      errors.map(({ section, part }) => [section, part]),
      [
        ['system', 'recent_oom_kills'],
        ['network', 'tcp_retrans_pct'],
      ],
    );
    for (const { reason } of errors)
      assert.match(
        reason,
        /\/file\/ops-monitor\/node-report\.json cannot be written, so there is nothing to compare with: /,
      );
    assert.deepEqual(errorsOf({ XDG_CACHE_HOME: join(folder, 'cache') }), []);
  });

  test('output that does not fit on its disk is no success', async (t) => {
    const argv = ['-c', '"$@" >/dev/full', 'sh', process.execPath, join(root, 'dist', 'node-report.cjs'), '--json'];
    const { status, stderr } = runProcess(['sh', ...argv], environmentIn(temporaryFolder(t)));
    assert.equal(status, 1);
    assert.match(stderr, /^node-report: the output is cut off: standard output cannot be written: ENOSPC/);
  });

  test('the bundle prints a page and JSON, as any user, without a configuration', (t) => {
    const env = environmentIn(temporaryFolder(t));
    const page = runBundle('node-report', [], env);
    assert.equal(page.status, 0, page.stderr);
    assert.match(page.stdout, /^\S+ at \S+Z, read in .* \(ops-monitor .*\)\n/);
    const json = runBundle('node-report', ['--json'], env);
    const { schema_version: version, system } = JSON.parse(json.stdout) as {
      schema_version: number;
      system: { cpu_count: number };
    };
    assert.equal(version, 1);
    assert.ok(system.cpu_count >= 1);
  });
});
