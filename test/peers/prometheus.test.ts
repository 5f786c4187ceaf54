// Today's Prometheus reads what Debian's reads: the configurations, the rules, and what these do with recorded series. The server itself
// runs with them, and today's Alertmanager gets its alerts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { makeNet } from '../../lib/io/net.ts';
import { serveHttp } from '../http.ts';
import { root } from '../process.ts';
import { alertsShown, newestAlertmanager, startAlertmanager } from '../real/alertmanagers.ts';
import { goProgram } from '../real/kept.ts';
import { startPrometheus } from '../real/prometheus.ts';
import { promtoolTests } from '../real/rules/cases.ts';
import { ruleFile, ruleFiles } from '../rules.ts';
import { writeTextfiles } from '../textfiles.ts';
import { temporaryFolder, until } from '../world.ts';

const module = 'github.com/prometheus/prometheus';

/** Prometheus 3.13 has this version among Go modules. */
const version = 'v0.313.5';

describe('Prometheus 3', () => {
  const promtool = (...argv: string[]): void => {
    const program = goProgram({ program: `${module}/cmd/promtool`, module, version });
    const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
  };

  for (const name of ruleFiles)
    test(`${name}: promtool accepts the rules, and what they do with recorded series`, async (t) => {
      const tests = join(temporaryFolder(t), 'tests.yml');
      writeFileSync(tests, await promtoolTests(name));
      promtool('check', 'rules', '--lint-fatal', ruleFile(name));
      promtool('test', 'rules', tests);
    });

  test('promtool accepts both configurations', () => {
    for (const name of ['prometheus.yml', 'valtronics.yml'])
      promtool('check', 'config', '--syntax-only', join(root, 'ops', 'prometheus', name));
  });

  test('the server evaluates every rule on the output of all stages, beside native histograms and names in UTF-8, and Alertmanager gets its alerts', async (t) => {
    // Without its web pages, which a release adds, and without the clouds that it could ask for targets.
    const tags = ['remove_all_sd', 'enable_kubernetes_sd'];
    const program = goProgram({ program: `${module}/cmd/prometheus`, module, version, tags });
    const alertmanager = await startAlertmanager(t, newestAlertmanager(), [['localhost:25', '127.0.0.1:9']]);
    const application = await serveHttp(t, () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=1.0.0; escaping=allow-utf-8' },
      body: '# TYPE "requêtes.total" gauge\n{"requêtes.total","nom de service"="api"} 3\n',
    }));
    const prometheus = await startPrometheus(t, {
      program,
      textfiles: await writeTextfiles(t),
      alertmanager,
      rules: ruleFiles,
      changes: [['for: 2m', 'for: 2s']],
      more: (address) => ({
        global: { scrape_native_histograms: true },
        scrape_configs: [
          { job_name: 'prometheus', static_configs: [{ targets: [address] }] },
          { job_name: 'application', static_configs: [{ targets: [new URL(application.url).host] }] },
        ],
      }),
    });
    const net = makeNet({});
    const ask = async <T>(path: string): Promise<T> => {
      const { body } = await net.request({ method: 'GET', url: `${prometheus}/api/v1/${path}`, seconds: 5 });
      const { status, data } = JSON.parse(body) as { status: string; data: T };
      assert.equal(status, 'success', body);
      return data;
    };
    const valuesOf = async (query: string): Promise<readonly string[]> =>
      (await ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(query)}`)).result.map(
        ({ value: [, value] }) => value,
      );

    await until(async () => (await alertsShown(alertmanager, 'ServiceDown')).length > 0);
    const [down] = await alertsShown(alertmanager, 'ServiceDown');
    assert.match(down?.annotations['summary'] ?? '', /^gone on 127\.0\.0\.1:\d+ does not run$/);
    assert.deepEqual(await valuesOf('{"requêtes.total", "nom de service"="api"}'), ['3']);
    await until(
      async () => (await valuesOf('histogram_count(prometheus_http_request_duration_seconds) > 0')).length > 0,
    );

    interface Group {
      readonly name: string;
      readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
    }
    const rulesNow = async () => (await ask<{ groups: Group[] }>('rules')).groups.flatMap(({ rules }) => rules);
    await until(async () => (await rulesNow()).every(({ health }) => health !== 'unknown'));
    const all = await rulesNow();
    assert.ok(all.length > 50, `${all.length}`);
    assert.deepEqual(
      all.filter(({ health }) => health !== 'ok'),
      [],
    );
  });
});
