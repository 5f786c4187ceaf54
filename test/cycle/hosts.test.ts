// Runs the cycle on every recorded machine, and compares the files that it writes with goldens.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import { assessHealth } from '../../lib/health/assess.ts';
import { currentHealth } from '../../lib/health/current.ts';
import { openRecordedHost, readMachine } from '../../lib/io/recorded.ts';
import { writeReport } from '../../lib/report/report.ts';
import { collectSnapshot } from '../../lib/snapshot/collect.ts';
import { assertGolden } from '../golden.ts';
import { root } from '../process.ts';
import { configurationOf, placesIn, readText, temporaryFolder, worldIn } from '../world.ts';

const machines = join(import.meta.dirname, '..', 'hosts');
const names = readdirSync(machines);

describe('cycle/hosts', () => {
  test('there are at least three machines to test on', () => assert.ok(names.length >= 3, names.join(', ')));

  for (const name of names) {
    test(`a cycle on the recorded machine ${name} leaves the expected files`, async (t) => {
      const folder = temporaryFolder(t);
      const machine = join(machines, name);
      const { recorded_at } = await readMachine(machine);
      const at = new Date(recorded_at);
      const config = configurationOf(readText(join(machine, 'config.yaml')));
      const places = placesIn(folder);
      if (existsSync(join(machine, 'last_readings.json'))) {
        mkdirSync(places.state, { recursive: true });
        copyFileSync(join(machine, 'last_readings.json'), join(places.state, 'last_readings.json'));
      }
      const world = (later: number) =>
        worldIn(folder, {
          at: new Date(at.getTime() + later * 1000),
          config,
          openHost: (host, signal) => openRecordedHost(machine, host, signal),
        });

      await collectSnapshot.run(world(0));
      await assessHealth({ sections, checks }).run(world(2));
      await writeReport(sections, currentHealth).run(world(4));

      const day = recorded_at.slice(0, 10).replaceAll('-', '');
      const files = {
        'latest.json': join(places.raw, 'latest.json'),
        'latest_health.json': join(places.state, 'health', 'latest_health.json'),
        'health.jsonl': join(places.state, 'health', `health_${day}.jsonl`),
        'ops_monitor_health.prom': join(places.textfiles, 'ops_monitor_health.prom'),
        'health_report.md': join(places.state, 'health', `health_report_${day}.md`),
      };
      for (const [golden, path] of Object.entries(files)) {
        assertGolden(
          join(machine, 'expected', golden),
          readText(path).replaceAll(folder, '').replaceAll(root, '/opt/ops-monitor'),
        );
      }
      const line = JSON.parse(readText(join(places.raw, `ops_monitor_${day}.jsonl`))) as unknown;
      assert.deepEqual(
        line,
        JSON.parse(readText(files['latest.json'])),
        'the line is the same snapshot as latest.json',
      );
    });
  }
});
