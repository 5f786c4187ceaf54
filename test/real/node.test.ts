// The report on a node beside real programs, each in network namespaces of its own: values are those that the program's own tool
// shows, and a program that is stopped or gone leaves no values.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { before, describe } from 'node:test';
import { end, root } from '../process.ts';
import { readText, until } from '../world.ts';
import { makeNode, makeNodes } from './nodes.ts';
import { installPackages, needRoot } from './packages.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Report {
  readonly errors: readonly { readonly section: string; readonly reason: string }[];
  readonly network: { readonly listening_ports: readonly { readonly port: number; readonly process: string | null }[] };
}

const runWith = (input: string, ...[program = '', ...argv]: readonly string[]): string =>
  execFileSync(program, argv, {
    input,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 60_000,
  }).trim();

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe('node-report beside real programs', () => {
  before(() => {
    needRoot();
    installPackages(
      'iproute2',
      'iputils-ping',
      'wireguard-tools',
      'wireguard-go',
      'tor',
      'ufw',
      'caddy',
      'sudo',
      'util-linux',
    );
  });

  test('WireGuard: a mesh of two, a peer that never came, a user who may not look, a stopped and a dead interface', async (t) => {
    const { nodes } = await makeNodes(t, 2);
    const meshed = nodes.map((node, index) => {
      const name = `opswg${index + 1}`;
      const key = runWith('', 'wg', 'genkey');
      const file = join(node.folder, name);
      writeFileSync(file, key, { mode: 0o600 });
      t.after(() => rmSync(`/run/wireguard/${name}.sock`, { force: true }));
      const child = node.start(['wireguard-go', '--foreground', name]);
      return { node, name, key, file, child, publicKey: runWith(key, 'wg', 'pubkey') };
    });
    const [first, second] = meshed;
    assert.ok(first && second);
    for (const [{ node, name, file }, other, number, others] of [
      [first, second, 1, 2],
      [second, first, 2, 1],
    ] as const) {
      await until(() => existsSync(`/run/wireguard/${name}.sock`));
      node.must('wg', 'set', name, 'listen-port', '51820', 'private-key', file);
      const endpoint = `${other.node.address}:51820`;
      node.must('wg', 'set', name, 'peer', other.publicKey, 'endpoint', endpoint, 'allowed-ips', `10.9.0.${others}/32`);
      node.must('ip', 'address', 'add', `10.9.0.${number}/24`, 'dev', name);
      node.must('ip', 'link', 'set', name, 'up');
    }
    const { node, name, key, child } = first;
    const never = runWith(runWith('', 'wg', 'genkey'), 'wg', 'pubkey');
    node.must('wg', 'set', name, 'peer', never, 'allowed-ips', '10.9.0.9/32', 'persistent-keepalive', '25');
    node.must('ping', '-c', '1', '-W', '5', '10.9.0.2');

    const report = (...as: readonly string[]) => node.report('wireguard', { wireguard: { interface: name } }, ...as);
    const { known, errors, text } = report();
    assert.deepEqual(errors, []);
    const handshake = (peer: string): string | undefined =>
      new RegExp(`^${RegExp.escape(peer)}\\t(\\d+)$`, 'm').exec(
        node.must('wg', 'show', name, 'latest-handshakes'),
      )?.[1];
    const { peers = [], ...rest } = known as { peers?: Fields[] };
    assert.deepEqual(
      { ...rest },
      {
        interface: name,
        interfaces: ['opswg1', 'opswg2'],
        found_by: 'the configuration',
        interface_up: true,
        wg_ip: '10.9.0.1',
        wg_route_exists: true,
        listen_port: 51_820,
        mtu: 1420,
        config_exists: false,
        peer_count: 2,
      },
    );
    const peer = peers.find((each) => each['public_key'] === second.publicKey);
    assert.equal(String(peer?.['latest_handshake']), handshake(second.publicKey));
    assert.ok(Number(peer?.['handshake_age_sec']) < 60 && Number(peer?.['transfer_rx_bytes']) > 0);
    assert.deepEqual([peer?.['endpoint'], peer?.['allowed_ips']], ['192.0.2.2:51820', '10.9.0.2/32']);
    const absent = peers.find((each) => each['public_key'] === never);
    assert.deepEqual(
      [absent?.['latest_handshake'], absent?.['handshake_age_sec'], absent?.['keepalive']],
      [0, undefined, 25],
    );
    assert.ok(!text.includes(key), 'the private key is in the report');

    const blind = report(...asNobody);
    assert.deepEqual([blind.section?.['interface_up'], blind.section?.['peers']], [true, null]);
    assert.match(blind.errors.join('\n'), /^peers: wg/m);

    child.kill('SIGSTOP');
    const stopped = report();
    assert.deepEqual([stopped.section?.['peers'], stopped.section?.['wg_ip']], [null, '10.9.0.1']);
    assert.match(stopped.errors.join('\n'), /^peers: wg show opswg1 .* did not answer within 4s$/m);

    await end(child);
    await until(() => !node.must('ip', 'link').includes(name));
    const gone = report();
    assert.deepEqual([gone.section?.['interface_up'], gone.section?.['wg_ip']], [false, null]);
  });

  test('tor: a relay that cannot join, its identity; stopped and gone', async (t) => {
    const { folder, must, start, report } = await makeNode(t);
    const data = join(folder, 'data');
    const torrc = join(folder, 'torrc');
    writeFileSync(
      torrc,
      `DataDirectory ${data}\nControlPort 19051\nCookieAuthentication 1\nSocksPort 0\nORPort 127.0.0.1:19001 IPv4Only\nNickname opsnode\nPublishServerDescriptor 0\nAssumeReachable 1\n`,
    );
    const child = start(['tor', '--quiet', '--defaults-torrc', '/dev/null', '-f', torrc]);
    await until(
      () =>
        existsSync(join(data, 'control_auth_cookie')) &&
        existsSync(join(data, 'fingerprint')) &&
        must('ss', '-Hltn').includes(':19051'),
    );
    const reportWith = (cookie: string) => report('anyone', { anyone: { control: '127.0.0.1:19051', cookie } });
    const read = () => reportWith(join(data, 'control_auth_cookie'));
    const { known, errors, text } = read();
    assert.deepEqual(errors, []);
    const { version, bootstrap_pct: percent, found_by: by, ...rest } = known;
    assert.match(
      must('tor', '--version'),
      new RegExp(`^Tor version ${String(version).split(' ')[0]?.replaceAll('.', '\\.')}`),
    );
    assert.ok(typeof percent === 'number' && percent < 100, String(percent));
    assert.match(String(by), /^the process tor \(\d+\)/);
    const [nickname, fingerprint] = readText(join(data, 'fingerprint')).trim().split(' ');
    assert.deepEqual(rest, {
      address: '127.0.0.1:19051',
      relay_active: true,
      client_active: false,
      mode: 'relay',
      orport_listening: true,
      socks_listening: false,
      control_listening: true,
      bootstrapped: false,
      circuit_established: false,
      reachable: rest['reachable'],
      fingerprint,
      nickname,
    });
    assert.ok(!text.includes(readFileSync(join(data, 'control_auth_cookie')).toString('hex')));

    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'x'.repeat(32));
    const refused = reportWith(wrong);
    assert.match(refused.errors.join('\n'), /^control: 127\.0\.0\.1:19051: it does not know the cookie/m);
    assert.equal(refused.section?.['bootstrapped'], null);

    child.kill('SIGSTOP');
    const stopped = read();
    assert.deepEqual([stopped.section?.['control_listening'], stopped.section?.['bootstrapped']], [false, null]);
    assert.match(stopped.errors.join('\n'), /^control: 127\.0\.0\.1:19051: no answer within 3s$/m);
    assert.ok(stopped.ms < 6000, `${stopped.ms} ms`);
    await end(child);
    assert.match(read().errors.join('\n'), /nothing listens there/);
  });

  test('Caddy with an authority of its own: ports, admin interface, days left as in the certificate; stopped and gone', async (t) => {
    const { folder, start, report } = await makeNode(t);
    const caddyfile = join(folder, 'Caddyfile');
    writeFileSync(
      caddyfile,
      `{\n  skip_install_trust\n  storage file_system ${folder}/storage\n}\nhttps://zone.test {\n  tls internal\n  respond ok\n}\n`,
    );
    const child = start(['caddy', 'run', '--config', caddyfile, '--adapter', 'caddyfile']);
    const kept = join(folder, 'storage', 'certificates', 'local', 'zone.test', 'zone.test.crt');
    await until(() => existsSync(kept) && statSync(kept).size > 0);
    const dns = { zone: 'zone.test', certificates: ['other.test'], server: '127.0.0.1:53' };
    const read = () => report('dns', { dns });
    const { known, errors } = read();
    const { base_tls_days_left: days, certificates, ...rest } = known;
    const ends = Date.parse(new X509Certificate(readText(kept)).validTo);
    assert.ok(Math.abs(Number(days) - (ends - Date.now()) / 86_400_000) < 0.1, String(days));
    const [base, other] = certificates as readonly Fields[];
    assert.match(String(base?.['problem']), /authority/);
    assert.ok(!('days_left' in (other ?? {})), JSON.stringify(other));
    assert.match(errors.join('\n'), /^certificate of other\.test: /m);
    const { found_by: by, ...flags } = rest;
    assert.match(String(by), /^the process caddy \(\d+\)$/);
    // Version 2.6 of Debian has no metric of its last reload.
    assert.deepEqual(flags, {
      caddy_active: true,
      caddy_admin_responds: true,
      port_53_bound: false,
      port_80_bound: true,
      port_443_bound: true,
    });
    // Nobody serves the zone here: that is a reason, not a zone without records.
    assert.match(errors.join('\n'), /^soa: SOA of zone\.test, asked of 127\.0\.0\.1:53: /m);

    child.kill('SIGSTOP');
    const stopped = read().section;
    assert.deepEqual([stopped?.['caddy_admin_responds'], stopped?.['base_tls_days_left']], [false, null]);
    await end(child);
    const gone = read().section;
    assert.deepEqual([gone?.['port_443_bound'], gone?.['base_tls_days_left']], [false, null]);
  });

  test('ufw: active with its rules, inactive, and for a user who may not ask', async (t) => {
    const { folder, must, report } = await makeNode(t);
    const other = await makeNode(t);
    must('sh', '-c', `cp -a /etc/ufw ${folder} && mount --bind ${folder}/ufw /etc/ufw`);
    must('ufw', '--force', 'enable');
    must('ufw', 'allow', '22/tcp');
    const active = report('network');
    assert.deepEqual(active.errors, []);
    assert.deepEqual(
      [active.section?.['ufw_active'], active.section?.['ufw_rules']],
      [true, ['22/tcp ALLOW Anywhere', '22/tcp (v6) ALLOW Anywhere (v6)']],
    );
    const inactive = other.report('network').section;
    assert.deepEqual([inactive?.['ufw_active'], inactive?.['ufw_rules']], [false, []]);
    const blind = report('network', {}, ...asNobody);
    assert.equal(blind.section?.['ufw_active'], null);
    assert.match(blind.errors.join('\n'), /^ufw: ufw status: ERROR: You need to be root/m);
  });

  test('sudo for exactly this command: an ordinary user gets the report of root, and no other command', async (t) => {
    const { folder, run, must, start } = await makeNode(t);
    const program = join(folder, 'ops-monitor');
    copyFileSync(join(root, 'dist', 'ops-monitor-node.cjs'), program);
    chmodSync(program, 0o755);
    const rules = join(folder, 'sudoers.d');
    mkdirSync(rules);
    const rule = `nobody ALL=(root) NOPASSWD: ${program} node-report --json`;
    const path = `Defaults:nobody secure_path="${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin"`;
    writeFileSync(join(rules, 'test'), `${path}\n${rule}\n`, { mode: 0o440 });
    must('mount', '--bind', rules, '/etc/sudoers.d');
    start([process.execPath, '-e', 'require("net").createServer().listen(4711, "127.0.0.1")']);
    const asUser = (...argv: readonly string[]) => run(...asNobody, ...argv);
    const read = (...argv: readonly string[]) => {
      const { status, stdout, stderr } = asUser(...argv, program, 'node-report', '--json');
      assert.equal(status, 0, stderr);
      const { network, errors } = JSON.parse(stdout) as Report;
      const reasons = errors.filter(({ section }) => section === 'network').map(({ reason }) => reason);
      return { owner: network.listening_ports.find(({ port }) => port === 4711)?.process, reasons: reasons.join() };
    };
    const withoutRights = read();
    assert.ok(withoutRights.owner === null || withoutRights.owner === undefined);
    assert.match(withoutRights.reasons, /need to be root/);
    const withRights = read('sudo', '-n');
    // Node names the thread that it starts with by itself.
    assert.ok(withRights.owner, 'root sees which program listens');
    assert.doesNotMatch(withRights.reasons, /root/);
    for (const other of [
      ['/usr/bin/id'],
      [program, 'node-report', '--json', '--config', '/etc/shadow'],
      [program, 'node-report'],
    ])
      assert.notEqual(asUser('sudo', '-n', ...other).status, 0, other.join(' '));
  });
});

test('nothing of these tests is left', () => {
  if (existsSync('/run/wireguard'))
    assert.deepEqual(
      readdirSync('/run/wireguard').filter((name) => name.startsWith('opswg')),
      [],
    );
});
