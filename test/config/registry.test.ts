// What a section says of the configuration, held against the configuration's own schema and against recorded machines: a
// section that is added cannot leave any of it out.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { checks, probes, sections } from '../../lib/config/registry.ts';
import { resolve } from '../../lib/config/resolve.ts';
import { configurationJsonSchema, type JsonSchema } from '../../lib/config/schema.ts';
import { alternatives, anyProperty } from '../../lib/config/walk.ts';
import type { AnyCheck } from '../../lib/contract/check.ts';
import type { Registry } from '../../lib/contract/registry.ts';
import { outcomesOf } from '../../lib/engine/readable.ts';
import type { Health } from '../../lib/health/files.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { configurationOf, readText } from '../world.ts';

const registry: Registry = { sections, probes, checks };

const problemsOf = (text: string): string => {
  const resolved = resolve({ path: 'site.yaml', text });
  return 'problems' in resolved ? resolved.problems.join('\n') : '';
};

/** The keys of the configuration that are chosen, with NAME for a name of one's own. */
function keysWhere(isChosen: (schema: JsonSchema, key: string) => boolean): string[] {
  const found = new Set<string>();
  const walk = (schema: JsonSchema, path: readonly string[]): void => {
    for (const option of alternatives(schema)) {
      if (isChosen(option, path.at(-1) ?? '')) found.add(path.join('.'));
      for (const [key, below] of Object.entries(option.properties ?? {})) walk(below, [...path, key]);
      const free = anyProperty(option);
      if (free) walk(free, [...path, 'NAME']);
      if (option.items) walk(option.items, path);
    }
  };
  walk(configurationJsonSchema(), []);
  return [...found].sort();
}

/** Each key under which a machine is named, with one that nobody knows. */
const nowhere: Readonly<Record<string, string>> = {
  'filesystems.NAME.host': 'filesystems: { x: { path: /x, host: nowhere } }',
  'gates.NAME.host': 'gates: { x: { file: /x, host: nowhere } }',
  'power.host': 'power: { store: /x, host: nowhere }',
  'streams.NAME.mirrors.NAME.host': 'streams: { x: { mirrors: { y: { root: /y, host: nowhere } } } }',
  'streams.NAME.source.host': 'streams: { x: { source: { root: /x, host: nowhere } } }',
  'workspace.host': 'workspace: { path: /x, host: nowhere }',
};

test('a machine that is not under `hosts` is refused wherever one can be named', () => {
  assert.deepEqual(
    Object.keys(nowhere),
    keysWhere((_, key) => key === 'host'),
  );
  for (const [key, text] of Object.entries(nowhere)) {
    const place = key.replace('NAME', 'x').replace('NAME', 'y');
    assert.ok(
      problemsOf(text).includes(`${place}: there is no host "nowhere" under \`hosts\` (there: none)`),
      `${text}: ${problemsOf(text)}`,
    );
    assert.equal(problemsOf(`hosts: { nowhere: { folder: /x } }\n${text}`), '', text);
  }
});

/** Each mapping with names of one's own, with two that would be one variable; or why they do not matter to the archive. */
const twins: Readonly<Record<string, string>> = {
  'alerts.alertmanager.labels': 'is no reading',
  'alerts.webhooks': 'is no reading',
  endpoints: 'endpoints: { a-b: "http://x/", a_b: "http://y/" }',
  filesystems: 'filesystems: { a-b: /x, a_b: /y }',
  gates: 'gates: { a-b: /x, a_b: /y }',
  git: 'git: { a-b: /x, a_b: /y }',
  hosts: 'hosts: { a-b: { ssh: x }, a_b: { ssh: y } }',
  streams: 'streams: { a-b: {}, a_b: {} }',
  'streams.NAME.mirrors': 'streams: { s: { mirrors: { a-b: { root: /x }, a_b: { root: /y } } } }',
  'streams.NAME.units': 'is a word in a list',
};

test('two names that would be one variable in the archive are refused wherever names are one’s own', () => {
  assert.deepEqual(
    Object.keys(twins),
    keysWhere((schema) => schema.propertyNames?.pattern !== undefined),
  );
  for (const [key, text] of Object.entries(twins).filter(([, one]) => one.includes(':')))
    assert.match(problemsOf(text), /a-b" and ".*a_b" would be one variable in the archive/, key);
});

test('once the filesystems are named too, every section knows its subjects', () => {
  const config = configurationOf('filesystems: { data: /data }');
  for (const [name, section] of Object.entries(registry.sections)) assert.ok(section.subjects(config), name);
});

test('an exception for a subject that nobody watches is refused for every limit there is', () => {
  const limited = checks.flatMap(({ limits }: AnyCheck) => (limits ? [limits.key] : []));
  assert.ok(limited.length >= 18);
  for (const key of limited) {
    const told = problemsOf(`filesystems: { data: /data }\nlimits: { ${key}: { for: { nobody: {} } } }`);
    assert.ok(told.includes(`limits.${key}.for.nobody: there is no `), `${key}: ${told}`);
  }
});

const machines = join(dirname(fileURLToPath(import.meta.url)), '..', 'hosts');

test('on recorded machines every check judges subjects that its section names, and every table has its columns', () => {
  let [observed, shown] = [0, 0];
  for (const machine of readdirSync(machines)) {
    const expected = (file: string): unknown => JSON.parse(readText(join(machines, machine, 'expected', file)));
    const config = configurationOf(readText(join(machines, machine, 'config.yaml')));
    for (const { id, check, subject } of (expected('latest_health.json') as Health).observations) {
      const needs = registry.checks.find(({ name }) => name === check)?.needs ?? [];
      const subjects = needs.map((need) => registry.sections[need]?.subjects(config)?.map(({ name }) => name));
      if (needs.length === 0 || subjects.includes(undefined)) continue;
      observed += 1;
      assert.ok([...needs, ...subjects.flat()].includes(subject), `${machine}: ${id}`);
    }
    for (const { probe, item = probe, outcome } of outcomesOf(
      sections,
      (expected('latest.json') as Snapshot).sections,
    )) {
      const { table } = registry.sections[probe] ?? assert.fail(`there is no section ${probe}`);
      if (outcome.status !== 'ok') continue;
      for (const row of table.rows(outcome.data, item)) {
        shown += 1;
        assert.equal(row.length, table.columns.length, `${machine}: ${probe}: ${row.join(' | ')}`);
      }
    }
  }
  assert.ok(observed >= 40 && shown >= 40, `${observed} observations and ${shown} rows`);
});
