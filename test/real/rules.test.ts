// The rules for Prometheus, by its own tool: each alert fires when it should, and stays away when it should.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse, stringify } from 'yaml';
import { root } from '../process.ts';
import { ruleFile, ruleFiles, rulesIn } from '../rules.ts';
import { readText, temporaryFolder } from '../world.ts';
import { promtoolOf } from './packages.ts';
import { casesOf, promtoolTests } from './rules/cases.ts';

describe('rules for Prometheus, by promtool', () => {
  for (const name of ruleFiles) {
    test(`${name}: promtool accepts the rules, and what they do with recorded series`, async (t) => {
      const promtool = promtoolOf(t);
      const tests = join(temporaryFolder(t), 'tests.yml');
      writeFileSync(tests, await promtoolTests(name));
      for (const argv of [
        ['check', 'rules', '--lint-fatal', ruleFile(name)],
        ['test', 'rules', tests],
      ]) {
        const { status, said } = promtool(argv);
        assert.equal(status, 0, said);
      }
    });

    test(`${name}: each alert fires in a test, and stays away in another`, async () => {
      const expected = (await casesOf(name)).flatMap(({ alerts }) => Object.entries(alerts));
      const rules = rulesIn(name);
      assert.ok(rules.length > 0);
      for (const { alert } of rules) {
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
  }

  test('promtool accepts the configuration of a site with an application, but for the pods, which Debian’s cannot read', (t) => {
    const promtool = promtoolOf(t);
    const config = parse(readText(join(root, 'ops', 'prometheus', 'valtronics.yml'))) as {
      scrape_configs: { job_name: string }[];
    };
    const file = join(temporaryFolder(t), 'prometheus.yml');
    const check = (jobs: readonly object[]) => {
      const rules = ruleFiles.map(ruleFile);
      writeFileSync(file, stringify({ ...config, rule_files: rules, scrape_configs: jobs }));
      return promtool(['check', 'config', file]);
    };
    const jobs = config.scrape_configs.filter(({ job_name: name }) => name !== 'kubernetes-pods');
    assert.equal(jobs.length, config.scrape_configs.length - 1);
    const { status, said } = check(jobs);
    assert.equal(status, 0, said);
    assert.match(check([...jobs, { job_name: 'more', metric_path: '/' }]).said, /metric_path not found/);
  });
});
