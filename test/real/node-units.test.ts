// node-report under a real systemd: it says of units what systemctl says, of their log what journalctl says, and of processes what ps says.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { goProgramIn } from './kept.ts';
import { needRoot } from './packages.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly command: string;
  readonly age_seconds: number;
}
interface Report {
  readonly services: { readonly services: readonly Fields[]; readonly failed_units: readonly string[] };
  readonly processes: {
    readonly zombies: readonly Process[];
    readonly orphans: readonly Process[];
    readonly panic_count: number | null;
  };
  readonly errors: readonly { readonly section: string; readonly part?: string; readonly reason: string }[];
}

/** A program in Go that ends as programs in Go do after a mistake. */
function panicking(t: TestContext): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'go.mod'), 'module panicking\n');
  writeFileSync(
    join(folder, 'main.go'),
    'package main\n\nfunc main() {\n\tvar none map[string]int\n\tnone["a"] = 1\n}\n',
  );
  return goProgramIn(folder, 'panicking-1');
}

const node = process.execPath.replace(root, '/opt/ops-monitor');
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', 'HOME=/nonexistent'];

const unitsWith = (panics: string): Readonly<Record<string, string>> => ({
  'good.service': `[Service]\nExecStart=${node} -e "globalThis.kept = Buffer.alloc(50e6, 1); setInterval(() => 0, 1e6)"\n`,
  'bad.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "exit 3"\n',
  'loop.service':
    '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=300ms\n',
  'panics.service': `[Service]\nType=oneshot\nExecStart=-${panics}\nExecStart=-${panics}\n`,
  'unwatched.service': `[Service]\nType=oneshot\nExecStart=-${panics}\n`,
  'worker.service': '[Service]\nExecStart=/srv/my-worker 100000\n',
  // Its shell ends, and leaves the program behind.
  'leaves.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "/srv/my-worker 100001 &"\n',
  // The shell becomes a program that never asks about the child of the shell.
  'forgets.service': '[Service]\nExecStart=/bin/sh -c "sleep 0 & exec sleep 100000"\n',
});

describe('node-report in a booted machine', () => {
  test('says of units and processes what systemctl, journalctl and ps say, to nobody but what an ordinary user may see', async (t) => {
    needRoot();
    const units = unitsWith(panicking(t));
    const { must, run, write } = await bootSystemd(t, units, []);
    must('cp', '/bin/sleep', '/srv/my-worker');
    // Some fail.
    run('systemctl', 'start', ...Object.keys(units));
    const watched = Object.keys(units).filter((name) => name !== 'unwatched.service');
    write('/srv/node.yaml', `node: { services: [${watched.join()}, missing.service], processes: [my-worker] }\n`);
    const report = (...as: string[]) => {
      const bundle = '/opt/ops-monitor/dist/node-report.cjs';
      const { status, stdout, stderr } = run(...as, node, bundle, '--json', '--config', '/srv/node.yaml');
      assert.equal(`${status} ${stderr}`, '0 ');
      const { services, processes, errors } = JSON.parse(stdout) as Report;
      const ours = errors.filter(({ section }) => section === 'services' || section === 'processes');
      return { ...services, ...processes, errors: ours };
    };
    const show = (unit: string, property: string): string => must('systemctl', 'show', '-P', property, unit).trim();
    const restarts = (): number => Number(show('loop.service', 'NRestarts'));
    await until(() => restarts() > 3);

    const before = restarts();
    const read = report();
    const after = restarts();
    const byNobody = report(...asNobody);

    assert.deepEqual(read.errors, []);
    assert.deepEqual(
      read.services.map(({ name }) => name),
      watched.toSorted(),
    );
    for (const one of read.services.filter(({ name }) => name !== 'loop.service')) {
      const unit = String(one['name']);
      const says = ['ActiveState', 'SubState', 'UnitFileState', 'NRestarts', 'MainPID'].map((name) => show(unit, name));
      const found = ['active_state', 'sub_state', 'enabled', 'n_restarts'].map((name) => String(one[name]));
      assert.deepEqual([...found, String(Number(one['main_pid'] ?? 0))], says, unit);
      assert.equal(one['restart_loop_risk'], false, unit);
    }
    const loop = read.services.find(({ name }) => name === 'loop.service');
    const count = Number(loop?.['n_restarts']);
    assert.ok(before <= count && count <= after, `${before} ${count} ${after}`);
    assert.equal(loop?.['restart_loop_risk'], true);
    const good = read.services.find(({ name }) => name === 'good.service');
    const memory = Number(show('good.service', 'MemoryCurrent')) / 1024 ** 2;
    assert.ok(Math.abs(Number(good?.['memory_current_mb']) - memory) < memory / 5, JSON.stringify(good));
    assert.ok(memory > 50, `${memory}`);

    const failed = must('systemctl', 'list-units', '--failed', '--plain', '--no-legend');
    assert.deepEqual(
      read.failed_units,
      failed
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    );
    assert.deepEqual(read.failed_units, ['bad.service']);

    const lines = must('journalctl', '-o', 'cat', '-u', 'panics.service').match(/^panic: .*$/gm);
    assert.deepEqual(lines, ['panic: assignment to entry in nil map', 'panic: assignment to entry in nil map']);
    assert.equal(read.panic_count, lines.length);

    const pidOf = (pattern: string): number => Number(must('pgrep', '-f', pattern));
    const shown = (all: readonly Process[]) => all.map(({ pid, ppid, command }) => ({ pid, ppid, command }));
    assert.deepEqual(shown(read.orphans), [{ pid: pidOf('^/srv/my-worker 100001'), ppid: 1, command: 'my-worker' }]);

    // What needs no rights is the same.
    const { services, failed_units, orphans, panic_count, errors } = byNobody;
    const states = (all: readonly Fields[]) =>
      all.map(({ name, active_state, main_pid, restart_loop_risk }) => [
        name,
        active_state,
        main_pid,
        restart_loop_risk,
      ]);
    const withoutLoop = (all: readonly Fields[]) => states(all.filter(({ name }) => name !== 'loop.service'));
    assert.deepEqual(withoutLoop(services), withoutLoop(read.services));
    assert.deepEqual([failed_units, shown(orphans)], [read.failed_units, shown(read.orphans)]);
    const { stdout, stderr } = run(...asNobody, 'journalctl', '--output=cat', '--unit=panics.service');
    assert.equal(stdout, '');
    assert.equal(panic_count, null);
    assert.deepEqual(errors, [{ section: 'processes', part: 'panics', reason: `journalctl: ${stderr.trim()}` }]);

    // A child that ended just now may still be asked about.
    const parent = Number(show('forgets.service', 'MainPID'));
    const [zombie = '', state] = must('ps', '--ppid', `${parent}`, '-o', 'pid=,stat=').trim().split(/ +/);
    assert.match(state ?? '', /^Z/);
    const age = (): number => Number(must('ps', '-o', 'etimes=', '-p', zombie));
    assert.ok(age() > 60 || read.zombies.length === 0);
    await sleep((61 - age()) * 1000);
    for (const { zombies } of [report(), report(...asNobody)])
      assert.deepEqual(shown(zombies), [{ pid: Number(zombie), ppid: parent, command: 'sleep' }]);
  });
});
