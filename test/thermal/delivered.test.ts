// The dashboard, values, rules and page that are delivered with the program fit it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { sources } from '../../lib/thermal/sources/index.ts';
import { configurationOf, readText } from '../world.ts';
import { machines } from './beat.ts';

const ops = join(machines, '..', '..', '..', 'ops');

/** All machines together have every metric family. */
const exported = new Set(
  ['intel-server', 'two-nvme'].flatMap((machine) =>
    [...readText(join(machines, machine, 'expected', 'thermal.prom')).matchAll(/^# TYPE (\S+)/gm)].map(
      (match) => match[1],
    ),
  ),
);

describe('files delivered with the thermal heartbeat', () => {
  test('the board and the rules use only exported metrics', () => {
    // The tables are made from the output of all stages, also of families that no recorded machine has.
    const tabled = new Set(readText(join(ops, 'docs', 'textfiles.md')).match(/\bnode_thermal_\w+/g));
    for (const file of ['grafana/thermal.json', 'prometheus/rules/thermal.yml']) {
      const used = new Set(readText(join(ops, file)).match(/\bnode_thermal_\w+/g));
      assert.ok(used.size >= 5, file);
      for (const name of used) assert.ok(tabled.has(name), `${file} asks for ${name}`);
    }
  });

  test('node-exporter reads the textfile folder that is mounted', () => {
    const values = parse(readText(join(ops, 'node-exporter', 'node-exporter-values.yml'))) as {
      extraArgs: string[];
      extraHostVolumeMounts: { hostPath: string; mountPath: string; readOnly: boolean }[];
    };
    assert.deepEqual(values.extraArgs, ['--collector.textfile.directory=/var/lib/node-exporter/textfile']);
    const [mount] = values.extraHostVolumeMounts;
    assert.equal(mount?.hostPath, '/var/lib/node-exporter/textfile');
    assert.equal(mount?.mountPath, '/var/lib/node-exporter/textfile');
  });

  test('the page has valid configurations, and names every metric and source', () => {
    const page = readText(join(ops, 'docs', 'thermal.md'));
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    assert.ok(blocks.length >= 1);
    for (const block of blocks) configurationOf(block);
    for (const name of exported) {
      const short = name?.replace('node_thermal_source', '…') ?? '';
      assert.ok(page.includes(`\`${name}`) || page.includes(`\`${short}`), `${name} is not on the page`);
    }
    for (const { name } of sources)
      assert.ok(page.includes(`\n| \`${name}\` |`), `the source ${name} is not on the page`);
  });
});
