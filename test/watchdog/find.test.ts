// Units and hidden processes: machines made of literals, because no systemd runs where these tests run.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { codedError } from '../../lib/contract/errors.ts';
import type { Host } from '../../lib/contract/host.ts';
import type { Service } from '../../lib/watchdog/config.ts';
import { serviceFinder } from '../../lib/watchdog/find.ts';
import { hostOf } from '../host.ts';

const stat = (
  pid: number,
  parent: number,
  { name = 'x', own = 10, started = 500, state = 'S', threads = 1 } = {},
): string => `${pid} (${name}) ${state} ${parent} 1 1 0 -1 0 0 0 0 0 ${own} 0 3 4 20 0 ${threads} 0 ${started} 0 0 0`;

function machine(files: Readonly<Record<string, string>>, shown = ''): Host {
  const textOf = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw codedError('ENOENT', `ENOENT: no such file, open '${path}'`);
    if (text === 'denied') throw codedError('EACCES', `EACCES: permission denied, open '${path}'`);
    return text;
  };
  return hostOf({
    readText: async (path) => textOf(path),
    readBytes: async (path) => new TextEncoder().encode(textOf(path)),
    list: async (path) => [
      ...new Set(
        Object.keys(files).flatMap((file) =>
          file.startsWith(`${path}/`) ? (file.slice(path.length + 1).split('/')[0] ?? '') : [],
        ),
      ),
    ],
    run: async () => ({ exit_code: 0, stdout: shown, stderr: '' }),
  });
}

const api = (more = ''): string =>
  `${more}MainPID=20\nNRestarts=3\nControlGroup=/system.slice/api.service\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nInactiveExitTimestampMonotonic=77\nConditionTimestamp=\n`;

const shared = { limits: {}, hold: 0 };

const group = '/sys/fs/cgroup/system.slice/api.service';
const inGroup = {
  [`${group}/cgroup.procs`]: '20\n21\n0\n',
  [`${group}/cpu.stat`]: 'usage_usec 2500000\nuser_usec 1\n',
  [`${group}/memory.max`]: 'max\n',
  [`${group}/payload/cgroup.procs`]: '22\n',
  '/proc/20/stat': stat(20, 1),
  '/proc/21/stat': stat(21, 1, { name: 'a) S 7 (b' }),
  '/proc/22/stat': stat(22, 1),
  '/proc/99/stat': stat(99, 20),
};

describe('watchdog/find', () => {
  test('the processes of a unit are those of its control group and of the groups below it', async () => {
    const find = serviceFinder(machine(inGroup, api()), [{ unit: 'api.service', ...shared }]);
    const found = await find({ unit: 'api.service', ...shared });
    assert.deepEqual(new Set(found.processes.map(({ pid }) => pid)), new Set([20, 21, 22]));
    assert.deepEqual(
      found.roots.map(({ pid }) => pid),
      [20],
    );
    assert.deepEqual([found.restarts, found.cgroup], [3, { start: '77 3', seconds: 2.5 }]);
  });

  test('a unit that failed does not run, and systemd says how; a unit that is not there neither', async () => {
    const service = { unit: 'api.service', ...shared };
    const failed = api().replace('active', 'failed').replace('running', 'failed').replace('=success', '=exit-code');
    const gone = failed.replace('/system.slice/api.service', '');
    const reasons = await Promise.all(
      [gone, api().replace('=loaded', '=not-found')].map(
        async (shown) => (await serviceFinder(machine({}, shown), [service])(service)).reason,
      ),
    );
    assert.deepEqual(reasons, [
      'api.service is failed (failed, exit-code), without a process',
      'systemd knows no unit api.service',
    ]);
  });

  test('a unit whose processes cannot be seen is not said not to run', async () => {
    const service = { unit: 'api.service', ...shared };
    const groups = [
      { [`${group}/cgroup.procs`]: '20\n21\n' }, // hidepid
      { [`${group}/cgroup.procs`]: '0\n' }, // another PID namespace
    ];
    for (const files of groups)
      await assert.rejects(
        serviceFinder(machine(files, api()), [service])(service),
        /none of the \d processes .* can be seen/,
      );
    const many = Object.fromEntries(
      Array.from({ length: 1100 }, (_, index) => [`${group}/g${index}/cgroup.procs`, '']),
    );
    await assert.rejects(
      serviceFinder(machine({ ...inGroup, ...many }, api()), [service])(service),
      /more than 1000 control groups/,
    );
  });

  test('a process whose main thread ended while others go on runs', async () => {
    const service = { 'pid-file': '/run/a.pid', ...shared };
    const files = {
      '/proc/1/stat': stat(1, 0),
      '/proc/8/stat': stat(8, 1, { state: 'Z', threads: 2 }),
      '/run/a.pid': '8\n',
    };
    const found = await serviceFinder(machine(files), [service])(service);
    assert.deepEqual(
      found.roots.map(({ pid }) => pid),
      [8],
    );
  });

  test('where processes of other users are hidden, no service is said not to run', async () => {
    const services = [
      { 'pid-file': '/run/a.pid', ...shared },
      { 'command-line': 'a*', ...shared },
    ];
    const hidden = machine({ '/proc/50/stat': stat(50, 1), '/proc/50/cmdline': 'b\0', '/run/a.pid': '77\n' });
    const find = serviceFinder(hidden, services);
    for (const service of services) await assert.rejects(find(service), /does not see the processes of other users/);
  });

  test('where a command line cannot be read, a service that was not found is unknown', async () => {
    const service = { 'command-line': 'api *', ...shared };
    const files = { '/proc/1/stat': stat(1, 0), '/proc/1/cmdline': 'init\0', '/proc/7/stat': stat(7, 1) };
    const denied = machine({ ...files, '/proc/7/cmdline': 'denied' });
    await assert.rejects(
      serviceFinder(denied, [service])(service),
      /no command line fits api \*, and 1 could not be read/,
    );
    const other = machine({ ...files, '/proc/7/cmdline': 'apis\0' });
    assert.equal(
      (await serviceFinder(other, [service])(service)).reason,
      'no process has a command line that fits api *',
    );
    const there = machine({ ...files, '/proc/7/cmdline': 'api\0-v\0' });
    assert.deepEqual(
      (await serviceFinder(there, [service])(service)).roots.map(({ pid }) => pid),
      [7],
    );
  });

  test('a pid file that names nothing, a zombie or no process: the service does not run, or that is unknown', async () => {
    const service = { 'pid-file': '/run/a.pid', ...shared };
    const find = (pid: Record<string, string>) =>
      serviceFinder(machine({ '/proc/1/stat': stat(1, 0), '/proc/8/stat': stat(8, 1, { state: 'Z' }), ...pid }), [
        service,
      ])(service);
    assert.equal((await find({})).reason, 'its pid file /run/a.pid does not exist');
    for (const pid of ['7', '8'])
      assert.equal(
        (await find({ '/run/a.pid': `${pid}\n` })).reason,
        `there is no process ${pid}, which its pid file /run/a.pid names`,
      );
    for (const text of ['', 'abc', '0', '-1', '12345678901234', '\u001B[2J', 'denied'])
      await assert.rejects(find({ '/run/a.pid': text }), /does not begin with the id of a process|EACCES/, text);
    await assert.rejects(
      find({ '/run/a.pid': 'PASSWORD=hunter2' }),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });

  describe('with a user', () => {
    const ofUser = (real: number, effective = real): string =>
      `Name:\tx\nUid:\t${real}\t${effective}\t${effective}\t${effective}\nGid:\t0\t0\t0\t0\n`;
    const files = {
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nbroken\nworker:x:1001:1001::/:/bin/sh\n',
      '/proc/1/stat': stat(1, 0),
      '/proc/1/cmdline': 'init\0',
      // A user who starts what looks like the worker, a setuid program among it; its child; and the worker, with a child of another user.
      '/proc/7/stat': stat(7, 1),
      '/proc/7/cmdline': 'worker.py\0',
      '/proc/7/status': ofUser(1666),
      '/proc/8/stat': stat(8, 7),
      '/proc/8/cmdline': 'worker.py\0--root\0',
      '/proc/8/status': ofUser(1666, 1001),
      '/run/a.pid': '7\n',
    };
    const workers = {
      '/proc/20/stat': stat(20, 1),
      '/proc/20/cmdline': 'worker.py\0',
      '/proc/20/status': ofUser(1001),
      '/proc/21/stat': stat(21, 20),
      '/proc/21/cmdline': 'child\0',
      '/proc/21/status': ofUser(33),
      '/run/a.pid': '20\n',
    };
    const byCommand = { 'command-line': 'worker.py*', ...shared };
    const byPid = { 'pid-file': '/run/a.pid', ...shared };
    const find = (service: Service, more: Record<string, string> = {}) =>
      serviceFinder(machine({ ...files, ...more }), [service])(service);

    test('a service that runs is found by its name or number, with children of any user', async () => {
      for (const service of [byCommand, byPid])
        for (const user of ['worker', 1001]) {
          const { roots, processes } = await find({ ...service, user }, workers);
          assert.deepEqual(
            [roots, processes].map((all) => all.map(({ pid }) => pid)),
            [[20], [20, 21]],
          );
        }
    });

    test('processes of another user, also setuid ones, do not hide that the service is dead', async () => {
      assert.equal((await find(byCommand)).roots.length, 1);
      const { roots, reason } = await find({ ...byCommand, user: 'worker' });
      assert.deepEqual([roots, reason], [[], 'only processes of other users have a command line that fits worker.py*']);
      assert.equal(
        (await find({ ...byPid, user: 'worker' })).reason,
        'the process 7, which its pid file /run/a.pid names, is of another user',
      );
    });

    test('where the user is not known or a process does not tell its own, the service is unknown', async () => {
      await assert.rejects(find({ ...byCommand, user: 'nobody' }), /there is no user nobody in \/etc\/passwd/);
      await assert.rejects(find({ ...byPid, user: 'worker' }, { '/proc/7/status': 'denied' }), /EACCES/);
      await assert.rejects(find({ ...byPid, user: 'worker' }, { '/proc/7/status': 'Name:\tx\n' }), /no user id/);
    });
  });
});
