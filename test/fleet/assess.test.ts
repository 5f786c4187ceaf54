import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { assessFleet, worstOf } from '../../lib/fleet/assess.ts';
import { fleetConfig } from '../../lib/fleet/config.ts';
import { statusOf } from '../../lib/fleet/summary.ts';
import { alertsIn, at, fleetOf, reportWith } from './fleet.ts';

const system = { time_unix: 1, mem_use_pct: 20, mem_available_mb: 800, mem_total_mb: 1000 };

describe('a fleet', () => {
  test('nodes that report, and lack programs, raise no alerts', async () => {
    const fleet = await fleetOf({ a: reportWith({ system }), b: reportWith({ system }) });
    assert.deepEqual(alertsIn(fleet), []);
    assert.ok(fleet.observations.length >= 4, 'nothing was judged');
  });

  test('a node that is not reached is one alert, and the others are judged', async () => {
    const fleet = await fleetOf({
      a: new Error('it refuses our key'),
      b: reportWith({ system: { ...system, mem_use_pct: 95 } }),
    });
    assert.deepEqual(alertsIn(fleet), [
      'critical node-reached:a: a does not report: it refuses our key',
      'warning memory:b: memory of b is 95 % in use (warning above 90 %)',
    ]);
    assert.deepEqual(fleet.alerts[1]?.evidence, { b: '800 of 1000 MiB are available' });
  });

  test('a section or a part that could not be read is unknown, and told once', async () => {
    const fleet = await fleetOf({
      a: reportWith({ system: null }, { errors: [{ section: 'system', reason: 'permission denied' }] }),
      b: reportWith({ system }, { errors: [{ section: 'system', part: 'clock', reason: 'timedatectl hung' }] }),
    });
    assert.deepEqual(alertsIn(fleet), [
      'warning section-read:a/system: system of a could not be read: permission denied',
      'warning section-read:b/system.clock: system.clock of b could not be read: timedatectl hung',
    ]);
  });

  test('an alert that is expected, of all nodes or of one, is a note; others of the same name, and what follows from it, are not', async () => {
    const units = ['a', 'gateway'].map((name) => ({ name: `${name}.service`, active_state: 'failed', sub_state: 'x' }));
    const report = reportWith({
      system: { ...system, mem_use_pct: 95 },
      network: { ufw_active: false },
      services: { services: units.map((one) => ({ ...one, restart_loop_risk: false })) },
      gateway: { responsive: false },
    });
    const expecting = async (...expected: string[]) => {
      const nodes = { a: {}, b: {} };
      const settings = fleetConfig.fleet.parse({ environments: { devnet: { nodes, expected } } });
      return fleetOf({ a: report, b: report }, {}, {}, settings);
    };
    const wrong = await expecting();
    assert.equal(alertsIn(wrong).filter((one) => one.startsWith('info')).length, 0);
    const fleet = await expecting('ufw', 'memory:a', 'service-state:b');
    assert.deepEqual(alertsIn(fleet), [
      'critical service-state:a/a.service: a.service of a is failed (x)',
      'critical service-state:a/gateway.service: gateway.service of a is failed (x)',
      'critical gateway-responding:b: the gateway of b does not answer',
      'warning memory:b: memory of b is 95 % in use (warning above 90 %)',
      'info service-state:b/a.service: a.service of b is failed (x) (expected)',
      'info service-state:b/gateway.service: gateway.service of b is failed (x) (expected)',
      'info ufw:a: the firewall of a is inactive (expected)',
      'info ufw:b: the firewall of b is inactive (expected)',
      'info memory:a: memory of a is 95 % in use (warning above 90 %) (expected)',
    ]);
    const note = fleet.alerts.find(({ id }) => id === 'ufw:a');
    assert.match(note?.advice ?? '', /fleet\.environments\.devnet\.expected/);
    const quiet = await expecting('ufw', 'memory', 'service-state', 'gateway-responding');
    assert.ok(quiet.alerts.every(({ level, severity }) => level === 'amber' && severity === 'info'));
    assert.deepEqual([worstOf(quiet.alerts), statusOf(quiet, 'a')], ['green', 'healthy']);
  });

  test('a part that could not be read is a note where that is expected, and unknown all the same', async () => {
    const failed = reportWith({ system: null }, { errors: [{ section: 'system', reason: 'permission denied' }] });
    const settings = fleetConfig.fleet.parse({
      environments: { devnet: { nodes: { a: {} }, expected: ['section-read:a'] } },
    });
    const { alerts } = await fleetOf({ a: failed }, {}, {}, settings);
    assert.deepEqual(
      alerts.map(({ severity, level, id }) => `${severity} ${level} ${id}`),
      ['info unknown section-read:a/system'],
    );
  });

  test('a name server without dns, and a node without a part that the configuration names, are alerts; a part that could not be read is unknown', async () => {
    const sections = ['rqlite', 'wireguard', 'dns'];
    const nodes = { a: {}, b: { sections }, c: { sections }, d: { sections } };
    const settings = fleetConfig.fleet.parse({ environments: { devnet: { nodes } } });
    const removed = reportWith({ system, wireguard: {} });
    const unread = reportWith(
      { system, rqlite: null, wireguard: {}, dns: null },
      { errors: ['rqlite', 'dns'].map((section) => ({ section, reason: 'systemctl hung' })) },
    );
    const answers = { a: removed, b: removed, c: unread, d: new Error('no route to host') };
    const fleet = await fleetOf(answers, { a: 'nameserver-ns1', b: 'node' }, {}, settings);
    assert.deepEqual(alertsIn(fleet), [
      'critical node-reached:d: d does not report: no route to host',
      'critical section-missing:a/dns: a must have dns, and does not have it: it is not installed',
      'critical section-missing:b/rqlite: b must have rqlite, and does not have it: it is not installed',
      'critical section-missing:b/dns: b must have dns, and does not have it: it is not installed',
      'warning section-read:c/rqlite: rqlite of c could not be read: systemctl hung',
      'warning section-read:c/dns: dns of c could not be read: systemctl hung',
    ]);
  });

  test('a judgement that fails itself is told, and the others judge', async () => {
    const { nodes, ...reading } = await fleetOf({ a: reportWith({ system }), b: new Error('it refuses our key') });
    const { alerts } = assessFleet({ ...reading, nodes }, { environments: {}, limits: {} }, at);
    const messages = alerts.map(({ severity, message }) => `${severity}: ${message}`);
    assert.equal(messages[0], 'critical: b does not report: it refuses our key');
    assert.ok(
      messages.includes(
        'warning: system could not be read: memory could not judge it: no limits are configured under limits.memory',
      ),
      messages.join('\n'),
    );
  });

  test('a thousand parts that could not be read are fifty alerts, and one that says how many more', async () => {
    const errors = Array.from({ length: 1000 }, (_, index) => ({ section: 'system', part: `p${index}`, reason: 'x' }));
    const found = alertsIn(await fleetOf({ a: reportWith({ system }, { errors }) }));
    assert.equal(found.length, 51);
    assert.match(found.join('\n'), /950 more parts of a could not be read/);
  });

  test('a part that could not be read because its program does not answer follows from the alert about that', async () => {
    const unit = { name: 'rqlite.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: false };
    const namespace = { name: 'alice', found_by: 'a unit', rqlite_up: true, olric_up: false, gateway_up: true };
    const reason = 'connect ECONNREFUSED';
    const fleet = await fleetOf({
      a: reportWith(
        {
          services: { services: [unit] },
          rqlite: { responsive: false },
          ipfs: { daemon_active: false },
          wireguard: { interface: 'wg0', interface_up: false },
          namespaces: { namespaces: [namespace] },
        },
        {
          errors: [
            { section: 'rqlite', part: 'status', reason },
            { section: 'ipfs', part: 'kubo', reason },
            { section: 'wireguard', part: 'peers', reason: 'there is no interface wg0' },
            { section: 'namespaces', part: 'alice, olric', reason },
          ],
        },
      ),
      b: reportWith(
        { rqlite: { responsive: true } },
        {
          errors: [
            { section: 'rqlite', part: 'status', reason: 'its store is closed' },
            { section: 'rqlite', part: 'status', reason: 'its store is closed' },
          ],
        },
      ),
    });
    assert.deepEqual(
      fleet.alerts.map(({ id, consequences }) => [id, consequences]),
      [
        ['wireguard-interface:a', ['section-read:a/wireguard.peers']],
        ['service-state:a/rqlite.service', ['rqlite-responding:a', 'section-read:a/rqlite.status']],
        ['ipfs-responding:a', ['section-read:a/ipfs.kubo']],
        ['section-read:b/rqlite.status', []],
        ['namespace-olric:a/alice', ['section-read:a/namespaces.alice, olric']],
      ],
    );
  });

  test('units beyond the first 200 of a node are told as not judged, in one alert', async () => {
    const unitsOf = (count: number) => ({
      services: Array.from({ length: count }, (_, index) => ({
        name: `u${index}.service`,
        active_state: index < 200 ? 'active' : 'failed',
        sub_state: 'x',
        restart_loop_risk: false,
      })),
    });
    const peers = Array.from({ length: 501 }, (_, index) => ({ public_key: `k${index}`, handshake_age_sec: 1 }));
    const fleet = await fleetOf({
      a: reportWith({ services: unitsOf(200) }),
      b: reportWith({ services: unitsOf(201), wireguard: { peers } }),
    });
    assert.deepEqual(alertsIn(fleet), [
      'warning section-read:b/services.services: b reports 201 services, and only the first 200 are judged',
      'warning section-read:b/wireguard.peers: b reports 501 peers, and only the first 500 are judged',
    ]);
  });

  for (const [what, text, says] of [
    [
      'no JSON',
      '\n\u001B[31mThis account is closed: see\u202E https://u:hunter2@example.org/?token=hunter3 \nhello',
      /a does not report: its report is not JSON: it breaks at line 2.*; it begins with: \[31mThis account is closed: see  https:\/\/…@example\.org\/\?token=…$/m,
    ],
    ['one long line', 'x'.repeat(5000), /a does not report: .*; it begins with: x{119}…$/m],
    ['empty', '', /a does not report: its report is not JSON: .*; it is empty$/m],
    ['another program’s JSON', '{}', /a does not report: its report is not one of this format/],
    ['10 MB', JSON.stringify('x'.repeat(10_000_000)), /a does not report: its report/],
    [
      'two million characters',
      reportWith({ system: { ...system, kernel_version: 'x'.repeat(2_000_000) } }),
      /a does not report: its report/,
    ],
    ['a thousand brackets', '['.repeat(1000), /a does not report: its report/],
    [
      'a section of the wrong type',
      reportWith({ system: { time_unix: 'soon' } }),
      /system of a could not be read: its report is wrong: time_unix: expected number/,
    ],
    ['a section that is a list', reportWith({ system: [1] }), /system of a could not be read: its report is wrong/],
    ['a null without a reason', reportWith({ system: null }), /system of a could not be read: no reason is given/],
    ['errors that are no list', reportWith({ system }, { errors: 7 }), undefined],
    [
      'a prototype',
      reportWith({ system }).replace('{', '{"__proto__": {"reached": true}, '),
      /a does not report: its report has the key __proto__/,
    ],
  ] as const)
    test(`a report that is ${what} harms only its own row`, async () => {
      const fleet = await fleetOf({ a: text, b: reportWith({ system }) });
      const found = alertsIn(fleet);
      if (says === undefined) assert.deepEqual(found, []);
      else assert.match(found.join('\n'), says);
      assert.ok(!fleet.alerts.some(({ node }) => node !== 'a'));
      assert.equal(fleet.sections['system']?.['b']?.status, 'ok');
    });

  test('what a node writes has no escape sequences, and its name is that of the configuration', async () => {
    const fleet = await fleetOf({
      a: reportWith(
        { system },
        { hostname: 'b', errors: [{ section: 'system', part: 'x', reason: '\u001B[2Jgone\nb is down' }] },
      ),
      b: reportWith({ system }),
    });
    assert.deepEqual(alertsIn(fleet), [
      'warning section-read:a/system.x: system.x of a could not be read: [2Jgone b is down',
    ]);
  });
});
