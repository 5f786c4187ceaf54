// What the report says of WireGuard: the fields of `wg show`, as wireguard-tools 1.0.20210914 print them.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { at, listUnits, type Machine, sectionOn, unitList } from './machine.ts';

const [one, other] = ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0='];
const handshake = at.getTime() / 1000 - 90;
const wg = (values: Readonly<Record<string, string>>): Machine['programs'] =>
  Object.fromEntries(Object.entries(values).map(([field, stdout]) => [`wg show wg0 ${field}`, { stdout }]));
const show = wg({
  'listen-port': '51820\n',
  'latest-handshakes': `${one}\t${handshake}\n${other}\t0\n`,
  endpoints: `${one}\t192.0.2.7:51820\n${other}\t(none)\n`,
  'allowed-ips': `${one}\t10.0.0.2/32 10.0.0.3/32\n${other}\t(none)\n`,
  transfer: `${one}\t1024\t2048\n${other}\t0\t0\n`,
  'persistent-keepalive': `${one}\t25\n${other}\toff\n`,
});
const address = [
  {
    ifname: 'wg0',
    flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
    addr_info: [
      { family: 'inet6', local: 'fd00::1', scope: 'global' },
      { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' },
    ],
  },
];
const routes = (...devices: readonly string[]): string =>
  `Iface\tDestination\tGateway\n${devices.map((device) => `${device}\t0000000A\t00000000\n`).join('')}`;
const mesh: Machine = {
  files: {
    '/proc/net/route': routes('eth0', 'wg0'),
    '/proc/1/stat': '1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 0',
    '/sys/class/net/lo/uevent': 'INTERFACE=lo\nIFINDEX=1\n',
    '/sys/class/net/wg0/uevent': 'DEVTYPE=wireguard\nINTERFACE=wg0\nIFINDEX=4\n',
    '/sys/class/net/wg0/flags': '0x91\n',
    '/sys/class/net/wg0/mtu': '1420\n',
    '/etc/wireguard/wg0.conf': '[Interface]\nPrivateKey = never read\n',
  },
  programs: { ...show, 'ip -json address show dev wg0': { stdout: JSON.stringify(address) } },
};

const without = (machine: Machine, ...paths: readonly string[]): Machine => ({
  ...machine,
  files: Object.fromEntries(
    Object.entries(machine.files).filter(([path]) => !paths.some((prefix) => path.startsWith(prefix))),
  ),
});

describe('node/wireguard', () => {
  test('interface, address and peers; a peer that never shook hands has no age', async () => {
    const { fields, errors } = await sectionOn('wireguard', mesh);
    assert.deepEqual(errors, []);
    assert.deepEqual(fields, {
      interface: 'wg0',
      interfaces: ['wg0'],
      found_by: 'its type in /sys/class/net',
      interface_up: true,
      wg_ip: '10.0.0.1',
      wg_route_exists: true,
      listen_port: 51_820,
      mtu: 1420,
      config_exists: true,
      config_perms: '600',
      peer_count: 2,
      peers: [
        {
          public_key: one,
          endpoint: '192.0.2.7:51820',
          allowed_ips: '10.0.0.2/32 10.0.0.3/32',
          latest_handshake: handshake,
          handshake_age_sec: 90,
          transfer_rx_bytes: 1024,
          transfer_tx_bytes: 2048,
          keepalive: 25,
        },
        { public_key: other, latest_handshake: 0, transfer_rx_bytes: 0, transfer_tx_bytes: 0, keepalive: 0 },
      ],
    });
  });

  test('a user who may not look gets no peers, with the reason, not a mesh without peers', async () => {
    const refused = { exit_code: 1, stderr: 'Unable to access interface wg0: Operation not permitted\n' };
    const { fields, errors } = await sectionOn('wireguard', {
      files: { ...mesh.files, '/etc/wireguard/wg0.conf': 'denied' },
      programs: { ...mesh.programs, ...Object.fromEntries(Object.keys(show).map((command) => [command, refused])) },
    });
    assert.deepEqual([fields['interface_up'], 'peers' in fields, 'peer_count' in fields], [true, false, false]);
    assert.deepEqual(['config_exists' in fields, 'config_perms' in fields], [false, false]);
    assert.match(
      errors.join('\n'),
      /^peers: wg show wg0 [a-z-]+: Unable to access interface wg0: Operation not permitted$/m,
    );
    assert.match(errors.join('\n'), /^config: .*permission/m);
  });

  test('an interface without a line of its own, garbage, and no wg are no mesh without peers', async () => {
    const cases: readonly (readonly [RegExp, Machine['programs']])[] = [
      [/not the output of wg show listen-port: "off/, { 'wg show wg0 listen-port': { stdout: 'off\n' } }],
      [/not a line of wg show endpoints/, { 'wg show wg0 endpoints': { stdout: '<html>\n' } }],
      [
        /not a number in wg show latest-handshakes: "soon"/,
        { 'wg show wg0 latest-handshakes': { stdout: `${one}\tsoon\n` } },
      ],
      [/wg show wg0 transfer: exit code 1/, { 'wg show wg0 transfer': { exit_code: 1 } }],
    ];
    for (const [words, programs] of cases) {
      const { fields, errors } = await sectionOn('wireguard', { ...mesh, programs: { ...mesh.programs, ...programs } });
      assert.match(errors.join('\n'), words);
      assert.ok(!('peers' in fields) && fields['interface_up'] === true);
    }
    const { errors } = await sectionOn('wireguard', { ...mesh, programs: {} });
    assert.match(errors.join('\n'), /^peers: wg is not installed/m);
  });

  test('a mesh without a route says so; of one of IPv6 alone that is unknown', async () => {
    const lost = { ...mesh, files: { ...mesh.files, '/proc/net/route': routes('eth0') } };
    assert.equal((await sectionOn('wireguard', lost)).fields['wg_route_exists'], false);
    const own = [{ addr_info: [{ family: 'inet6', local: 'fd00::1', scope: 'global' }] }];
    const programs = { ...mesh.programs, 'ip -json address show dev wg0': { stdout: JSON.stringify(own) } };
    const { fields, absent } = await sectionOn('wireguard', { ...lost, programs });
    assert.ok(!('wg_route_exists' in fields));
    assert.deepEqual(absent, ['route: its address is of IPv6, and only routes of IPv4 are read']);
  });

  test('an interface that is down or gone, of a unit or the configuration, is not up', async () => {
    const down = { ...mesh, files: { ...mesh.files, '/sys/class/net/wg0/flags': '0x90\n' } };
    assert.equal((await sectionOn('wireguard', down)).fields['interface_up'], false);
    const gone = without(mesh, '/sys/class/net/wg0', '/etc/wireguard');
    const named = await sectionOn('wireguard', gone, { node: 'node: { wireguard: { interface: wg0 } }' });
    assert.deepEqual(named.fields, {
      interface: 'wg0',
      interfaces: ['wg0'],
      found_by: 'the configuration',
      interface_up: false,
      config_exists: false,
    });
    assert.deepEqual(named.errors, ['peers: there is no interface wg0']);
    const ofUnit = await sectionOn('wireguard', {
      files: { ...gone.files, '/run/systemd/system': '' },
      programs: { [listUnits]: unitList('wg-quick@wg0.service loaded failed failed') },
    });
    const { interface_up: isUp, service_active: isActive, found_by: by } = ofUnit.fields;
    assert.deepEqual([isUp, isActive, by], [false, false, 'the unit wg-quick@wg0.service']);
  });

  test('a WireGuard outside of the kernel is found by its socket', async () => {
    const { files, programs } = mesh;
    const tun = { ...files, '/sys/class/net/wg0/uevent': 'INTERFACE=wg0\n', '/run/wireguard/wg0.sock': '' };
    const { fields } = await sectionOn('wireguard', { files: tun, programs });
    assert.deepEqual([fields['found_by'], fields['peer_count']], ['the socket /run/wireguard/wg0.sock', 2]);
  });

  test('a node without WireGuard says so', async () => {
    const { absent, errors } = await sectionOn('wireguard', without(mesh, '/sys/class/net/wg0'));
    assert.deepEqual([absent, errors], [['no interface and no unit of WireGuard is on this node'], []]);
  });
});
