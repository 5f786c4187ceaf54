// The rules for Prometheus, by its own tool: each alert fires when it should, and stays away when it should.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { parse, stringify } from 'yaml';
import { environmentIn, root, runBundle } from '../process.ts';
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

  test('rules that export-rules makes for most machines and for one of them stand beside the others, and each machine has its own limit', (t) => {
    const promtool = promtoolOf(t);
    const folder = temporaryFolder(t);
    // As ops/docs/prometheus.md says.
    const rules = join(folder, 'rules');
    cpSync(dirname(ruleFile('limits')), rules, { recursive: true });
    const config = join(folder, 'config.yaml');
    const exportTo = (file: string, text: string, ...argv: string[]): void => {
      writeFileSync(config, text);
      const { status, stdout, stderr } = runBundle(
        'export-rules',
        ['--config', config, ...argv],
        environmentIn(folder),
      );
      assert.equal(status, 0, stderr);
      writeFileSync(join(rules, file), stdout);
    };
    exportTo('limits.yml', 'limits: { inodes: { red: 80% } }\n', '--except', 'vm7:.*');
    exportTo('limits-vm7.yml', 'limits: { inodes: { red: 95% } }\n', '--instance', 'vm7:.*');

    const loaded = join(folder, 'prometheus.yml');
    writeFileSync(loaded, stringify({ rule_files: ['rules/*.yml'] }));
    const files = readdirSync(rules).map((name) => join(rules, name));
    assert.equal(files.length, ruleFiles.length + 1);
    const used = (instance: string, free: number): object[] => [
      { series: `node_filesystem_files{instance="${instance}",mountpoint="/data"}`, values: '100x20' },
      { series: `node_filesystem_files_free{instance="${instance}",mountpoint="/data"}`, values: `${free}x20` },
    ];
    const { labels, annotations } = rulesIn('limits').find(({ alert }) => alert === 'InodesHigh') ?? assert.fail();
    const fires = (instance: string, percent: number): object => ({
      exp_labels: { ...labels, instance, mountpoint: '/data' },
      exp_annotations: { ...annotations, summary: `/data of ${instance} has ${percent}.0 % of its inodes in use` },
    });
    const tests = join(folder, 'tests.yml');
    const input_series = [
      ...used('vm1:9100', 15),
      ...used('vm2:9100', 30),
      ...used('vm7:9100', 15),
      ...used('vm7:9101', 3),
    ];
    const exp_alerts = [fires('vm1:9100', 85), fires('vm7:9101', 97)];
    const alert_rule_test = [{ eval_time: '10m', alertname: 'InodesHigh', exp_alerts }];
    writeFileSync(tests, stringify({ rule_files: files, tests: [{ interval: '1m', input_series, alert_rule_test }] }));
    for (const argv of [
      ['check', 'config', loaded],
      ['check', 'rules', '--lint-fatal', ...files],
      ['test', 'rules', tests],
    ]) {
      const { status, said } = promtool(argv);
      assert.equal(status, 0, said);
    }
    // A third file about the same machines would report each fault twice.
    cpSync(join(rules, 'limits.yml'), join(rules, 'limits-again.yml'));
    writeFileSync(
      tests,
      readText(tests).replace(`${rules}/limits.yml`, `${rules}/limits.yml\n  - ${rules}/limits-again.yml`),
    );
    assert.notEqual(promtool(['test', 'rules', tests]).status, 0);
  });

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

  test('the values for Helm: promtool accepts their configuration, which reads the rules where the ConfigMap of the page is mounted', (t) => {
    const { server, serverFiles } = parse(readText(join(root, 'ops', 'prometheus', 'kubernetes-values.yml'))) as {
      server: { extraConfigmapMounts: { configMap: string; mountPath: string }[] };
      serverFiles: { 'prometheus.yml': { rule_files: string[] } };
    };
    const config = serverFiles['prometheus.yml'];
    const file = join(temporaryFolder(t), 'prometheus.yml');
    writeFileSync(file, stringify(config));
    const { status, said } = promtoolOf(t)(['check', 'config', '--syntax-only', file]);
    assert.equal(status, 0, said);
    const [mount = assert.fail()] = server.extraConfigmapMounts;
    assert.ok(config.rule_files.includes(`${mount.mountPath}/*.yml`), config.rule_files.join());
    const page = readText(join(root, 'ops', 'docs', 'prometheus.md'));
    assert.ok(
      page.includes(`kubectl create configmap ${mount.configMap} --from-file=ops/prometheus/rules --dry-run=client`),
    );
    // A ConfigMap holds no more.
    const bytes = ruleFiles.reduce((sum, name) => sum + Buffer.byteLength(readText(ruleFile(name))), 0);
    assert.ok(bytes < 1024 * 1024, `${bytes}`);
  });
});
