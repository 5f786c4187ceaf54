// One run of every stage that writes metrics: what lies in the textfile folder of a machine that uses the whole product.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { makeFakeSsh } from './fleet/fake-ssh.ts';
import { reportWith } from './fleet/fleet.ts';
import { serveHttp } from './http.ts';
import { environmentIn, root, runBeside } from './process.ts';
import { readText, temporaryFolder } from './world.ts';

/** Two, because a gate's families have its name; the phases after a failed one are skipped. */
const gates = ['alpha', 'nightly-build'] as const;

const hostTools = (folder: string): object => ({
  'gate-runs': Object.fromEntries(
    gates.map((gate) => [
      gate,
      {
        folder,
        phases: {
          unit: { command: ['cp', 'made.info', 'lcov.info'], coverage: 'lcov.info' },
          browser: { command: [gate === 'alpha' ? 'true' : 'false'] },
          publish: { command: ['true'] },
        },
      },
    ]),
  ),
  boot: {
    components: {
      database: {
        start: ['sh', '-c', `test -e ${folder}/again || { touch ${folder}/again; exit 1; }`],
        retries: 2,
        'back-off': '0s',
      },
      web: { start: ['true'], after: ['database'] },
      broken: { start: ['false'] },
      report: { start: ['true'], after: ['broken'] },
    },
  },
  watchdog: {
    services: {
      ours: { 'pid-file': join(folder, 'pid'), limits: { cpu: '1000%' } },
      gone: { 'command-line': `${folder}/*`, restart: { with: ['true'] } },
    },
  },
  rehearsal: {
    connectors: { up: { command: ['true'] }, down: { command: ['false'], required: false } },
    'smoke-test': { command: ['echo', '{}'] },
    credentials: {
      fresh: { file: join(folder, 'junit.xml'), 'max-age': '1d' },
      unread: { file: join(folder, 'none'), 'max-age': '1d' },
    },
    doctrine: { command: ['true'] },
    drill: { start: new Date(Date.now() - 60_000).toISOString() },
  },
  'test-results': { unit: join(folder, 'junit.xml') },
});

const junit = `<testsuite name="s"><testcase classname="c" name="fast" time="0.1"/>
<testcase classname="c" name="slow" time="2.5"><failure/></testcase></testsuite>`;

/** The folder with the textfiles of all stages. A stage that writes a new textfile gets a line here. */
export async function writeTextfiles(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const { url } = await serveHttp(t, () => ({ status: 200, body: 'OK' }));
  const state = join(folder, 'state');
  writeFileSync(join(folder, 'made.info'), 'SF:a\nLF:4\nLH:3\nend_of_record\n');
  writeFileSync(join(folder, 'pid'), `${process.pid}\n`);
  writeFileSync(join(folder, 'junit.xml'), junit);
  const env = { ...environmentIn(folder), OPS_HEARTBEAT_URL: `${url}/ping/1`, OPS_THERMAL_URL: `${url}/ping/2` };

  const run = async (configuration: object, stage: string, ...argv: string[]): Promise<void> => {
    const config = join(folder, 'config.yaml');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({ files: { state }, ...configuration }));
    const bundle = join(root, 'dist', `${stage}.cjs`);
    const { status, stderr } = await runBeside([process.execPath, bundle, '--config', config, ...argv], env);
    assert.equal(status, 0, `${stage}: ${stderr}`);
  };
  const ssh = makeFakeSsh(folder);
  const system = { time_unix: 1, cpu_count: 2, load_avg_1: 1, mem_use_pct: 20, disk_use_pct: 30 };
  ssh.setReport('node1', reportWith({ system }));
  env.PATH = `${ssh.bin}:${env.PATH}`;
  const tools = hostTools(folder);
  await run(
    { fleet: { watch: ['devnet'], environments: { devnet: { nodes: { node1: {}, node2: {} } } } } },
    'fleet-snapshot',
  );
  await run(tools, 'watch-services');
  for (const gate of gates) await run(tools, 'run-gate', gate);
  await run(tools, 'run-boot');
  await run(tools, 'run-rehearsal');
  await run(tools, 'test-metrics');

  const on = (...machine: string[]) => ({ hosts: { local: { folder: join(root, 'test', ...machine) } } });
  const hot = { ...on('thermal', 'machines', 'amd-desktop'), thermal: { beat: { url: '$OPS_THERMAL_URL' } } };
  // A beat writes how the one before was received.
  for (let turn = 0; turn < 2; turn++) await run(hot, 'thermal-heartbeat');

  const healthy = parse(readText(join(root, 'test', 'hosts', 'healthy', 'config.yaml'))) as object;
  const cycle = { ...healthy, ...on('hosts', 'healthy'), heartbeat: { url: '$OPS_HEARTBEAT_URL' } };
  for (const stage of ['collect-snapshot', 'assess-health', 'write-report', 'send-alerts', 'confirm-cycle'])
    await run(cycle, stage);
  // Rates are those since the run before, a second ago at least.
  await sleep(1000);
  await run(tools, 'watch-services');
  return join(state, 'textfiles');
}

/** Series, with its labels in the order of their names → value: as Prometheus tells one series from another. */
export function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? assert.fail(line);
      const pairs = [...labels.matchAll(/\w+="(?:[^"\\]|\\.)*"/g)].map(([pair]) => pair).sort();
      return [`${name}{${pairs.join(',')}}`, Number(value)];
    }),
  );
}
