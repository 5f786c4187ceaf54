// The boards of ops/grafana, without Grafana and Prometheus; test/real/stack.test.ts sends their queries.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { createMetrics } from '../../lib/application/index.ts';
import { dark } from '../../lib/draw/colours.ts';
import { boards as code, renderBoard } from '../../ops/grafana/boards/index.ts';
import { root } from '../process.ts';
import { type Board, boards, type Panel } from '../real/boards.ts';
import { readText } from '../world.ts';
import { cadvisorPage, dcgmPage } from './exporters.ts';

const files = Object.entries(boards);
const panels = files.flatMap(([file, board]) => board.panels.map((panel) => ({ file, panel })));

/** Families of node-exporter, beside those of our textfiles. */
const machine = ['node_cpu_seconds_total', 'node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes'];

/** Families of an application. */
const application = createMetrics({ prefix: 'PREFIX' })
  .registry.getMetricsAsArray()
  .flatMap(({ name, type }) =>
    String(type) === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  );

/** Families of cAdvisor and the DCGM exporter. */
const exporters = [...`${cadvisorPage(1)}${dcgmPage()}`.matchAll(/^(\w+)\{/gm)].map(([, name = '']) => name);

/** Family that no board shows → why. */
const notShown: Readonly<Record<string, string>> = {
  node_thermal_source_absent: 'a source that a machine does not have has no strip among the sources',
  ops_monitor_info: 'rules take the site and the name of a machine from it; boards have the label of Prometheus',
  PREFIX_series_folded_total:
    'it moves only where a label has too many values; application.md has a query for an alert',
  PREFIX_api_request_duration_seconds_sum: 'percentiles say more than the mean, and come from the buckets',
  PREFIX_api_request_duration_seconds_count: 'the same, and api_requests_total counts requests',
};

/** Families of our textfiles; those of a gate begin with its name. */
const ours = [
  ...[...readText(join(root, 'ops', 'docs', 'textfiles.md')).matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) =>
    name.replace(/^alpha_gate_/, 'ANY_gate_'),
  ),
  // Of a process of a user whose files ours may not read: no table has it, because no test can make one.
  'ops_watchdog_service_unread',
];

const words = /^(by|on|ignoring|without|group_left|group_right|and|or|unless|bool|offset)$/;

/** The names of the metrics that a query reads. */
function familiesOf(query: string): string[] {
  const expr = query.replaceAll('${prefix}', 'PREFIX');
  const named = [...expr.matchAll(/__name__=~"([^"]*)"/g)].flatMap(([, pattern = '']) =>
    pattern
      .replace('($gate)', 'ANY')
      .replace('.+_gate', 'ANY_gate')
      .replace('(PREFIX_)?', 'PREFIX_')
      .replace('.+_system', 'PREFIX_system')
      .split('|'),
  );
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)/g, '');
  const found = [...bare.matchAll(/\b[a-zA-Z_]\w*\b(?!\s*\()/g)].map(([name]) => name);
  return [...named, ...found.filter((name) => !words.test(name))];
}

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const complaintsOf = ({ panels }: Board): string[] =>
  panels.flatMap(({ title, description, gridPos, fieldConfig, targets }, index) => [
    ...(title ? [] : [`panel ${index} has no title`]),
    ...(description ? [] : [`${title} has no description`]),
    ...(fieldConfig.defaults.unit ? [] : [`${title} has no unit`]),
    ...(targets.length > 0 ? [] : [`${title} has no query`]),
    ...(gridPos.x + gridPos.w <= 24 ? [] : [`${title} is wider than the board`]),
    ...panels
      .slice(index + 1)
      .flatMap((other) => (overlap(gridPos, other.gridPos) ? [`${title} covers ${other.title}`] : [])),
  ]);

describe('boards', () => {
  test('the files are those that the code makes (npm run docs)', () => {
    assert.deepEqual(
      files.map(([file]) => file),
      Object.keys(code).sort(),
    );
    for (const [file, board] of Object.entries(code))
      assert.equal(readText(join(root, 'ops', 'grafana', file)), renderBoard(board), file);
  });

  test('every board has a uid and a title of its own, a choice of sites and machines, and a tag by which the others link to it', () => {
    assert.ok(files.length >= 3);
    for (const key of ['uid', 'title'] as const)
      assert.equal(new Set(files.map(([, board]) => board[key])).size, files.length, key);
    for (const [file, { uid, tags, links, templating }] of files) {
      assert.match(uid, /^[a-z-]{8,40}$/, file);
      assert.deepEqual(
        links.flatMap((link) => link.tags),
        ['overview', 'ops-monitor'],
        file,
      );
      assert.ok(
        tags.some((tag) => ['overview', 'ops-monitor'].includes(tag)),
        file,
      );
      const names = new Set(templating.list.map(({ name }) => name));
      for (const name of ['datasource', 'site', 'job', 'instance'])
        assert.ok(names.has(name), `${file} has no variable ${name}`);
    }
  });

  test('every panel has a title, a description, a unit, a query, and a place of its own', () => {
    assert.ok(panels.length >= 20);
    for (const [file, board] of files) assert.deepEqual(complaintsOf(board), [], file);
    for (const [file, { panels: own }] of files)
      assert.deepEqual(
        own.map(({ id }) => id),
        own.map((_, index) => index + 1),
        file,
      );
  });

  test('a panel over another, beyond the edge or without words is a complaint', () => {
    const [, board] = files[0] ?? assert.fail();
    const [first = assert.fail(), second = assert.fail(), ...others] = board.panels;
    const wrong = [
      { ...first, description: '', gridPos: { x: 20, y: 0, w: 6, h: 4 } },
      { ...second, fieldConfig: { ...second.fieldConfig, defaults: {} }, targets: [] },
      ...others,
    ];
    const said = complaintsOf({ ...board, panels: wrong });
    for (const part of ['no description', 'wider', 'covers', 'no unit', 'no query'])
      assert.ok(
        said.some((one) => one.includes(part)),
        part,
      );
  });

  test('the names of metrics are found in a query', () => {
    const found = (expr: string): string[] => familiesOf(expr).sort();
    assert.deepEqual(
      found('sum by (le) (rate(${prefix}_x_bucket{a="b_c"}[$__rate_interval])) / on (job) max(y_z) > 3'),
      ['PREFIX_x_bucket', 'y_z'],
    );
    assert.deepEqual(
      found('time() - label_replace({__name__=~"($gate)_gate_success", a="b"}, "g", "$1", "__name__", "x")'),
      ['ANY_gate_success'],
    );
  });

  test('every query asks for families that are exported, and every family is asked for', () => {
    assert.ok(ours.length >= 80, `${ours.length}`);
    const exported = new Set([...ours, ...machine, ...application, ...exporters]);
    const asked = new Set<string>();
    for (const [file, { panels: shown, templating }] of files) {
      const selectors = templating.list.flatMap(({ type, query }) =>
        type === 'query' && typeof query === 'object' ? [query.query.replace(/^label_values\((.*), \w+\)$/, '$1')] : [],
      );
      assert.ok(selectors.length > 0, file);
      for (const expr of [...shown.flatMap(({ targets }) => targets.map((target) => target.expr)), ...selectors]) {
        const families = familiesOf(expr);
        assert.ok(families.length > 0, expr);
        for (const family of families) {
          assert.ok(exported.has(family), `${file}: nobody exports ${family}, for which a query asks: ${expr}`);
          asked.add(family);
        }
      }
    }
    // A metric that no board shows is one that nobody sees.
    assert.deepEqual([...exported].filter((family) => !asked.has(family)).sort(), Object.keys(notShown).sort());
  });

  test('what a stage that stopped has left is not drawn as if it were new: temperatures, services and nodes have a gap', () => {
    const lastRuns = {
      'fleet.json': 'ops_fleet_last_run_timestamp_seconds',
      'thermal.json': 'node_thermal_heartbeat_seconds',
      'watchdog.json': 'ops_watchdog_last_run_timestamp_seconds',
    };
    // Counts what happened, or says what failed in the last run: a reason that nobody may lose.
    const kept = /^node_thermal_sensor_problem|^count\(node_thermal_sensor_problem|increase\(|_attempts_total/;
    let guarded = 0;
    for (const [file, lastRun] of Object.entries(lastRuns))
      for (const { title, targets } of boards[file]?.panels ?? [])
        for (const { expr } of targets) {
          if (/^(?:max\()?time\(\) - /.test(expr) || kept.test(expr)) continue;
          assert.match(expr, new RegExp(`time\\(\\) - ${lastRun}\\{[^}]*\\} < \\d+`), `${file}, ${title}`);
          guarded += 1;
        }
    assert.ok(guarded >= 30, `${guarded}`);
    // Only bad news of an old file stays.
    const sources = boards['thermal.json']?.panels.find(({ title }) => title === 'Sources');
    assert.match(sources?.targets[0]?.expr ?? '', /or node_thermal_source_success\{[^}]*\} == 0\)$/);
  });

  test('temperatures are compared with the limits of each machine, not with figures of the board', () => {
    const { panels: shown } = boards['thermal.json'] ?? assert.fail();
    const celsius = shown.filter(({ fieldConfig: { defaults } }) => defaults.unit === 'celsius');
    assert.equal(celsius.length, 3);
    for (const { title, targets, fieldConfig } of celsius) {
      assert.ok(targets.some(({ expr }) => expr.includes('node_thermal_limit_celsius')), title); // prettier-ignore
      assert.doesNotMatch(JSON.stringify(fieldConfig), /"value":(70|85)\b/, title);
    }
  });

  test('machines and nodes of two sites are told apart in every legend', () => {
    let kept = 0;
    for (const { file, panel } of panels)
      for (const { expr, legendFormat = '' } of panel.targets) {
        const [label] = /\{\{(?!cluster)\w+\}\}/.exec(legendFormat) ?? [];
        // A sum has the labels that it names, other series have those of their machine.
        const sum = /\b(?:sum|min|max|avg|count|group)\b(?: by \(([^)]*)\))? ?\(/.exec(expr);
        const keepsSite = sum === null || (sum[1] ?? '').split(', ').includes('cluster');
        if (label === undefined || !keepsSite) continue;
        assert.match(legendFormat, /\{\{cluster\}\}/, `${file}, ${panel.title}: ${expr}`);
        kept += 1;
      }
    assert.ok(kept >= 60, `${kept}`);
  });

  test('series of one panel never share a colour', () => {
    let fixed = 0;
    for (const { file, panel } of panels) {
      const { defaults, overrides } = panel.fieldConfig;
      // Colours by name are chosen by a hash: two of ten series have one colour more often than not.
      assert.notEqual(defaults.color?.mode, 'palette-classic-by-name', `${file}, ${panel.title}`);
      const colours = overrides.flatMap(({ matcher, properties }) =>
        matcher.id === 'byName'
          ? properties.flatMap(({ id, value }) => (id === 'color' ? [JSON.stringify(value)] : []))
          : [],
      );
      assert.equal(new Set(colours).size, colours.length, `${file}, ${panel.title}`);
      fixed += colours.length;
    }
    assert.ok(fixed >= 10, `${fixed}`);
  });

  test('the overview has the eight panels that sites know', () => {
    const { tags, timezone, time, refresh, panels: shown, title } = boards['overview.json'] ?? assert.fail();
    assert.equal(title, 'Valtronics System Overview');
    assert.deepEqual(tags, ['valtronics', 'system', 'overview']);
    assert.deepEqual(
      { timezone, time, refresh },
      { timezone: 'browser', time: { from: 'now-1h', to: 'now' }, refresh: '30s' },
    );
    const expected: [title: string, type: string, unit: string, max?: number][] = [
      ['System Health', 'stat', 'short', 100],
      ['Device Status', 'piechart', 'short'],
      ['CPU Usage', 'timeseries', 'percent', 100],
      ['Memory Usage', 'timeseries', 'percent', 100],
      ['API Request Rate', 'timeseries', 'reqps'],
      ['API Response Time', 'timeseries', 's'],
      ['Telemetry Data Rate', 'timeseries', 'suffix: points/s'],
      ['Alert Rate', 'timeseries', 'suffix: alerts/s'],
    ];
    assert.deepEqual(
      shown.map(({ title, type, gridPos, fieldConfig: { defaults } }) => ({
        title,
        type,
        gridPos,
        unit: defaults.unit,
        max: defaults.max,
      })),
      expected.map(([title, type, unit, max], index) => ({
        title,
        type,
        gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
        unit,
        max,
      })),
    );
    assert.deepEqual(shown[0]?.fieldConfig.defaults.thresholds?.steps, [
      { color: dark.levels.red, value: null },
      { color: dark.levels.amber, value: 50 },
      { color: dark.levels.green, value: 80 },
    ]);
  });

  test('the page of the stack names every board', () => {
    const page = readText(join(root, 'ops', 'docs', 'stack.md'));
    for (const [file] of files) assert.ok(page.includes(`| [${file}](../grafana/${file}) |`), file);
  });

  test('every runbook that a panel names exists, with its section', () => {
    const named = panels.flatMap(({ panel }) =>
      [...panel.description.matchAll(/\]\(\$\{runbooks\}\/([\w/-]+\.md)(?:#([\w-]+))?\)/g)].map(
        ([, page = '', section]) => [page, section] as const,
      ),
    );
    assert.ok(named.length >= 10);
    for (const [page, section] of named) {
      const titles = readText(join(root, 'ops', 'runbooks', page)).match(/^#+ .*$/gm) ?? [];
      if (section)
        assert.ok(
          titles.some((title) => title.toLowerCase() === `## ${section}`),
          `${page} has no ${section}`,
        );
    }
  });
});
