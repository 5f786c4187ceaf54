// What the rules for Prometheus promise to whoever is paged. What they do with series is tried by promtool (test/real/rules.test.ts).
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { red, snapshotPolicies } from '../lib/alerts/policies.ts';
import { assertGolden } from './golden.ts';
import { root } from './process.ts';
import { ruleFiles, rulesIn } from './rules.ts';
import { readText } from './world.ts';

describe('rules for Prometheus', () => {
  for (const name of ruleFiles)
    test(`${name}: each alert has a severity and a service, says what to do, and its runbook exists`, () => {
      const rules = rulesIn(name);
      assert.ok(rules.length > 0);
      for (const { alert, labels, annotations } of rules) {
        assert.match(labels['severity'] ?? '', /^(critical|warning|info)$/, alert);
        assert.match(labels['service'] ?? '', /^[a-z-]+$/, alert);
        assert.ok(annotations['summary'], alert);
        assert.match(annotations['description'] ?? '', /^[^{]+\.$/, `${alert}: what to do does not change`);
        const [, page = '', heading] =
          /^\/usr\/lib\/ops-monitor\/(ops\/runbooks\/\S+\.md)#(\S+)$/.exec(annotations['runbook'] ?? '') ?? [];
        assert.equal(heading, alert.toLowerCase());
        assert.match(readText(join(root, page)), new RegExp(`^## ${alert}$`, 'm'));
      }
    });

  test('no two alerts have one name', () => {
    const alerts = ruleFiles.flatMap(rulesIn).map(({ alert }) => alert);
    assert.deepEqual(alerts, [...new Set(alerts)]);
  });

  test('a red observation is reported by Prometheus after the time after which send-alerts mails it', () => {
    const rules = rulesIn('ops-monitor').filter(({ expr }) => expr.startsWith('ops_monitor:red'));
    const holdOf = (check: string): string[] =>
      rules.flatMap(({ expr, for: hold = '' }) => {
        const [, not, pattern = ''] = /check(!?)=?~"(.*)"/.exec(expr) ?? [];
        return new RegExp(`^(?:${pattern})$`).test(check) === (not === '') ? [hold] : [];
      });
    const expected: [string, string | undefined][] = [
      ['endpoint-status', red.hold?.[1]],
      ...Object.entries(red.exceptions ?? {}).flatMap(([check, own]): [string, string | undefined][] =>
        check === 'host-oom' ? [] : [[check, own['red-for']]],
      ),
      ...snapshotPolicies.flatMap(({ of = {}, hold }) =>
        hold === undefined ? [] : Object.keys(of).map((check): [string, string | undefined] => [check, hold[1]]),
      ),
    ];
    assert.ok(expected.length >= 7);
    for (const [check, hold] of expected) assert.deepEqual(holdOf(check), [hold], check);
  });

  test('ops/docs/prometheus.md lists every alert', () => {
    const page = join(root, 'ops', 'docs', 'prometheus.md');
    const [head] = readText(page).split('\n## The alerts\n', 1);
    const rows = ruleFiles.flatMap((name) =>
      rulesIn(name).map(
        ({ alert, labels, for: hold = 'at once' }) =>
          `| [${alert}](../runbooks/prometheus/${name}.md#${alert.toLowerCase()}) | ${labels['severity']} | ${labels['service']} | ${hold} |`,
      ),
    );
    const table = `| alert | severity | service | after |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
    assertGolden(page, `${head}\n## The alerts\n\n${table}`);
  });
});
