// What the report says of namespaces: instances of units, or addresses of the configuration.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { json, listUnits, type Machine, running, sectionOn, unitList } from './machine.ts';

const status = json({ store: { open: true, raft: { state: 'Follower' } } });
const members = '+PONG\r\n*1\r\n*3\r\n+n1\r\n:1\r\n+true\r\n';
const programs = running({ rqlited: [10_000, 10_001], 'olric-server': [10_002, 10_003], gw: [10_004] });
const units = ['site-rqlite@alice.service', 'site-olric@alice.service', 'site-gateway@alice.service'];
const properties = (pid: number): string =>
  `LoadState=loaded\nActiveState=active\nMainPID=${pid}\nConditionTimestamp=\n`;
const ofUnits: Machine = {
  files: { ...programs.files, '/run/systemd/system': '' },
  programs: new Proxy(
    {
      ...programs.programs,
      [listUnits]: unitList(
        ...units.map((unit) => `${unit} loaded active running`),
        'site-rqlite@bob.service loaded failed failed',
        'site-sfu@alice.service loaded active running',
        'site-turn@bob.service loaded failed failed',
        'getty@tty1.service loaded active running',
      ),
    },
    {
      get: (all, command: string) =>
        // In the order of their names.
        command.startsWith('systemctl show')
          ? { stdout: [102, 101, 100, 0, 0, 0].map(properties).join('\n') }
          : Reflect.get(all, command),
    },
  ),
  urls: {
    'http://127.0.0.1:10000/status': status,
    'http://127.0.0.1:10000/readyz': json('[-]leader not contactable', 503),
    'http://127.0.0.1:10004/v1/health': json({ status: 'ok' }),
  },
  conversations: { '127.0.0.1:10002': () => members },
};

describe('node/namespaces', () => {
  test('instances of units are namespaces, at the ports of their main processes', async () => {
    const { fields, errors } = await sectionOn('namespaces', ofUnits);
    assert.deepEqual(errors, ['bob, rqlite: no process of rqlite runs: site-rqlite@bob.service is failed (failed)']);
    assert.deepEqual(fields['namespaces'], [
      {
        name: 'alice',
        found_by: [...units, 'site-sfu@alice.service'].map((unit) => `the unit ${unit}`).join(', '),
        port_base: 10_000,
        rqlite_up: true,
        rqlite_state: 'Follower',
        rqlite_ready: false,
        olric_up: true,
        gateway_up: true,
        gateway_status: 200,
        sfu_up: true,
      },
      {
        name: 'bob',
        found_by: 'the unit site-rqlite@bob.service, the unit site-turn@bob.service',
        rqlite_up: false,
        turn_up: false,
      },
    ]);
    // What a namespace has is not the node's own.
    const { absent } = await sectionOn('rqlite', ofUnits);
    assert.deepEqual(absent, ['rqlite is on this node in namespaces only']);
  });

  test('namespaces of the configuration: one is well, the other answers garbage, or not at all', async () => {
    const node = `node:
  namespaces:
    good: { rqlite: "http://127.0.0.1:10000/", olric: "127.0.0.1:10002", gateway: "http://127.0.0.1:10004/v1/health" }
    bad: { rqlite: "http://127.0.0.1:1", olric: "127.0.0.1:2", gateway: "http://127.0.0.1:3/" }
    odd: { rqlite: "http://127.0.0.1:4", olric: "127.0.0.1:5" }`;
    const { fields, errors } = await sectionOn(
      'namespaces',
      {
        ...running({}),
        urls: { ...ofUnits.urls, 'http://127.0.0.1:4/status': json('<html>') },
        conversations: { ...ofUnits.conversations, '127.0.0.1:5': () => 'HTTP/1.1 400\r\n' },
      },
      { node },
    );
    const by = 'the configuration';
    assert.deepEqual(fields['namespaces'], [
      { name: 'bad', found_by: by, rqlite_up: false, olric_up: false, gateway_up: false },
      {
        name: 'good',
        found_by: by,
        port_base: 10_000,
        rqlite_up: true,
        rqlite_state: 'Follower',
        rqlite_ready: false,
        olric_up: true,
        gateway_up: true,
        gateway_status: 200,
      },
      { name: 'odd', found_by: by },
    ]);
    assert.equal(errors.length, 7, errors.join('\n'));
    assert.match(errors.join('\n'), /^bad, gateway: http:\/\/127\.0\.0\.1:3\/: no answer within 3s$/m);
    assert.match(errors.join('\n'), /^odd, rqlite: .* is not JSON/m);
  });

  test('the lowest port of a namespace gives its three addresses, but for those that are named', async () => {
    const node = `node:
  namespaces:
    based: { port_base: 10000 }
    named: { port_base: 10000, gateway: "http://127.0.0.1:3/" }`;
    const { fields } = await sectionOn(
      'namespaces',
      { ...running({}), urls: ofUnits.urls ?? {}, conversations: ofUnits.conversations ?? {} },
      { node },
    );
    const up = { port_base: 10_000, rqlite_up: true, rqlite_state: 'Follower', rqlite_ready: false, olric_up: true };
    const by = { found_by: 'the configuration' };
    assert.deepEqual(fields['namespaces'], [
      { name: 'based', ...by, ...up, gateway_up: true, gateway_status: 200 },
      { name: 'named', ...by, ...up, gateway_up: false },
    ]);
  });

  test('a node without namespaces says so', async () => {
    const { fields, absent } = await sectionOn('namespaces', running({ rqlited: [4001] }));
    assert.deepEqual(fields, {});
    assert.match(absent.join(), /^no unit of rqlite, Olric or a gateway has instances/);
  });
});
