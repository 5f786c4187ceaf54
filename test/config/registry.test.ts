// Compares every section with the configuration’s schema and with recorded machines: a new section cannot be forgotten here.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
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

/** The configuration keys that `isChosen` accepts, with NAME for a free name. */
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
  return [...found];
}

/** The smallest valid value of a schema. */
function leastOf(schema: JsonSchema): unknown {
  const [option = {}] = alternatives(schema);
  if (option.type === 'object') return requiredOf(option);
  if (option.type === 'array') return ['/x'];
  return option.examples?.[0] ?? option.default ?? (option.format === 'uri' ? 'http://x/' : '/x');
}

const requiredOf = ({ required = [], oneOf: [first] = [], properties = {} }: JsonSchema): object =>
  Object.fromEntries([...required, ...(first?.required ?? [])].map((key) => [key, leastOf(properties[key] ?? {})]));

/** A configuration with `valueOf` at a key, and otherwise only required keys. */
function configurationWith(key: string, valueOf: (schema: JsonSchema) => unknown): string {
  const around = (schema: JsonSchema, [next, ...rest]: readonly string[]): unknown => {
    if (next === undefined) return valueOf(schema);
    const below = (one: JsonSchema) => (next === 'NAME' ? anyProperty(one) : one.properties?.[next]);
    const option = alternatives(schema).find(below) ?? assert.fail(`${key} is in no schema`);
    return { ...requiredOf(option), [next]: around(below(option) ?? {}, rest) };
  };
  return JSON.stringify(around(configurationJsonSchema(), key.split('.')));
}

describe('config/registry', () => {
  test('an undefined host is refused at every key that names one', () => {
    const keys = keysWhere((_, key) => key === 'host');
    assert.ok(keys.length >= 6);
    for (const key of keys) {
      const text = configurationWith(key, () => 'nowhere');
      const told = problemsOf(text);
      assert.ok(told.includes(`${key}: there is no host "nowhere" under \`hosts\` (there: none)`), `${text}: ${told}`);
      assert.equal(problemsOf(text.replace('{', '{"hosts":{"nowhere":{"folder":"/x"}},')), '', text);
    }
  });

  test('names that would share a variable in the archive are refused at every key with free names', () => {
    const keys = keysWhere((schema) => schema.propertyNames?.pattern !== undefined);
    // No reading is named after these, so the archive has no variables of them.
    const others = new Set(['alerts.alertmanager.labels', 'alerts.webhooks', 'streams.NAME.units']);
    const hostTools = /^(gate-runs|test-results|watchdog|boot|rehearsal|push|node|fleet)\b/;
    const archived = keys.filter((key) => !others.has(key) && !hostTools.test(key));
    // The smallest service is in no schema: one of three keys is needed.
    const services = '"a-b": { unit: a.service }, a_b: { unit: b.service }';
    assert.match(problemsOf(`watchdog: { services: { ${services} } }`), /a-b" and "a_b" would be one variable/);
    assert.ok(archived.length >= 7);
    for (const key of archived) {
      const text = configurationWith(key, (schema) => {
        const least = leastOf(anyProperty(schema) ?? {});
        return { 'a-b': least, a_b: least };
      });
      assert.match(problemsOf(text), /a-b" and ".*a_b" would be one variable in the archive/, text);
    }
  });

  test('every section knows its subjects when filesystems are configured', () => {
    const config = configurationOf('filesystems: { data: /data }');
    for (const [name, section] of Object.entries(registry.sections)) assert.ok(section.subjects(config), name);
  });

  test('an exception for an unwatched subject is refused for every limit', () => {
    const limited = checks.flatMap(({ limits }: AnyCheck) => (limits ? [limits.key] : []));
    assert.ok(limited.length >= 18);
    for (const key of limited) {
      const told = problemsOf(`filesystems: { data: /data }\nlimits: { ${key}: { for: { nobody: {} } } }`);
      assert.ok(told.includes(`limits.${key}.for.nobody: there is no `), `${key}: ${told}`);
    }
  });

  const machines = join(dirname(fileURLToPath(import.meta.url)), '..', 'hosts');

  test('on recorded machines every check judges subjects of its section, and every table row has all columns', () => {
    let [observed, shown] = [0, 0];
    for (const machine of readdirSync(machines)) {
      const expected = (file: string): unknown => JSON.parse(readText(join(machines, machine, 'expected', file)));
      const config = configurationOf(readText(join(machines, machine, 'config.yaml')));
      for (const { id, check, subject } of (expected('latest_health.json') as Health).observations) {
        const needs = registry.checks.find(({ name }) => name === check)?.needs ?? [];
        const subjects = needs.map((need) => registry.sections[need]?.subjects(config)?.map(({ name }) => name));
        if (needs.length === 0 || subjects.includes(undefined)) continue;
        observed += 1;
        const hasParts = needs.some((need) => registry.sections[need]?.hasParts);
        const isPart = subjects.flat().some((name) => hasParts && subject.startsWith(`${name}.`));
        assert.ok(isPart || [...needs, ...subjects.flat()].includes(subject), `${machine}: ${id}`);
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
});
