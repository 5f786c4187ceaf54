// Passes another registry, with two sections and a check, to all code that takes a registry.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { flatten } from '../../lib/archive/flatten.ts';
import type { Check } from '../../lib/contract/check.ts';
import { flag, quantity } from '../../lib/contract/fields.ts';
import { defineProbe } from '../../lib/contract/probe.ts';
import type { ReadableOf, Registry } from '../../lib/contract/registry.ts';
import { defineSection, namesUnder } from '../../lib/contract/section.ts';
import { object } from '../../lib/contract/shape.ts';
import { runProbes } from '../../lib/engine/probes.ts';
import { assess } from '../../lib/health/assess.ts';
import { explain, renderExplanation } from '../../lib/health/explanation.ts';
import { latestHealth } from '../../lib/health/files.ts';
import { renderTextfile } from '../../lib/health/textfile.ts';
import { renderReport } from '../../lib/report/render.ts';
import { latest, type Snapshot } from '../../lib/snapshot/files.ts';
import { configurationOf, runId, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T07:46:00Z');

interface Farm {
  readonly tanks: Readonly<Record<string, number>>;
}

const tanks = defineSection({
  many: true,
  source: 'the float in the tank (try: look into it)',
  noun: 'tank',
  subjects: ({ tanks: own }: Farm) => namesUnder('tanks', own),
  schema: object({ filled_percent: quantity('percent', 'water in the tank') }),
  group: 'tanks',
  table: {
    title: 'Tanks',
    columns: ['tank', 'filled'],
    rows: ({ filled_percent }, name) => [[name, `${filled_percent} %`]],
  },
});
const pump = defineSection({
  many: false,
  source: 'the switch of the pump',
  noun: 'subject',
  subjects: () => [{ name: 'pump', path: ['pump'] }],
  schema: object({ running: flag('pump is running') }),
  group: 'tanks',
  table: { title: 'Pump', columns: ['running'], rows: ({ running }) => [[running ? 'yes' : 'no']] },
});
const sections = { tanks, pump };

const farm = {
  sections,
  probes: [
    defineProbe<typeof tanks.schema, Farm>({
      name: 'tanks',
      summary: 'water',
      section: tanks,
      items: async ({ config }) => Object.keys(config.tanks),
      read: async ({ config, item }) => ({ filled_percent: config.tanks[item] ?? Number.NaN }),
    }),
    defineProbe<typeof pump.schema, Farm>({
      name: 'pump',
      summary: 'whether it runs',
      section: pump,
      read: async () => ({ running: true }),
    }),
  ],
  checks: [
    {
      name: 'tank-filled',
      summary: 'a tank runs dry',
      needs: ['tanks'],
      assess: (read) =>
        Object.entries(read.tanks).map(([subject, { filled_percent: value }]) => ({
          subject,
          level: value < 20 ? ('red' as const) : ('green' as const),
          value,
          unit: 'percent',
          limit: { value: 20, key: '' },
          message: `${subject} is ${value} % full`,
        })),
    } satisfies Check<Pick<ReadableOf<typeof sections>, 'tanks'>>,
  ],
} satisfies Registry;

async function snapshotOf(config: Farm): Promise<Snapshot> {
  const { sections: read } = await runProbes<Farm>({
    probes: farm.probes,
    config,
    bootId: '',
    previous: {},
    now: () => at,
    monotonicMs: () => 0,
    openHost: () => assert.fail('no machine is looked at'),
    timeoutMs: 1000,
    budgetMs: 1000,
    width: 2,
  });
  return {
    schema_version: 1,
    time_utc: at.toISOString(),
    snapshot_time_utc: at.toISOString(),
    run_id: runId,
    site: 'farm',
    hostname: 'barn',
    boot_id: '',
    product_version: '0',
    collection_ms: 3,
    sections: read,
  };
}

describe('contract/registry', () => {
  test('a second registry is read, judged, explained, reported, exported and archived like the first', async (t) => {
    const snapshot = await snapshotOf({ tanks: { north: 80, south: 12, broken: Number.NaN } });
    const own = { missing: '', stages: [], heartbeat: undefined, config: configurationOf(''), hostname: 'barn' };
    const health = assess(farm, { snapshot, ...own, at });
    const levels = Object.fromEntries(health.observations.map(({ id, level }) => [id, level]));
    assert.deepEqual(levels, {
      'snapshot-age:snapshot': 'green',
      'tank-filled:broken': 'unknown',
      'tank-filled:north': 'green',
      'tank-filled:south': 'red',
    });

    const world = worldIn(temporaryFolder(t), { at });
    await world.replace(latest, snapshot, at);
    await world.replace(latestHealth, health, at);
    const explanation = await explain(farm, 'tank-filled:south', world, () => '', undefined);
    assert.match(
      renderExplanation(explanation, at, Infinity),
      /read {5}tanks\.south, [^]*by {7}the float [^]*"filled_percent": 12/,
    );

    const report = renderReport({ definitions: sections, health, snapshot, alerts: undefined, at, folder: '' });
    assert.match(
      report,
      /^## Tanks\n\n\| tank \| filled \|\n.*\n\| north \| 80 % \|\n\| south \| 12 % \|\n\n## Pump$/m,
    );
    assert.match(report, /^\| tanks\.broken \| failed \(shape\) \|/m);

    const about = { sections: snapshot.sections, validSeconds: 900, version: '1.0.0' };
    const exposed = renderTextfile(sections, health, about);
    assert.match(exposed, /^ops_monitor_check_level\{check="tank-filled",subject="south"\} 2$/m);
    assert.match(exposed, /^ops_monitor_check_message\{check="tank-filled",subject="south",message=".*12 %.*"\} 1$/m);
    assert.match(exposed, /^ops_monitor_probe_success\{probe="tanks",item="broken"\} 0$/m);
    assert.match(exposed, /^ops_monitor_probe_success\{probe="pump",item=""\} 1$/m);

    const { values, variables } = flatten(sections, snapshot, { overall_level: health.overall_level, levels });
    assert.deepEqual(
      ['tank_south_filled_percent', 'pump_running', 'level_tank_filled_south'].map((name) => values.get(name)),
      [12, 1, 2],
    );
    assert.deepEqual(variables.get('tank_south_filled_percent')?.attributes, {
      long_name: 'water in the tank',
      units: 'percent',
    });
  });

  test('a section whose name ends in s without being a plural keeps its name in the archive', async () => {
    const snapshot = await snapshotOf({ tanks: { north: 80 } });
    const { tanks: read } = snapshot.sections;
    const named = (ups: Partial<typeof tanks>): string[] => [
      ...flatten({ ups: { ...tanks, ...ups } }, { ...snapshot, sections: { ups: read! } }).values.keys(),
    ];
    assert.ok(named({ singular: 'ups' }).includes('ups_north_filled_percent'));
    assert.ok(named({}).includes('up_north_filled_percent'), 'without the word, as ever');
  });
});
