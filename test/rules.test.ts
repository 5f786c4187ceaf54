// What the rules for Prometheus promise to whoever is paged. What they do with series is tried by promtool (test/real/rules.test.ts).
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { red, snapshotPolicies } from '../lib/alerts/policies.ts';
import { formatDuration } from '../lib/core/quantity.ts';
import { assertGolden } from './golden.ts';
import { root } from './process.ts';
import { promises, steps, sumOf } from './promises.ts';
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

  test('ops/docs/alertmanager.md says within what time a full disk is mailed, by each path', () => {
    const page = join(root, 'ops', 'docs', 'alertmanager.md');
    const promised = promises();
    const sums = Object.fromEntries(Object.entries(promised).map(([path, one]) => [path, sumOf(one)]));
    // The path that is there for the day when the other does not work comes after it.
    assert.ok((sums['`OpsMonitorCheck`'] ?? 0) > (sums['send-alerts, Alertmanager'] ?? 0));
    const row = (head: string, cells: readonly string[]): string => `| ${[head, ...cells].join(' | ')} |`;
    const shown = (value: number | undefined): string => (value === undefined ? '' : formatDuration(value));
    const table = [
      row('', Object.keys(promised)),
      row(
        '---',
        Object.keys(promised).map(() => '---'),
      ),
      ...steps.map((step) =>
        row(
          step,
          Object.values(promised).map((one) => shown(one[step])),
        ),
      ),
      row(
        'in all, at most',
        Object.values(sums).map((sum) => `**${shown(sum)}**`),
      ),
    ].join('\n');
    const [, before = '', after = ''] =
      /^([^]*\n## How long it takes\n\n.*\n\n)(?:\|.*\n)+([^]*)$/.exec(readText(page)) ?? assert.fail(page);
    assertGolden(page, `${before}${table}\n${after}`);
  });
});
