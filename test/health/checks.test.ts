// Runs every check on its cases (checks/), and tests what holds for all checks.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { AnyCheck } from '../../lib/contract/check.ts';
import type { Section } from '../../lib/contract/section.ts';
import type { Observation } from '../../lib/contract/observation.ts';
import { runChecks } from '../../lib/engine/checks.ts';
import { checks } from '../../lib/health/checks/index.ts';
import { inSeconds } from '../../lib/contract/quantities.ts';
import { healthConfig } from '../../lib/health/config.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { type Readable, sections } from '../../lib/snapshot/sections/index.ts';
import { assertGolden } from '../golden.ts';
import type { Case } from './case.ts';
import { cases } from './checks/index.ts';
import { endpoint, filesystem, host, timer } from './seen.ts';

const at = new Date('2026-11-20T07:46:00Z');
const all: readonly AnyCheck[] = checks;

const definitions: Readonly<Record<string, { readonly many: boolean }>> = sections;
const limitsOf = (written: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  inSeconds(healthConfig.limits.parse(written), 300);

function assess(name: string, { given, limits }: Pick<Case, 'given' | 'limits'>): Observation[] {
  const check = all.find((candidate) => candidate.name === name);
  assert.ok(check, `there is no check ${name}`);
  const ok = (data: unknown): Envelope => ({ status: 'ok', ms: 1, collected_at: '', data });
  const seen = Object.entries(given).map(([section, data]) => [
    section,
    ok(
      definitions[section]?.many
        ? Object.fromEntries(Object.entries(data).map(([item, one]) => [item, ok(one)]))
        : data,
    ),
  ]);
  return runChecks({
    checks: [check],
    sections: Object.fromEntries(seen) as Record<string, Envelope>,
    definitions: sections,
    limits: limitsOf(limits),
    at,
  }).map(({ observation }) => observation);
}

describe('health/checks', () => {
  for (const [name, list] of Object.entries(cases)) {
    for (const one of list) {
      test(`${name}: ${one.sees}`, () => {
        const findings = assess(name, one);
        assert.deepEqual(
          findings.map(({ subject }) => subject),
          Object.keys(one.find),
        );
        for (const { subject, level, value, limit, message, clears_when } of findings) {
          const expected = one.find[subject];
          assert.ok(expected);
          assert.equal(level, expected.level);
          if (typeof expected.value === 'number' && typeof value === 'number') {
            assert.ok(Math.abs(value - expected.value) < 1e-6, `the value is ${value} in place of ${expected.value}`);
          } else assert.equal(value, expected.value);
          assert.deepEqual(limit, expected.limit);
          for (const words of expected.says) {
            assert.ok(message.includes(words), `${JSON.stringify(message)} does not say ${JSON.stringify(words)}`);
          }
          assert.ok(expected.says.length > 0 && !message.includes('\n') && !message.includes('undefined'), message);
          assert.equal(clears_when === undefined, level === 'green', 'only what is not green can clear');
          if (expected.clears !== undefined) assert.equal(clears_when, expected.clears);
        }
      });
    }
  }

  test('a value just beyond a limit is not printed as the limit itself', () => {
    const across: [name: string, given: Partial<Readable>, asTheLimit: RegExp][] = [
      ['host-memory', { host: host({ memory_used_percent: 90.01 }) }, / is 90 % in use/],
      ['host-load', { host: host({ load_5: 8.01 }) }, /share 2 \(/],
      ['timer-overdue', { services: { 'sync.timer': timer(61) } }, /late by 1m \(/],
      ['endpoint-response', { endpoints: { web: endpoint({ response_ms: 2000.1 }) } }, /answers in 2s \(/],
      ['endpoint-certificate', { endpoints: { web: endpoint({ certificate_days_left: 13.99 }) } }, /ends in 14d \(/],
      ['filesystem-usage', { filesystems: { data: filesystem({ used_percent: 79.99 }) } }, /is 80 % full/],
    ];
    const lies = across.flatMap(([name, given, asTheLimit]) =>
      assess(name, { given }).flatMap(({ message }) => (asTheLimit.test(message) ? [message] : [])),
    );
    assert.deepEqual(lies, []);
    assert.ok(across.length >= 6);
  });

  test('an empty configuration has the known limits', () => {
    const known = join(import.meta.dirname, 'default-limits.txt');
    assertGolden(known, `${JSON.stringify(limitsOf(), undefined, 2)}\n`);
  });

  test('a limit without its unit, with another unit or unknown is refused, also under a subject', () => {
    const refused = [
      { filesystem: { amber: 80 } },
      { filesystem: { amber: '80' } },
      { filesystem: { yellow: '80%' } },
      { filesystem: { for: { data: { amber: '1h' } } } },
      { filesystem: { for: { data: { yellow: '80%' } } } },
      { timer: { red: 60 } },
      { timer: { amber: '1m' } },
      { dirty: { amber: '1' } },
      { dirty: { amber: 1.5 } },
      { dirty: { amber: -1 } },
      { load: { amber: 0 } },
      { disk: { amber: '80%' } },
    ];
    for (const written of refused) assert.throws(() => limitsOf(written), JSON.stringify(written));
    assert.ok(refused.length >= 12);
  });

  test('every check has cases, and all cases belong to a check', () => {
    assert.deepEqual(Object.keys(cases).toSorted(), all.map(({ name }) => name).toSorted());
    assert.ok(all.length >= 16);
    for (const [name, list] of Object.entries(cases)) assert.ok(list.length >= 2, name);
  });

  test('every limit has cases at, below and above it, and a case with an exception for one subject', () => {
    const tried: string[] = [];
    for (const { name, limits } of all) {
      if (!limits) continue;
      const byDefault = limitsOf()[limits.key] as Record<string, number>;
      const list = cases[name] ?? [];
      const values = list
        .filter((one) => one.limits === undefined)
        .flatMap(({ find }) => Object.values(find).map(({ value }) => Number(value)));
      for (const bound of ['amber', 'red'] as const) {
        if (!limits[bound]) continue;
        const limit = byDefault[bound] ?? Number.NaN;
        assert.ok(values.includes(limit), `${name} is not tried at ${bound} ${limit}`);
        assert.ok(
          values.some((value) => value < limit),
          `${name} is not tried below ${bound} ${limit}`,
        );
        assert.ok(
          values.some((value) => value > limit),
          `${name} is not tried above ${bound} ${limit}`,
        );
        tried.push(`${limits.key}.${bound}`);
      }
      const exceptions = list.filter((one) =>
        Object.values(one.find).some(({ limit }) => limit.key.startsWith(`limits.${limits.key}.for.`)),
      );
      assert.ok(exceptions.length > 0, `${name} has no exception for a subject`);
    }
    assert.ok(tried.length >= 14, `only ${tried.join(', ')}`);
  });

  test('a row of the report’s table has one cell for each column, for every section that a check needs', () => {
    const shown = new Set<string>();
    for (const { given } of Object.values(cases).flat()) {
      for (const [name, data] of Object.entries(given)) {
        const { many, table }: Section = sections[name as keyof Readable];
        for (const [item, one] of many ? Object.entries(data) : [[name, data] as const]) {
          for (const row of table.rows(one, item)) {
            shown.add(name);
            assert.equal(row.length, table.columns.length, `${name}: ${row.join(' | ')}`);
            assert.doesNotMatch(row.join(' | '), /\b(undefined|NaN)\b|\[object/, name);
          }
        }
      }
    }
    const judged = new Set(all.flatMap(({ needs }) => needs));
    assert.deepEqual(
      [...judged].filter((name) => !shown.has(name)),
      [],
      'its table has no row',
    );
  });
});
