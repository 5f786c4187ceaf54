// fleet-snapshot as its timer runs it, and what the other stages make of what it leaves.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
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
      'devnet.node1': 'amber',
      'devnet.node2': 'red',
    });

    ssh.setReport('root@192.0.2.2', report(20));
    ssh.setReport('node1', report(20));
    for (const stage of ['fleet-snapshot', 'collect-snapshot', 'assess-health'])
      assert.equal(run(stage).status, 0, stage);
    assert.deepEqual(new Set(Object.values(levelsOf(json('health', 'latest_health.json')))), new Set(['green']));
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
