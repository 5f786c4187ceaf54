// fleet-snapshot as its timer runs it, and what the other stages make of what it leaves.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { flatten, type Verdict } from '../../lib/archive/flatten.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { sections } from '../../lib/snapshot/sections/index.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { makeFakeSsh } from './fake-ssh.ts';
import { reportWith } from './fleet.ts';

const report = (mem_use_pct: number): string =>
  reportWith(
    { system: { time_unix: 1, cpu_count: 2, load_avg_1: 1, mem_use_pct, disk_use_pct: 30 } },
    { timestamp: new Date().toISOString() },
  );

function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const ssh = makeFakeSsh(folder);
  const usual = environmentIn(folder);
  const env = { ...usual, PATH: `${ssh.bin}:${usual.PATH}` };
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      files: { state },
      filesystems: {},
      fleet: {
        watch: ['devnet'],
        environments: { devnet: { nodes: { node1: {}, node2: { ssh: 'root@192.0.2.2' } } } },
      },
    }),
  );
  const run = (stage: string, ...argv: readonly string[]) =>
    runProcess([process.execPath, join(root, 'dist', `${stage}.cjs`), '--config', config, ...argv], env);
  const json = (...path: readonly string[]) => JSON.parse(readText(join(state, ...path))) as Record<string, never>;
  return { ssh, run, json, state };
}

const levelsOf = (health: unknown): Record<string, string> =>
  Object.fromEntries(
    (health as { observations: { check: string; subject: string; level: string }[] }).observations
      .filter(({ check }) => check === 'fleet-alert')
      .map(({ subject, level }) => [subject, level]),
  );

describe('fleet-snapshot', () => {
  test('the snapshot and health of this machine tell of each node, and of a node that is mended', (t) => {
    const { ssh, run, json, state } = makeSite(t);
    ssh.setReport('node1', report(95));
    assert.equal(run('fleet-snapshot').status, 0);
    const latest = json('monitoring', 'fleet', 'latest.json') as unknown as {
      environments: { devnet: { alerts: { id: string }[]; nodes: Record<string, { reached: boolean }> } };
    };
    assert.deepEqual(
      latest.environments.devnet.alerts.map(({ id }) => id),
      ['node-reached:node2', 'memory:node1'],
    );
    assert.deepEqual(
      Object.values(latest.environments.devnet.nodes).map(({ reached }) => reached),
      [true, false],
    );
    assert.match(
      readText(join(state, 'textfiles', 'fleet.prom')),
      /^ops_fleet_node_memory_used_ratio\{.*node="node1".*\} 0\.95$/m,
    );

    for (const stage of ['collect-snapshot', 'assess-health', 'write-report'])
      assert.equal(run(stage).status, 0, stage);
    assert.deepEqual(levelsOf(json('health', 'latest_health.json')), {
      devnet: 'green',
      'devnet.node1': 'green',
      'devnet.node1:memory:node1': 'amber',
      'devnet.node1:others': 'green',
      'devnet.node2': 'red',
    });
    // Names of alerts come and go: metrics and archive know the node, at the worst of its levels.
    const metrics = readText(join(state, 'textfiles', 'ops_monitor_health.prom'));
    const levels = metrics.split('\n').filter((line) => line.startsWith('ops_monitor_check_level{check="fleet-alert"'));
    assert.deepEqual(
      levels.map((line) => line.replace(/^.*subject="(.*)"\} /, '$1 ')),
      ['devnet 0', 'devnet.node1 1', 'devnet.node2 2'],
    );
    assert.match(
      metrics,
      /^ops_monitor_check_message\{check="fleet-alert",subject="devnet.node1",message="[^"]*memory/m,
    );

    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const judged = JSON.parse(readText(join(state, 'health', `health_${day}.jsonl`))) as Verdict;
    const { variables } = flatten(sections, json('raw', 'latest.json') as unknown as Snapshot, judged);
    const names = [...variables.keys()];
    assert.ok(names.includes('level_fleet_alert_devnet_node1') && names.includes('fleet_devnet_node1_reached'));
    assert.deepEqual(
      names.filter((name) => /memory_node1|node_reached/.test(name)),
      [],
    );

    ssh.setReport('root@192.0.2.2', report(20));
    ssh.setReport('node1', report(20));
    for (const stage of ['fleet-snapshot', 'collect-snapshot', 'assess-health'])
      assert.equal(run(stage).status, 0, stage);
    assert.deepEqual(new Set(Object.values(levelsOf(json('health', 'latest_health.json')))), new Set(['green']));
  });

  test('figures are those of the report, and none where its section is not as it should be', (t) => {
    const { ssh, run, json, state } = makeSite(t);
    ssh.setReport('node1', report(20));
    const wrong = { time_unix: 1, cpu_count: 2, load_avg_1: 1, mem_use_pct: 'ninety', disk_use_pct: 30 };
    ssh.setReport('root@192.0.2.2', reportWith({ system: wrong }, { timestamp: new Date().toISOString() }));
    for (const stage of ['fleet-snapshot', 'collect-snapshot']) assert.equal(run(stage).status, 0, stage);

    const figures = { memory_used_percent: 20, disk_used_percent: 30, load_per_processor: 0.5 };
    const { environments } = json('monitoring', 'fleet', 'latest.json') as unknown as {
      environments: { devnet: { nodes: Record<string, { figures: object }>; alerts: { message: string }[] } };
    };
    const { nodes, alerts } = environments.devnet;
    assert.deepEqual([nodes['node1']?.figures, nodes['node2']?.figures], [figures, {}]);
    assert.deepEqual(
      alerts.map(({ message }) => message),
      ['system of node2 could not be read: its report is wrong: mem_use_pct: expected number; got "ninety"'],
    );

    const metrics = readText(join(state, 'textfiles', 'fleet.prom'));
    for (const name of ['memory_used_ratio', 'disk_used_ratio', 'load_per_processor']) {
      assert.match(metrics, new RegExp(`^ops_fleet_node_${name}\\{.*node="node1"`, 'm'));
      assert.doesNotMatch(metrics, new RegExp(`^ops_fleet_node_${name}\\{.*node="node2"`, 'm'));
    }
    assert.match(metrics, /^ops_fleet_node_reached\{.*node="node2".*\} 1$/m);

    const { sections } = json('raw', 'latest.json') as unknown as {
      sections: { fleet: { data: Record<string, { data: Record<string, unknown> }> } };
    };
    const read = (item: string) => {
      const { memory_used_percent, disk_used_percent, load_per_processor } = sections.fleet.data[item]?.data ?? {};
      return { memory_used_percent, disk_used_percent, load_per_processor };
    };
    assert.deepEqual(read('devnet.node1'), figures);
    assert.deepEqual(Object.values(read('devnet.node2')), [undefined, undefined, undefined]);
    assert.equal(sections.fleet.data['devnet.node2']?.data['reached'], true);
  });

  test('a file that cannot be used is told by what is wrong with it', (t) => {
    const { ssh, run, json, state } = makeSite(t);
    ssh.setReport('node1', report(20));
    const file = join(state, 'monitoring', 'fleet', 'latest.json');
    const reason = (): string => {
      assert.equal(run('collect-snapshot').status, 0);
      const { sections } = json('raw', 'latest.json') as unknown as { sections: { fleet: { reason: string } } };
      return sections.fleet.reason;
    };
    assert.match(
      reason(),
      /^fleet-snapshot has found nothing yet: there is no \S+latest\.json; .*ops-monitor-fleet\.timer$/,
    );
    assert.equal(run('fleet-snapshot').status, 0);
    const good = JSON.parse(readText(file)) as object;
    const in20Minutes = new Date(Date.now() + 20 * 60_000).toISOString();
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ ...good, environments: [] }, /latest\.json is not as expected: environments: expected object; got \[\]$/],
      [{ ...good, schema_version: 99 }, /latest\.json was written by a newer version of ops-monitor/],
      [{ ...good, at: in20Minutes }, /^fleet-snapshot ran in the future \(\S+ in \S+latest\.json\): a clock is wrong$/],
      [
        { ...good, at: '2026-11-20T08:00:00.000Z' },
        /^fleet-snapshot has not run since 2026-11-20T08:00:00\.000Z \(.* ago\); to run/,
      ],
    ];
    for (const [content, words] of cases) {
      writeFileSync(file, JSON.stringify(content));
      assert.match(reason(), words);
    }
  });

  test('before the first run, and long after the last, every node is unknown', (t) => {
    const { run, json, state } = makeSite(t);
    const unknown = (): void => {
      for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(run(stage).status, 0, stage);
      assert.deepEqual(new Set(Object.values(levelsOf(json('health', 'latest_health.json')))), new Set(['unknown']));
    };
    unknown();
    assert.equal(run('fleet-snapshot').status, 0);
    const file = join(state, 'monitoring', 'fleet', 'latest.json');
    const old = new Date(Date.now() - 20 * 60_000).toISOString();
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readText(file)) as object), at: old }));
    unknown();
    writeFileSync(file, '{"schema_version": 1, "environments":');
    unknown();
  });

  test('a file that cannot be read, or is of an earlier version, keeps no run from its work', (t) => {
    const { ssh, run, json, state } = makeSite(t);
    const file = join(state, 'monitoring', 'fleet', 'latest.json');
    const earlier = () => {
      const { environments } = json('monitoring', 'fleet', 'latest.json') as unknown as {
        environments: { devnet: { earlier: { id: string; level: string }[] } };
      };
      return environments.devnet.earlier.map(({ id, level }) => `${level} ${id}`);
    };
    ssh.setReport('node1', report(95));
    assert.equal(run('fleet-snapshot').status, 0);
    const text = readText(file);
    const { environments, ...about } = JSON.parse(text) as { environments: { devnet: { alerts: object[] } } };
    const { earlier: _none, ...devnet } = environments.devnet as Record<string, unknown>;
    const old = environments.devnet.alerts.map((alert) => {
      const { value: _value, unit: _unit, limit: _limit, since: _since, ...rest } = alert as Record<string, unknown>;
      return rest;
    });
    writeFileSync(file, JSON.stringify({ ...about, environments: { devnet: { ...devnet, alerts: old } } }));
    for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(run(stage).status, 0, stage);
    assert.equal(levelsOf(json('health', 'latest_health.json'))['devnet.node1:memory:node1'], 'amber');
    ssh.setReport('node1', report(20));
    assert.equal(run('fleet-snapshot').status, 0);
    assert.deepEqual(earlier(), ['green memory:node1']);

    writeFileSync(file, text.slice(0, 500));
    const { status, stderr } = run('fleet-snapshot');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /the file of the last run could not be used and was set aside \(\S+latest\.json\.broken-/);
    assert.deepEqual(earlier(), []);
  });

  test('a dry run writes nothing, and without a watched environment it says which key is missing', (t) => {
    const { ssh, run, state } = makeSite(t);
    ssh.setReport('node1', report(20));
    const dry = run('fleet-snapshot', '--dry-run');
    assert.equal(dry.status, 0, dry.stderr);
    assert.throws(() => readText(join(state, 'monitoring', 'fleet', 'latest.json')));
    const empty = join(temporaryFolder(t), 'config.yaml');
    writeFileSync(empty, JSON.stringify({ files: { state } }));
    const refused = runProcess([process.execPath, join(root, 'dist', 'fleet-snapshot.cjs'), '--config', empty]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /no environment is watched: `fleet.watch`/);
  });
});
