import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { styleText } from 'node:util';
import { displayWidth } from '../../lib/core/columns.ts';
import { assessFleet, type Fleet } from '../../lib/fleet/assess.ts';
import { heading } from '../../lib/fleet/cells.ts';
import { fleetConfig } from '../../lib/fleet/config.ts';
import { documentsJsonSchema, documentSchemas } from '../../lib/fleet/document-schemas.ts';
import { onlyNode } from '../../lib/fleet/only.ts';
import type { Screen } from '../../lib/fleet/view.ts';
import { views } from '../../lib/fleet/views/index.ts';
import { assertGolden } from '../golden.ts';
import { readText } from '../world.ts';
import { alertsIn, at, fleetOf, healthySections, nodesWith, publicKey, reportWith } from './fleet.ts';
import { change, cutNetwork, healthyCluster, judge, loseLeader } from './judge/cluster.ts';

type Paint = Screen['paint'];

const plain: Paint = (_, text) => text;
const colors = { green: 'green', amber: 'yellow', red: 'red', unknown: 'magenta', bold: 'bold', dim: 'dim' } as const;
const inColour: Paint = (style, text) => styleText(colors[style], text, { validateStream: false });

/** As the command prints it. */
function printed(name: string, fleet: Fleet, width: number, paint = plain): string[] {
  const view = views.find((one) => one.name === name);
  assert.ok(view, `there is no view ${name}`);
  const screen = { paint, width };
  const lines = view.render(fleet, screen, {});
  return view.printsJson ? [...lines] : [...heading(fleet, screen), '', ...lines];
}

const jsonOf = (name: string, fleet: Fleet): Readonly<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(views.find((one) => one.name === name)?.json(fleet, {}))) as Record<string, unknown>;

const forPeople = views.filter(({ printsJson }) => !printsJson).map(({ name }) => name);

const gateway = { name: 'site-gateway.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: false };
const units = healthySections(2, 4)['services']?.['services'] as readonly { readonly name: string }[];

/** Node 2 has troubles of all kinds, node 3 is not reached, and of node 4 a section could not be read. */
const troubled = (): Promise<Fleet> =>
  fleetOf(
    {
      ...nodesWith(4, {
        node2: {
          system: { mem_use_pct: 94, mem_available_mb: 476 },
          services: { services: units.map((unit) => (unit.name === gateway.name ? gateway : unit)) },
          gateway: { responsive: false, http_status: null },
          wireguard: {
            peers: [
              { public_key: publicKey(1), allowed_ips: '10.0.0.1/32', latest_handshake: 1, handshake_age_sec: 540 },
              { public_key: publicKey(4), allowed_ips: '10.0.0.4/32', latest_handshake: 0 },
              { public_key: publicKey(3), allowed_ips: '10.0.0.3/32', latest_handshake: 1, handshake_age_sec: 600 },
            ],
          },
          dns: { caddy_active: false, port_443_bound: false, base_tls_days_left: 4 },
          namespaces: {
            namespaces: [
              { name: 'alice', found_by: 'a unit', rqlite_up: true, rqlite_state: 'Follower', gateway_up: false },
            ],
          },
        },
        node3: new Error('connect to 192.0.2.3 port 22: Connection timed out'),
      }),
      node4: reportWith(
        { ...healthySections(4, 4, [3]), rqlite: null, dns: null },
        {
          errors: [
            { section: 'rqlite', reason: 'http://10.0.0.4:5001/status: no answer within 3 s' },
            { section: 'dns', reason: 'systemctl hung' },
          ],
        },
      ),
    },
    { node1: 'nameserver-ns1', node2: 'nameserver-ns2' },
  );

const golden = (name: string): string => join(import.meta.dirname, 'golden', `${name}.txt`);

describe('views of a fleet', () => {
  for (const name of forPeople)
    test(`${name} shows a troubled fleet on terminals of three widths, and in colour`, async () => {
      const fleet = await troubled();
      const pages = [40, 80, 120].flatMap((width) => [`=== ${width} columns`, ...printed(name, fleet, width), '']);
      const coloured = printed(name, fleet, 80, inColour).map((line) => line.replaceAll('\u001B', '␛'));
      assertGolden(golden(name), [...pages, '=== 80 columns in colour', ...coloured, ''].join('\n'));
    });

  test('no line is wider than the terminal', async () => {
    const fleets = await Promise.all([
      troubled(),
      fleetOf(nodesWith(3)),
      fleetOf(nodesWith(30, { node17: new Error('no route to host') })),
      fleetOf({
        [`a-node-with-a-name-of-${'many-'.repeat(12)}letters`]: new Error('no'),
        b: reportWith(healthySections(1, 2)),
      }),
      fleetOf({
        a: reportWith({ services: { services: [{ ...gateway, name: '服务'.repeat(30) }] } }),
        b: new Error('no'),
      }),
    ]);
    let count = 0;
    for (const fleet of fleets)
      for (const width of [40, 80, 120, 200])
        for (const name of forPeople)
          for (const line of printed(name, fleet, width)) {
            count += 1;
            // A single word that is too long is not broken.
            const longest = Math.max(...line.split(' ').map(displayWidth));
            if (longest < width - 20) assert.ok(displayWidth(line) <= width, `${name} at ${width}: ${line}`);
          }
    assert.ok(count > 2000, `only ${count} lines were seen`);
  });

  test('200 nodes: the worst come first, and what is cut is counted', async () => {
    const fleet = await fleetOf(
      nodesWith(200, {
        node150: { system: { mem_use_pct: 95 } },
        node177: new Error('no route to host'),
        node199: { system: { recent_oom_kills: 1 } },
      }),
    );
    const cluster = printed('cluster', fleet, 120).filter((line) => /^[●▲✖?] {2}node\d/.test(line));
    assert.equal(cluster.length, 200);
    assert.match(cluster[0] ?? '', /^✖ +node177 +unreachable +1 critical/);
    assert.match(cluster[1] ?? '', /^✖ +node199 +degraded +1 critical/);
    assert.match(cluster[2] ?? '', /^▲ +node150 +degraded +1 warning/);
    const narrow = printed('service', fleet, 40);
    assert.ok(narrow.some((line) => line.includes('✖ node177')));
    assert.ok(narrow.join(' ').includes('… and 198 more nodes, 1 of them with alerts: --node NAME'), narrow.join('\n'));
    assert.ok(narrow.length < 30);
  });

  test('nodes that are not reached have no values, in no view', async () => {
    const fleet = await fleetOf({ a: new Error('refused'), b: new Error('no route to host') });
    for (const name of forPeople) {
      const lines = printed(name, fleet, 120);
      assert.ok(lines.join('\n').includes('a does not report: refused'), name);
      const rows = lines.filter((line) => /^✖ +[ab] {2}/.test(line));
      if (name === 'cluster' || name === 'dns') assert.equal(rows.length, 2, name);
      for (const row of rows)
        assert.doesNotMatch(row.replaceAll('1 critical', '').replace(/\S+$/, ''), /\d|yes|no\b/, row);
    }
    const { nodes } = jsonOf('cluster', fleet) as { nodes: { wireguard: { expected_peers: number | null } }[] };
    assert.deepEqual(
      nodes.map(({ wireguard }) => wireguard.expected_peers),
      [null, null],
    );
    const { summary } = jsonOf('report', fleet) as { summary: Record<string, unknown> };
    assert.deepEqual(summary, {
      rqlite_leader: null,
      rqlite_voters: null,
      rqlite_raft_term: null,
      rqlite_quorum: 'unknown',
      wg_mesh_status: 'unknown',
      service_health: 'unknown',
      critical_alerts: 2,
      warning_alerts: 0,
      info_alerts: 0,
    });
  });

  test('what is not there is a dash, or a sentence, and no alert', async () => {
    const fleet = await fleetOf({ a: reportWith({ system: { time_unix: 1 } }), b: reportWith({}) });
    assert.deepEqual(fleet.alerts, []);
    const row = printed('cluster', fleet, 120).find((line) => line.startsWith('●  a'));
    assert.match(row ?? '', /^● {2}a +healthy +- +- +- +- +- +- +- +0\.1\.0/);
    assert.doesNotMatch(printed('cluster', fleet, 120).join('\n'), /quorum|WireGuard|services/);
    assert.match(printed('service', fleet, 80).join('\n'), /No node says anything about services\./);
    assert.match(printed('mesh', fleet, 80).join('\n'), /No node says anything about WireGuard\./);
    assert.match(printed('namespaces', fleet, 80).join('\n'), /No node says that it has namespaces\./);
    assert.match(printed('dns', fleet, 80).join('\n'), /● {2}a +- +- /);
    const { summary } = jsonOf('report', fleet) as { summary: Record<string, unknown> };
    assert.deepEqual(
      [summary['rqlite_quorum'], summary['wg_mesh_status'], summary['service_health']],
      [null, null, null],
    );
  });

  test('what could not be read is not green', async () => {
    const errors = ['system', 'rqlite', 'wireguard', 'dns', 'services', 'gateway', 'olric', 'namespaces'];
    const fleet = await fleetOf({
      ...nodesWith(1),
      b: reportWith(Object.fromEntries(errors.map((section) => [section, null])), {
        errors: errors.map((section) => ({ section, reason: 'permission denied' })),
      }),
    });
    for (const name of ['service', 'namespaces']) {
      const lines = printed(name, fleet, 80, inColour).filter((line) => /^(rqlite|gateway|site|alice|bob)/.test(line));
      assert.ok(lines.length >= 2, name);
      for (const line of lines) assert.ok(line.endsWith(' \u001B[35m?\u001B[39m'), `${name}: ${line}`);
    }
    for (const name of ['cluster', 'mesh', 'dns']) {
      const row = printed(name, fleet, 120, inColour).find((line) => /\bb\b.*\?/.test(line)) ?? '';
      assert.ok(row.includes('\u001B[35m?\u001B[39m'), `${name}: ${row}`);
      assert.ok(!row.includes('\u001B[32m'), `${name} paints green what is not known: ${row}`);
    }
  });

  test('--node shows one node, among the others that it has to do with', async () => {
    const fleet = onlyNode(await troubled(), 'node2');
    const mesh = printed('mesh', fleet, 80).join('\n');
    assert.match(mesh, /node2 +9m +· +10m +never/);
    assert.doesNotMatch(mesh, /^. {2}node1/m);
    assert.match(printed('cluster', fleet, 120).join('\n'), /node2 of 4 nodes|node2, of 4 nodes/);
    assert.match(printed('cluster', fleet, 120).join('\n'), /node2 .*3\/3/);
    const { nodes } = jsonOf('report', fleet) as { nodes: { host: string }[] };
    assert.deepEqual(
      nodes.map(({ host }) => host),
      ['node2'],
    );
  });

  test('peers that are no known node are shown by their addresses', async () => {
    const peers = [
      { public_key: 'a', allowed_ips: '10.0.0.7/32', latest_handshake: 1, handshake_age_sec: 20 },
      { public_key: 'b', allowed_ips: '10.0.0.9/32', latest_handshake: 0 },
    ];
    const fleet = await fleetOf({
      a: reportWith({ wireguard: { interface_up: true, wg_ip: '10.0.0.1', peer_count: 2, peers } }),
      b: new Error('no route to host'),
      c: reportWith({ wireguard: { interface_up: true, wg_ip: '10.0.0.3', peer_count: 0, peers: [] } }),
    });
    const lines = printed('mesh', fleet, 80).join('\n');
    assert.match(lines, /from \\ to +a +b +c +10\.0\.0\.7 +10\.0\.0\.9\n/);
    assert.match(lines, /a +· +- +no peer +20s +never\n/);
    assert.match(lines, /c +no peer +no peer +· +- +-\n/);
    const { links } = jsonOf('mesh', fleet) as { links: { from: string; to: string; state: string }[] };
    assert.ok(!links.some(({ from, to }) => from === 'a' && to === 'b'), 'b may be one of the two addresses');
  });

  test('a link is not connected where the alert about its handshake is due, whatever its limit, and only there', async () => {
    const old = (to: number, age: number) => ({
      public_key: publicKey(to),
      allowed_ips: `10.0.0.${to}/32`,
      latest_handshake: 1,
      handshake_age_sec: age,
      keepalive: 25,
    });
    const reading = await fleetOf(nodesWith(3, { node1: { wireguard: { peers: [old(2, 150), old(3, 500)] } } }));
    for (const [limit, states, summary] of [
      ['3m', 'connected, stale', '1 of 6 links not connected'],
      ['10m', 'connected, connected', 'all connected'],
      ['130s', 'stale, stale', '2 of 6 links not connected'],
    ] as const) {
      const fleetSettings = fleetConfig.fleet.parse({ limits: { 'wireguard-handshake': { amber: limit } } });
      const fleet = assessFleet(reading, fleetSettings, at);
      const { links } = jsonOf('mesh', fleet) as { links: { from: string; state: string }[] };
      const fromNode1 = links.filter(({ from }) => from === 'node1').map(({ state }) => state);
      assert.equal(fromNode1.join(', '), states, limit);
      const { summary: found } = jsonOf('cluster', fleet) as { summary: { wg_mesh_status: string } };
      assert.equal(found.wg_mesh_status, summary, limit);
      const due = fleet.alerts.filter(({ id }) => id.startsWith('wireguard-handshake:'));
      assert.equal(due.length, fromNode1.filter((state) => state === 'stale').length, limit);
    }
  });

  test('a unit with the name of a program has a row of its own beside that of the program', async () => {
    const services = ['rqlite.service', 'gateway.service', 'rqlite'].map((name) => ({ ...gateway, name }));
    const fleet = await fleetOf(nodesWith(1, { node1: { services: { services, failed_units: ['Olric'] } } }));
    const lines = printed('service', fleet, 80).filter((line) => /^(rqlite|gateway|Olric)/.test(line));
    assert.deepEqual(lines, [
      'rqlite           answers',
      'Olric            answers',
      'gateway          answers',
      'rqlite.service   failed',
      'gateway.service  failed',
    ]);
    const { services: rows } = jsonOf('service', fleet) as { services: { service: string }[] };
    assert.equal(new Set(rows.map(({ service }) => service)).size, rows.length);
  });

  test('one node that names a leader of its own does not hide that the quorum is lost', async () => {
    const quorumOf = async (reports: Parameters<typeof judge>[0]): Promise<unknown> =>
      (jsonOf('report', await judge(reports))['summary'] as { rqlite_quorum: unknown }).rqlite_quorum;
    const reports = healthyCluster(3);
    loseLeader(reports, 1, 2, 3);
    assert.equal(await quorumOf(reports), 'lost');
    change(reports, 1, 'rqlite', { leader_addr: '10.9.9.9:1' });
    assert.equal(await quorumOf(reports), 'lost');
    const led = healthyCluster(3);
    led['node1'] = new Error('no route to host');
    assert.equal(await quorumOf(led), 'degraded');
    // Where rqlite asks for a password, no node says its state.
    const closed = healthyCluster(3);
    for (const node of [1, 2, 3]) change(closed, node, 'rqlite', { raft_state: undefined, leader_addr: undefined });
    assert.equal(await quorumOf(closed), 'unknown');
  });

  test('nodes on both sides of a cut are degraded, with the alert about it; a note about several leaves them healthy', async () => {
    const reports = healthyCluster(3);
    cutNetwork(reports, [1, 2], [3]);
    loseLeader(reports, 3);
    const fleet = await judge(reports);
    assert.deepEqual(alertsIn(fleet), [
      'critical network-cut:cluster: the network is cut: node1 and node2 on one side, node3 on the other',
    ]);
    const rows = printed('cluster', fleet, 120).filter((line) => /^. {2}node\d/.test(line));
    assert.equal(rows.length, 3);
    for (const row of rows) assert.match(row, /^✖ {2}node\d +degraded +1 critical/);
    for (const name of ['node1', 'node3'])
      assert.match(
        printed('node', onlyNode(fleet, name), 120).join('\n'),
        /✖ the network is cut: node1 and node2/,
        name,
      );
    const { meta } = jsonOf('report', fleet) as { meta: { healthy_count: number } };
    assert.equal(meta.healthy_count, 0);

    const noted = healthyCluster(2);
    change(noted, 2, 'namespaces', { namespaces: [] });
    const { alerts, ...others } = await judge(noted);
    assert.deepEqual(
      alerts.map(({ severity, node }) => [severity, node]),
      [['info', null]],
    );
    assert.match(printed('cluster', { alerts, ...others }, 120).join('\n'), /node1 +healthy .*\n.*node2 +healthy /);
  });

  test('a namespace of which a part could not be read is not shown as up', async () => {
    const namespace = { name: 'alice', found_by: 'a unit', rqlite_state: 'Follower', olric_up: true, gateway_up: true };
    const fleet = await fleetOf({
      a: reportWith(
        { namespaces: { namespaces: [namespace] } },
        { errors: [{ section: 'namespaces', part: 'alice, rqlite', reason: 'permission denied' }] },
      ),
      b: reportWith({ namespaces: { namespaces: [{ ...namespace, name: 'bob', rqlite_up: true }] } }),
    });
    const lines = printed('namespaces', fleet, 80);
    assert.ok(lines.includes('alice      rqlite ?  -'), lines.join('\n'));
    assert.ok(lines.includes('bob        -         Follower'), lines.join('\n'));
  });
});

describe('the report for a language model', () => {
  interface Document {
    readonly meta: { readonly left_out?: readonly string[]; readonly budget_tokens?: number };
    readonly summary: object;
    readonly alerts: readonly { readonly id: string; readonly severity: string }[];
    readonly nodes: readonly { readonly host: string; readonly status: string; readonly report: object | null }[];
    readonly nodes_summed_up?: readonly { readonly status: string; readonly count: number }[];
  }

  function reportWithin(fleet: Fleet, budget?: string): { readonly document: Document; readonly tokens: number } {
    const report = views.find(({ name }) => name === 'report');
    const text = report?.render(fleet, { paint: plain, width: 80 }, { budget }).join('\n') ?? '';
    const document = JSON.parse(text) as Document;
    const { error } = documentSchemas.report.safeParse(document);
    assert.equal(error, undefined, `budget ${budget}`);
    return { document, tokens: Math.ceil(text.length / 4) };
  }

  const large = (): Promise<Fleet> =>
    fleetOf(
      nodesWith(60, {
        node7: { system: { mem_use_pct: 93 } },
        node8: new Error('no route to host'),
        node9: { system: { mem_use_pct: 97 } },
      }),
    );

  test('without a budget it is whole, and has the shape of its documentation', async () => {
    const fleet = await fleetOf(
      nodesWith(3, { node2: { system: { mem_use_pct: 94 } }, node3: new Error('Connection timed out') }),
      { node2: 'nameserver-ns2' },
    );
    const { document } = reportWithin(fleet);
    assert.deepEqual(document.meta, {
      environment: 'devnet',
      collected_at: '2026-11-20T12:00:00.000Z',
      duration_seconds: 0,
      node_count: 3,
      healthy_count: 1,
      failed_count: 1,
    });
    assert.deepEqual(document.summary, {
      rqlite_leader: 'node1',
      rqlite_voters: '2/3',
      rqlite_raft_term: 7,
      rqlite_quorum: 'degraded',
      wg_mesh_status: '2 of 6 links not connected, 2 links unknown',
      service_health: 'unknown on node3',
      critical_alerts: 1,
      warning_alerts: 1,
      info_alerts: 0,
    });
    assert.deepEqual(
      document.alerts.map(({ id, severity }) => [id, severity]),
      [
        ['node-reached:node3', 'critical'],
        ['memory:node2', 'warning'],
      ],
    );
    assert.deepEqual(
      document.nodes.map(({ report, ...row }) => [row, report && Object.keys(report).includes('wireguard')]),
      [
        [{ host: 'node3', role: null, status: 'unreachable', collection_ms: 0, error: 'Connection timed out' }, null],
        [{ host: 'node2', role: 'nameserver-ns2', status: 'degraded', collection_ms: 0, error: null }, true],
        [{ host: 'node1', role: null, status: 'healthy', collection_ms: 0, error: null }, true],
      ],
    );
  });

  test('a healthy fleet has the words of the specification', async () => {
    const { document } = reportWithin(await fleetOf(nodesWith(3)));
    assert.deepEqual(document.summary, {
      rqlite_leader: 'node1',
      rqlite_voters: '3/3',
      rqlite_raft_term: 7,
      rqlite_quorum: 'ok',
      wg_mesh_status: 'all connected',
      service_health: 'all nominal',
      critical_alerts: 0,
      warning_alerts: 0,
      info_alerts: 0,
    });
  });

  test('it keeps every budget that has room for the worst alert', async () => {
    const fleet = await large();
    for (let budget = 600; budget < 100_000; budget = Math.ceil(budget * 1.6)) {
      const { tokens, document } = reportWithin(fleet, String(budget));
      assert.ok(tokens <= budget, `${tokens} tokens for a budget of ${budget}`);
      assert.ok(document.alerts.length > 0, `no alert for a budget of ${budget}`);
    }
  });

  test('as the budget shrinks, what is healthy goes first, and alerts last', async () => {
    const fleet = await large();
    const system = (host: string): unknown =>
      (fleet.nodes[host]?.report as Record<string, unknown> | undefined)?.['system'];
    const stages = [
      'whole',
      'no healthy reports',
      'no healthy rows',
      'wrong sections only',
      'no reports',
      'no rows',
      'fewer alerts',
    ];
    const stageOf = ({ alerts, nodes }: Document): string => {
      const bad = nodes.filter(({ status }) => status === 'degraded');
      if (alerts.length < fleet.alerts.length) return 'fewer alerts';
      if (bad.length < 2) return 'no rows';
      if (bad.some(({ report }) => report === null)) return 'no reports';
      for (const { host, report } of bad) assert.deepEqual(report && 'system' in report && report.system, system(host));
      if (bad.some(({ report }) => report && !('dns' in report))) return 'wrong sections only';
      if (nodes.length < 60) return 'no healthy rows';
      return nodes.some(({ host, report }) => host !== 'node8' && report === null) ? 'no healthy reports' : 'whole';
    };
    const seen: string[] = [];
    for (let budget = 400_000; budget > 400; budget = Math.floor(budget * 0.9)) {
      const { document } = reportWithin(fleet, String(budget));
      const stage = stageOf(document);
      if (seen.at(-1) !== stage) seen.push(stage);
      const { left_out: leftOut = [] } = document.meta;
      assert.equal(leftOut.length === 0, stage === 'whole', `${stage}: ${leftOut.join()}`);
      assert.doesNotMatch(leftOut.join(), /(sections|reports) .*node8/, 'node8 has no report');
      const summedUp = document.nodes_summed_up?.reduce((sum, { count }) => sum + count, 0) ?? 0;
      assert.equal(document.nodes.length + summedUp, 60, stage);
    }
    // A step of the budget may pass over a stage.
    assert.deepEqual(
      seen,
      stages.filter((stage) => seen.includes(stage)),
    );
    for (const stage of [
      'whole',
      'no healthy reports',
      'no healthy rows',
      'wrong sections only',
      'no reports',
      'fewer alerts',
    ])
      assert.ok(seen.includes(stage), `${stage} was not among ${seen.join(', ')}`);
  });

  test('a budget too small for the alerts keeps the worst, and says so', async () => {
    const fleet = await large();
    const { document } =
      [600, 550, 500, 450, 400]
        .map((budget) => reportWithin(fleet, String(budget)))
        .find(({ document: { alerts } }) => alerts.length === 2) ??
      assert.fail('no budget has room for two of three alerts');
    assert.deepEqual(
      document.alerts.map(({ id }) => id),
      ['node-reached:node8', 'memory:node7'],
    );
    assert.ok(
      document.meta.left_out?.includes('1 alert that is not worse than those shown'),
      JSON.stringify(document.meta),
    );
    const tiny = reportWithin(fleet, '10').document;
    assert.deepEqual(
      tiny.alerts.map(({ id }) => id),
      ['node-reached:node8'],
    );
    assert.equal(tiny.meta.left_out?.[0], 'the budget is too small even for the worst alert');
  });

  test('a budget that is no number is refused before any node is asked', () => {
    const report = views.find(({ name }) => name === 'report');
    for (const budget of ['0', '-5', '8k', '1e3', ''])
      assert.throws(() => report?.refuse?.({ budget }), /--budget: expected a number of tokens, such as 8000/);
    report?.refuse?.({ budget: '8000' });
  });
});

describe('views as JSON', () => {
  test('the schema in ops/docs is up to date (`npm run docs` writes it)', () => {
    const path = join(import.meta.dirname, '..', '..', 'ops', 'docs', 'fleet.schema.json');
    assert.deepEqual(JSON.parse(readText(path)), JSON.parse(JSON.stringify(documentsJsonSchema())));
  });

  test('every view prints what its schema says', async () => {
    const fleets = await Promise.all([
      troubled(),
      fleetOf(nodesWith(3), { node1: 'node' }),
      fleetOf({ a: new Error('refused') }),
      fleetOf({ a: reportWith({}) }),
    ]);
    assert.deepEqual(
      Object.keys(documentSchemas),
      views.map(({ name }) => name),
    );
    for (const fleet of fleets)
      for (const [name, schema] of Object.entries(documentSchemas)) {
        const { success, error } = schema.safeParse(jsonOf(name, fleet));
        assert.ok(success, `${name}: ${error?.message}`);
      }
  });

  test('null, absent and unknown are told apart', async () => {
    const { services } = jsonOf('service', await troubled()) as {
      services: { service: string; nodes: Record<string, unknown> }[];
    };
    const nodesOf = (service: string) => services.find((one) => one.service === service)?.nodes;
    assert.deepEqual(nodesOf('rqlite'), {
      node1: { status: 'ok', state: 'answers', good: true },
      node2: { status: 'ok', state: 'answers', good: true },
      node3: { status: 'unknown', state: null, good: null },
      node4: { status: 'unknown', state: null, good: null },
    });
    assert.deepEqual(nodesOf('site-gateway')?.['node2'], { status: 'ok', state: 'failed', good: false });
    const { links } = jsonOf('mesh', await troubled()) as { links: { from: string; to: string; state: string }[] };
    assert.deepEqual(
      links.filter(({ from }) => from === 'node2').map(({ to, state }) => `${to} ${state}`),
      ['node1 stale', 'node3 stale', 'node4 never'],
    );
  });
});
