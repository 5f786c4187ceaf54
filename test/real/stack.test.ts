// The stack around the monitor: the compose file by docker's own plugin and by the specification's loader; Prometheus,
// node-exporter and the Pushgateway with their files as they are delivered, beside the output of all stages; the boards.
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { root, runProcess } from '../process.ts';
import { seriesOf, writeTextfiles } from '../textfiles.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { type Annotation, type Ask, type Board, boards, queryBoard } from './boards.ts';
import { type Composed, composeFile, pluginLoader, specificationLoader, startService } from './compose.ts';
import { demoSite } from './demo-site.ts';
import { makeNode } from './nodes.ts';
import { installPackages, promtoolOf } from './packages.ts';

const ops = join(root, 'ops');
const password = { GRAFANA_ADMIN_PASSWORD: 'secret' };

describe('ops/compose.yaml', () => {
  for (const [name, loaderOf] of Object.entries({
    'docker’s compose plugin': pluginLoader,
    'the loader of the compose specification': specificationLoader,
  }))
    test(`${name} accepts it, with and without a graphics card, and asks for the password`, (t) => {
      const load = loaderOf();
      const servicesWith = (variables: Readonly<Record<string, string>>): string[] => {
        const { status, said } = load(composeFile, variables);
        assert.equal(status, 0, said);
        return Object.keys((JSON.parse(said) as Composed).services).sort();
      };
      const always = ['alertmanager', 'cadvisor', 'grafana', 'node-exporter', 'prometheus', 'pushgateway'];
      assert.deepEqual(servicesWith(password), always);
      assert.deepEqual(servicesWith({ ...password, COMPOSE_PROFILES: 'gpu' }), [...always, 'dcgm-exporter'].sort());
      const without = load(composeFile, {});
      assert.notEqual(without.status, 0);
      assert.match(without.said, /GRAFANA_ADMIN_PASSWORD.*ops\/docs\/stack\.md/);
      const wrong = join(temporaryFolder(t), 'compose.yaml');
      writeFileSync(wrong, readText(composeFile).replace('read_only: true', 'readonly: true'));
      assert.notEqual(load(wrong, password).status, 0, 'a misspelt key is accepted');
    });

  test('the files that a site adapts lie where OPS_STACK says, which an upgrade does not touch', (t) => {
    const own = join(temporaryFolder(t), 'stack');
    const load = pluginLoader();
    const mounted = (variables: Readonly<Record<string, string>>): (string | undefined)[] => {
      const { services } = JSON.parse(load(composeFile, { ...password, ...variables }).said) as Composed;
      return ['prometheus', 'alertmanager'].map(
        (name) => services[name]?.volumes?.find(({ target }) => target === `/etc/${name}`)?.source,
      );
    };
    assert.deepEqual(mounted({}), [join(ops, 'prometheus'), join(ops, 'alertmanager')]);
    assert.deepEqual(mounted({ OPS_STACK: own }), [join(own, 'prometheus'), join(own, 'alertmanager')]);
  });

  test('every service has an image of one version, listens on loopback only, and may do no more than it needs', () => {
    const { said } = pluginLoader()(composeFile, { ...password, COMPOSE_PROFILES: 'gpu' });
    const { services } = JSON.parse(said) as Composed;
    const ports: Record<string, string> = {};
    for (const [name, service] of Object.entries(services)) {
      assert.match(service.image, /^[a-z.]+\.(io|dev)\/[\w/.-]+:v?\d+\.\d+\.\d+[\w.-]*$/, name);
      assert.equal(service.network_mode, 'host', name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.ok(!service.privileged, name);
      if (name !== 'dcgm-exporter') assert.ok(service.read_only && service.healthcheck, name);
      for (const { type, target, read_only } of service.volumes ?? [])
        if (type === 'bind') assert.ok(read_only, `${name} can write to ${target} of the host`);
      const words = [
        ...(service.command ?? []),
        ...Object.entries(service.environment ?? {}).map((pair) => pair.join('=')),
      ];
      const address = words.join(' ').match(/127\.0\.0\.1:(\d+)|127\.0\.0\.1.*(?:--port|HTTP_PORT)=(\d+)/);
      ports[name] = address?.[1] ?? address?.[2] ?? 'none';
    }
    assert.deepEqual(ports, {
      prometheus: '9090',
      alertmanager: '9093',
      grafana: '3000',
      'node-exporter': '9101',
      cadvisor: '8080',
      'dcgm-exporter': '9400',
      pushgateway: '9091',
    });
  });
});

/** Panels without data in this test, and why. */
const emptyHere: readonly (readonly [panel: string, reason: string])[] = [
  ['watchdog.json, Measures that cannot be read', 'the test may read every process'],
  ['operations.json, Time since a heartbeat was accepted', 'the demo site has no watchdog outside'],
];

/** The folder of the site's own files, made by the commands of the page: with the name of this machine. */
function copyAsThePageSays(t: TestContext): string {
  const [, block = ''] =
    /```console\n( +# install -d \/etc\/ops-monitor\/stack\n[^]*?)```/.exec(readText(join(ops, 'docs', 'stack.md'))) ??
    [];
  const folder = temporaryFolder(t);
  const commands = block.replaceAll(/^ +# /gm, '').replaceAll('/etc/ops-monitor', folder);
  const { status, stderr } = runProcess(['sh', '-ec', commands], process.env, root);
  assert.equal(status, 0, stderr);
  assert.equal(readText(join(folder, 'stack.env')), `OPS_STACK=${folder}/stack\n`);
  return join(folder, 'stack');
}

const example = join(root, 'ops', 'examples', 'application', 'main.ts');

test('Prometheus, Alertmanager, node-exporter and the Pushgateway of the compose file run together', async (t) => {
  const textfiles = await writeTextfiles(t);
  // The cycle of the demo's site, whose disk is full, takes the place of that of a recorded machine.
  const demo = await demoSite(t, { textfiles });
  demo.fill();
  await demo.run('collect-snapshot', 'assess-health', 'write-report', 'send-alerts', 'confirm-cycle');
  const applications = join(temporaryFolder(t), 'applications');
  mkdirSync(applications);
  const target = "- { targets: ['127.0.0.1:8001'], labels: { application: api, cluster: first } }\n";
  writeFileSync(join(applications, 'api.yml'), target);
  // Readable by the group of the service only, as the page says.
  const secrets = join(temporaryFolder(t), 'alertmanager');
  mkdirSync(secrets, { mode: 0o750 });
  chownSync(secrets, 0, 9093);
  const folders = {
    OPS_STACK: copyAsThePageSays(t),
    OPS_TEXTFILES: textfiles,
    OPS_APPLICATIONS: applications,
    OPS_ALERTMANAGER_SECRETS: secrets,
  };
  const { said } = pluginLoader()(composeFile, { ...password, ...folders });
  const { services } = JSON.parse(said) as Composed;
  installPackages('curl');
  const node = await makeNode(t);
  const start = (name: string): Promise<void> =>
    startService(
      t,
      node,
      name,
      services[name] ?? assert.fail(name),
      name === 'prometheus' ? name : `prometheus-${name}`,
    );
  const get = (url: string, query: Readonly<Record<string, string>> = {}): string => {
    const words = Object.entries(query).flatMap(([key, value]) => ['--data-urlencode', `${key}=${value}`]);
    return node.must('curl', '-sS', '--max-time', '30', '-G', url, ...words);
  };
  await start('node-exporter');
  await node.serve(
    [
      process.execPath,
      '--import',
      import.meta.resolve('tsx'),
      example,
      '--fault',
      'errors',
      '--fault',
      'offline',
      '--quiet',
    ],
    ['curl', '-sSf', '-o', '/dev/null', 'http://127.0.0.1:8001/metrics'],
  );
  await node.serve(
    [process.execPath, join(root, 'test', 'grafana', 'exporters.ts'), '8080', '9400'],
    ['curl', '-sSf', '-o', '/dev/null', 'http://127.0.0.1:9400/metrics'],
  );
  await start('pushgateway');
  await start('alertmanager');
  await start('prometheus');
  const config = join(node.folder, 'config.yaml');
  writeFileSync(
    config,
    `files: { state: ${node.folder}/state }\npush: { url: "http://127.0.0.1:9091", group: { instance: ci } }\n`,
  );
  const pushing = [join(root, 'dist', 'push-metrics.cjs'), join(textfiles, 'alpha_gate.prom'), '--config', config];
  node.must(process.execPath, ...pushing);

  const ask: Ask = (path, query) => {
    const text = get(`http://127.0.0.1:9090/api/v1/${path}`, query);
    const { status, data, error } = JSON.parse(text) as { status: string; data: unknown; error?: string };
    assert.equal(status, 'success', `${path} ${JSON.stringify(query)}: ${error}`);
    return data;
  };
  const countOf = (query: string): number => (ask('query', { query }) as { result: unknown[] }).result.length;
  // Scraped every 15 s.
  await until(() => countOf('alpha_gate_success') === 2 && countOf('prometheus_build_info') === 1);
  await until(() => countOf('valtronics_frames_per_second{job="application", application="api"}') === 2);

  // A rate needs two scrapes.
  const rates = 'rate({__name__=~"valtronics_mqtt_messages_total|node_context_switches_total"}[1m])';
  await until(() => countOf(rates) === 3);
  await until(() => countOf('rate(container_cpu_usage_seconds_total[1m])') > 0);

  await t.test('node-exporter serves every family that the stages write, with the same values', () => {
    const page = get('http://127.0.0.1:9101/metrics');
    assert.match(page, /^node_textfile_scrape_error 0$/m);
    assert.match(page, /^node_memory_MemTotal_bytes \d/m);
    const served = seriesOf(page);
    const declared = new Set(page.match(/^# (HELP|TYPE) .*$/gm));
    const names = readdirSync(textfiles);
    assert.ok(names.length >= 8, names.join());
    for (const name of names) {
      const text = readText(join(textfiles, name));
      for (const [series, value] of seriesOf(text)) assert.equal(served.get(series), value, `${name}: ${series}`);
      for (const [line] of text.matchAll(/^# .*$/gm)) assert.ok(declared.has(line), `${name}: ${line}`);
    }
  });

  await t.test('promtool accepts the textfiles without a word, and the configuration', (own) => {
    const promtool = promtoolOf(own);
    for (const name of readdirSync(textfiles)) {
      const text = readText(join(textfiles, name));
      assert.deepEqual(promtool(['check', 'metrics'], text), { status: 0, said: '' }, name);
    }
    const checked = promtool(['check', 'config', join(ops, 'prometheus', 'prometheus.yml')]);
    assert.equal(checked.status, 0, checked.said);
  });

  await t.test('Prometheus scrapes what runs here, and has loaded every rule file', async () => {
    const targets = () =>
      (ask('targets', {}) as { activeTargets: { labels: { job: string }; health: string; lastError: string }[] })
        .activeTargets;
    // Prometheus spreads its first scrapes over one interval: until then a target is `unknown`.
    await until(() => targets().every(({ health: one }) => one !== 'unknown'));
    const activeTargets = targets();
    const health = Object.fromEntries(activeTargets.map(({ labels, health: one }) => [labels.job, one]));
    // No container and no graphics card can be had in this test: a program stands for their exporters.
    const here = {
      prometheus: 'up',
      'node-exporter': 'up',
      pushgateway: 'up',
      cadvisor: 'up',
      dcgm: 'up',
      application: 'up',
    };
    assert.deepEqual(health, here, JSON.stringify(activeTargets));
    const { groups } = ask('rules', {}) as {
      groups: { file: string; rules: { name: string; health: string; lastError?: string }[] }[];
    };
    const files = readdirSync(join(ops, 'prometheus', 'rules')).map((name) => `/etc/prometheus/rules/${name}`);
    assert.deepEqual(new Set(groups.map(({ file }) => file)), new Set(files));
    for (const { name, health: one, lastError } of groups.flatMap(({ rules }) => rules))
      assert.ok(one !== 'err', `${name}: ${lastError}`);
  });

  await t.test('Prometheus sends its alerts to Alertmanager, which has loaded its configuration', () => {
    const { activeAlertmanagers } = ask('alertmanagers', {}) as { activeAlertmanagers: { url: string }[] };
    assert.deepEqual(activeAlertmanagers, [{ url: 'http://127.0.0.1:9093/api/v2/alerts' }]);
    const { config } = JSON.parse(get('http://127.0.0.1:9093/api/v2/status')) as { config: { original: string } };
    assert.match(config.original, /receiver: ops-team/);
  });

  await t.test('every query of every board returns data', () => {
    assert.ok(Object.keys(boards).length >= 8);
    const empty: string[] = [];
    for (const [name, board] of Object.entries(boards)) {
      const results = queryBoard(board, ask);
      assert.ok(results.length >= board.panels.length && results.length >= 7, name);
      for (const { panel, expr, series } of results) if (series.length === 0) empty.push(`${name}, ${panel}: ${expr}`);
    }
    assert.deepEqual(
      empty.filter((line) => !emptyHere.some(([panel]) => line.startsWith(panel))),
      [],
      'nothing is found by these queries',
    );
    for (const [panel, reason] of emptyHere)
      assert.ok(
        empty.some((line) => line.startsWith(panel)),
        `${panel} is not empty, although ${reason}`,
      );
  });

  await t.test('levels of a file that is not replaced any more are unknown', () => {
    const { panels, ...board } = boards['operations.json'] ?? assert.fail();
    const levels = panels.filter(({ title }) => ['Level', 'Checks that are not green'].includes(title));
    const later = levels.map((panel) => ({
      ...panel,
      targets: panel.targets.map((target) => ({
        ...target,
        expr: target.expr.replaceAll('> time()', '> time() + 86400'),
      })),
    }));
    const valuesOf = (shown: Board['panels']): (readonly string[])[] =>
      queryBoard({ ...board, panels: shown }, ask).map(({ series }) => series.map(({ value }) => value?.[1] ?? ''));
    const [overall = assert.fail(), notGreen = assert.fail()] = valuesOf(later);
    assert.deepEqual(overall, ['3']);
    assert.ok(notGreen.length >= 10 && notGreen.every((value) => value === '3'), notGreen.join());
    const [now = assert.fail(), some = assert.fail()] = valuesOf(levels);
    assert.ok(now[0] !== '3' && some.length < notGreen.length, now.join());
  });

  await t.test('the alerts of Prometheus are found as annotations', async () => {
    // No alert fires within the minutes of this test; those to come are pending.
    const annotated = ({ annotations, panels, ...board }: Board): readonly Readonly<Record<string, string>>[] => {
      const [first = assert.fail()] = panels;
      const targets = annotations.list.map(({ target }) => ({ expr: target.expr.replace('"firing"', '"pending"') }));
      const shown = { ...board, annotations, panels: [{ ...first, targets }] };
      return queryBoard(shown, ask).flatMap(({ series }) => series.map(({ metric }) => metric));
    };
    const board = boards['operations.json'] ?? assert.fail();
    await until(() => annotated(board).length > 0);
    for (const { alertname, severity } of annotated(board)) assert.ok(alertname && severity);
    for (const [name, { annotations }] of Object.entries(boards)) assert.equal(annotations.list.length, 1, name);
  });

  await t.test('a query with a misspelt metric returns none', () => {
    const board = boards['boot-ops.json'] ?? assert.fail();
    const [first = assert.fail(), ...others] = board.panels;
    const targets = first.targets.map((target) => ({ ...target, expr: target.expr.replace('successes', 'succeses') }));
    const misspelt: Board = { ...board, panels: [{ ...first, targets }, ...others] };
    const empty = queryBoard(misspelt, ask).filter(({ series }) => series.length === 0);
    assert.deepEqual(
      empty.map(({ panel }) => panel),
      ['Boot First Attempt Successes'],
    );
  });

  await t.test('the board of the gates shows every gate of the machine, and the one that was pushed', () => {
    const results = queryBoard(boards['gates.json'] ?? assert.fail(), ask).filter(({ expr }) =>
      expr.includes('_gate_'),
    );
    assert.ok(results.length >= 8);
    for (const { panel, series } of results) {
      const shown = new Set(series.map(({ metric }) => `${metric['gate']} of ${metric['instance']}`));
      const expected = [`alpha of ${hostname()}`, 'alpha of ci', `nightly_build of ${hostname()}`];
      assert.deepEqual([...shown].sort(), expected.sort(), panel);
    }
  });
});

describe('Grafana', () => {
  const [, version = ''] = /grafana\/grafana:(\S+)/.exec(readText(composeFile)) ?? [];
  for (const [name, range] of Object.entries({
    'of the Grafana that the compose file names': version,
    'of the version before': `<${version.replace(/\.\d+$/, '.0')}`,
  }))
    test(`the boards fit the schema ${name}`, (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, 'package.json'), '{}');
      const npm = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `@grafana/schema@${range}`];
      const installed = runProcess(npm, { ...process.env }, folder);
      assert.equal(installed.status, 0, installed.stderr);
      const manifest = readText(join(folder, 'node_modules', '@grafana', 'schema', 'package.json'));
      t.diagnostic(`@grafana/schema ${(JSON.parse(manifest) as { version: string }).version}`);
      const check = (): string => {
        const argv = '--noEmit --strict --skipLibCheck --ignoreConfig --module esnext --target esnext'.split(' ');
        const tsc = join(root, 'node_modules', '.bin', 'tsc');
        return runProcess([tsc, ...argv, '--moduleResolution', 'bundler', 'boards.ts'], process.env, folder).stdout;
      };
      const file = join(folder, 'boards.ts');
      const text = boardsAsTypeScript();
      writeFileSync(file, text);
      assert.equal(check(), '');
      for (const [right, wrong] of [
        ['"graphMode": "none"', '"graphMode": "nothing"'],
        ['"rowHeight"', '"heightOfRow"'],
        ['"gridPos"', '"gridPosition"'],
        ['"mode": "absolute"', '"mode": "absolutely"'],
        ['"iconColor"', '"iconColour"'],
      ] as const) {
        assert.ok(text.includes(right), right);
        writeFileSync(file, text.replace(right, wrong));
        assert.notEqual(check(), '', wrong);
      }
    });

  test('the provisioning names the Prometheus of the compose file, and the folder where the boards are mounted', () => {
    const provisioned = (path: string): unknown => parse(readText(join(ops, 'grafana', 'provisioning', path)));
    const { said } = pluginLoader()(composeFile, password);
    const { prometheus, grafana } = (JSON.parse(said) as Composed).services;
    const { datasources } = provisioned('datasources/prometheus.yml') as {
      datasources: { url: string; type: string }[];
    };
    assert.deepEqual(
      datasources.map(({ url, type }) => ({ url, type })),
      [{ url: 'http://127.0.0.1:9090', type: 'prometheus' }],
    );
    assert.ok(prometheus?.command.includes('--web.listen-address=127.0.0.1:9090'));
    const { providers } = provisioned('dashboards/ops-monitor.yml') as { providers: { options: { path: string } }[] };
    const mount = grafana?.volumes?.find(({ target }) => target === providers[0]?.options.path);
    assert.equal(mount?.source, join(ops, 'grafana'));
    assert.ok(
      grafana?.volumes?.some(
        ({ source, target }) =>
          source === join(ops, 'grafana', 'provisioning') && target === '/etc/grafana/provisioning',
      ),
    );
    const uids = Object.values(boards).map(({ uid }) => uid);
    assert.equal(new Set(uids).size, uids.length);
  });
});

const panelTypes: Readonly<Record<string, string>> = {
  stat: 'Stat',
  timeseries: 'TimeSeries',
  table: 'Table',
  'state-timeline': 'StateTimeline',
  piechart: 'PieChart',
};

/** An annotation without what the data source of Prometheus adds to it: the types have what all data sources share. */
const withoutPrometheus = (annotation: Annotation): object =>
  Object.fromEntries(
    Object.entries(annotation).filter(([key]) => !['target', 'titleFormat', 'textFormat', 'tagKeys'].includes(key)),
  );

/** Boards and panels as constants of Grafana's own types, in which every key may be missing: Grafana fills in its defaults. */
function boardsAsTypeScript(): string {
  const imports = Object.entries(panelTypes).map(([type, name]) => {
    const folder = type.replace('-', '');
    return `import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${folder}/panelcfg/x/${name}PanelCfg_types.gen';`;
  });
  const loose = `type Loose<T> = 0 extends 1 & T ? T : T extends string ? \`\${T}\` : T extends (infer U)[] ? Loose<U>[]
  : T extends object ? { [K in keyof T]?: Loose<T[K]> } : T;`;
  const values = Object.values(boards).flatMap(({ panels, annotations, ...board }) => [
    ['Dashboard', { ...board, annotations: { list: annotations.list.map(withoutPrometheus) } }] as const,
    ...panels.flatMap(({ options, fieldConfig, ...panel }) => {
      const name = panelTypes[panel.type] ?? assert.fail(panel.type);
      const { custom, ...defaults } = fieldConfig.defaults;
      return [
        ['Panel', panel] as const,
        ['FieldConfig', defaults] as const,
        [`${name}.Options`, options] as const,
        ...(custom ? [[`${name}.FieldConfig`, custom] as const] : []),
      ];
    }),
  ]);
  assert.ok(values.length >= 50, `${values.length}`);
  const constants = values.map(
    ([type, value], index) => `export const value${index}: Loose<${type}> = ${JSON.stringify(value, undefined, 1)};`,
  );
  return [
    "import type { Dashboard, Panel, FieldConfig } from '@grafana/schema';",
    ...imports,
    loose,
    ...constants,
  ].join('\n');
}
