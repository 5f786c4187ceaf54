// The rules for Prometheus, by its own tool: each alert fires when it should, stays away when it should, and says what to do.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { promtoolOf } from './packages.ts';
import { type Case, promtoolTests, type Rule } from './rules/cases.ts';

const folder = join(root, 'ops', 'prometheus', 'rules');
const names = readdirSync(folder).map((file) => basename(file, '.yml'));
const fileOf = (name: string): string => join(folder, `${name}.yml`);
const casesOf = async (name: string): Promise<readonly Case[]> =>
  ((await import(`./rules/${name}.ts`)) as { cases: readonly Case[] }).cases;

function rulesIn(name: string): Rule[] {
  const { groups } = parse(readText(fileOf(name))) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}
const alertsIn = (name: string): Rule[] => rulesIn(name).filter(({ alert }) => alert !== undefined);

describe('rules for Prometheus', () => {
  for (const name of names) {
    test(`${name}: promtool accepts the rules, and what they do with recorded series`, async (t) => {
      const promtool = promtoolOf(t);
      const tests = join(temporaryFolder(t), 'tests.yml');
      writeFileSync(tests, promtoolTests(fileOf(name), rulesIn(name), await casesOf(name)));
      for (const argv of [
        ['check', 'rules', '--lint-fatal', fileOf(name)],
        ['test', 'rules', tests],
      ]) {
        const { status, said } = promtool(argv);
        assert.equal(status, 0, said);
      }
    });

    test(`${name}: each alert fires in a test, and stays away in another`, async () => {
      const expected = (await casesOf(name)).flatMap(({ alerts }) => Object.entries(alerts));
      const alerts = alertsIn(name);
      assert.ok(alerts.length > 0);
      for (const { alert } of alerts) {
        const fired = expected.flatMap(([one, times]) => (one === alert ? Object.values(times) : []));
        assert.ok(
          fired.some((all) => all.length > 0),
          `${alert} fires in no test`,
        );
        assert.ok(
          fired.some((all) => all.length === 0),
          `${alert} stays away in no test`,
        );
      }
    });

    test(`${name}: each alert has a severity and a service, says what to do, and its runbook exists`, () => {
      for (const { alert = '', labels, annotations } of alertsIn(name)) {
        assert.match(labels['severity'] ?? '', /^(critical|warning|info)$/, alert);
        assert.match(labels['service'] ?? '', /^[a-z-]+$/, alert);
        assert.match(annotations['description'] ?? '', /^[^{]+\.$/, `${alert}: what to do does not change`);
        const [, page = '', heading] =
          /^\/usr\/lib\/ops-monitor\/(ops\/runbooks\/\S+\.md)#(\S+)$/.exec(annotations['runbook'] ?? '') ?? [];
        assert.equal(heading, alert.toLowerCase());
        assert.match(readText(join(root, page)), new RegExp(`^## ${alert}$`, 'm'));
      }
    });
  }

  test('no two alerts have one name', () => {
    const alerts = names.flatMap(alertsIn).map(({ alert }) => alert);
    assert.deepEqual(alerts, [...new Set(alerts)]);
  });
});
