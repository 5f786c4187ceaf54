// The report on a node beside real programs, each in network namespaces of its own: values are those that the program's own tool
// shows, and a program that is stopped or gone leaves no values.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
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
import test, { before, describe, type TestContext } from 'node:test';
import { environmentIn, killNow, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { installPackages, needRoot } from './packages.ts';

type Fields = Readonly<Record<string, unknown>>;
interface Report {
  readonly errors: readonly { readonly section: string; readonly part?: string; readonly reason: string }[];
  readonly [section: string]: unknown;
}

const runWith = (input: string, ...[program = '', ...argv]: readonly string[]): string =>
  execFileSync(program, argv, { input, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, timeout: 60_000 });
const run = (...argv: readonly string[]): string => runWith('', ...argv);

/** Network namespaces of the test; the first name gets no address but loopback. */
function makeNamespaces(t: TestContext, ...names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const whole = `opsnode-${name}-${process.pid}`;
    run('ip', 'netns', 'add', whole);
    t.after(() => run('ip', 'netns', 'del', whole));
    run('ip', '-n', whole, 'link', 'set', 'lo', 'up');
    return whole;
  });
}

const inside = (namespace: string, ...argv: readonly string[]): readonly string[] => [
  'ip',
  'netns',
  'exec',
  namespace,
  ...argv,
];

/** Runs a program until the test ends. */
function start(t: TestContext, ...[program = '', ...argv]: readonly string[]): number {
  const child = spawn(program, argv, { stdio: 'ignore' });
  const { pid } = child;
  assert.ok(pid);
  t.after(async () => {
    killNow(pid);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return pid;
}

/** The report that the bundle prints in a namespace. */
function reportIn(t: TestContext, namespace: string, node: string, ...as: readonly string[]) {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  const configuration = join(folder, 'node.yaml');
  writeFileSync(configuration, `site: test\nnode: ${node}\n`);
  const bundle = [process.execPath, join(root, 'dist', 'node-report.cjs'), '--json', '--config', configuration];
  const { status, stdout, stderr, ms } = runProcess(inside(namespace, ...as, ...bundle), environmentIn(folder));
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  const read = (section: string): Fields =>
    Object.fromEntries(Object.entries((report[section] ?? {}) as Fields).filter(([, value]) => value !== null));
  const reasons = (section: string): string =>
    report.errors
      .filter((one) => one.section === section)
      .map(({ part, reason }) => `${part}: ${reason}`)
      .join('\n');
  return { read, reasons, text: stdout, ms };
}

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
    const [one = '', two = ''] = makeNamespaces(t, 'one', 'two');
    run('ip', '-n', one, 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', two);
    const folder = temporaryFolder(t);
    const nodes = [one, two].map((namespace, index) => {
      const number = index + 1;
      const name = `opswg${number}`;
      run('ip', '-n', namespace, 'address', 'add', `192.0.2.${number}/24`, 'dev', 'veth0');
      run('ip', '-n', namespace, 'link', 'set', 'veth0', 'up');
      const key = run('wg', 'genkey').trim();
      const file = join(folder, name);
      writeFileSync(file, key, { mode: 0o600 });
      t.after(() => rmSync(`/run/wireguard/${name}.sock`, { force: true }));
      const pid = start(t, ...inside(namespace, 'wireguard-go', '--foreground', name));
      const publicKey = runWith(key, 'wg', 'pubkey').trim();
      return { namespace, number, name, key, file, pid, publicKey };
    });
    const never = runWith(run('wg', 'genkey'), 'wg', 'pubkey').trim();
    for (const { namespace, number, name, file } of nodes) {
      const other = nodes[2 - number];
      assert.ok(other);
      await until(() => existsSync(`/run/wireguard/${name}.sock`));
      const wg = (...argv: readonly string[]): string => run(...inside(namespace, 'wg', 'set', name, ...argv));
      wg('listen-port', '51820', 'private-key', file);
      wg(
        'peer',
        other.publicKey,
        'endpoint',
        `192.0.2.${other.number}:51820`,
        'allowed-ips',
        `10.9.0.${other.number}/32`,
      );
      run('ip', '-n', namespace, 'address', 'add', `10.9.0.${number}/24`, 'dev', name);
      run('ip', '-n', namespace, 'link', 'set', name, 'up');
    }
    const [{ name, key, pid, namespace } = { name: '', key: '', pid: 0, namespace: '' }, second] = nodes;
    run(
      ...inside(
        namespace,
        'wg',
        'set',
        name,
        'peer',
        never,
        'allowed-ips',
        '10.9.0.9/32',
        'persistent-keepalive',
        '25',
      ),
    );
    run(...inside(namespace, 'ping', '-c', '1', '-W', '5', '10.9.0.2'));

    const node = `{ wireguard: { interface: ${name} } }`;
    const { read, reasons, text } = reportIn(t, namespace, node);
    const found = read('wireguard');
    assert.equal(reasons('wireguard'), '');
    const shown = (field: string): Map<string, string> =>
      new Map(
        run(...inside(namespace, 'wg', 'show', name, field))
          .trim()
          .split('\n')
          .map((line) => line.split('\t') as [string, string]),
      );
    const { peers = [], ...rest } = found as { peers?: Fields[] };
    assert.deepEqual(
      { ...rest },
      {
        interface: name,
        interfaces: ['opswg1', 'opswg2'],
        found_by: 'the configuration',
        interface_up: true,
        wg_ip: '10.9.0.1',
        listen_port: 51_820,
        mtu: 1420,
        config_exists: false,
        peer_count: 2,
      },
    );
    const peer = peers.find((each) => each['public_key'] === second?.publicKey);
    assert.equal(String(peer?.['latest_handshake']), shown('latest-handshakes').get(second?.publicKey ?? ''));
    assert.ok(Number(peer?.['handshake_age_sec']) < 60 && Number(peer?.['transfer_rx_bytes']) > 0);
    assert.deepEqual([peer?.['endpoint'], peer?.['allowed_ips']], ['192.0.2.2:51820', '10.9.0.2/32']);
    const absent = peers.find((each) => each['public_key'] === never);
    assert.deepEqual(
      [absent?.['latest_handshake'], absent?.['handshake_age_sec'], absent?.['keepalive']],
      [0, undefined, 25],
    );
    assert.ok(!text.includes(key), 'the private key is in the report');

    const blind = reportIn(t, namespace, node, ...asNobody);
    assert.deepEqual([blind.read('wireguard')['interface_up'], 'peers' in blind.read('wireguard')], [true, false]);
    assert.match(blind.reasons('wireguard'), /^peers: wg/m);

    process.kill(pid, 'SIGSTOP');
    const stopped = reportIn(t, namespace, node);
    assert.ok(!('peers' in stopped.read('wireguard')) && stopped.read('wireguard')['wg_ip'] === '10.9.0.1');
    assert.match(stopped.reasons('wireguard'), /^peers: wg show opswg1 .* did not answer within 4s$/m);
    process.kill(pid, 'SIGCONT');

    killNow(pid);
    await until(() => !run('ip', '-n', namespace, 'link').includes(name));
    const gone = reportIn(t, namespace, node);
    assert.deepEqual([gone.read('wireguard')['interface_up'], 'wg_ip' in gone.read('wireguard')], [false, false]);
  });

  test('tor: a relay that cannot join, its identity; stopped and gone', async (t) => {
    const [namespace = ''] = makeNamespaces(t, 'tor');
    const folder = temporaryFolder(t);
    const data = join(folder, 'data');
    const torrc = join(folder, 'torrc');
    writeFileSync(
      torrc,
      `DataDirectory ${data}\nControlPort 19051\nCookieAuthentication 1\nSocksPort 0\nORPort 127.0.0.1:19001 IPv4Only\nNickname opsnode\nPublishServerDescriptor 0\nAssumeReachable 1\n`,
    );
    const pid = start(t, ...inside(namespace, 'tor', '--quiet', '--defaults-torrc', '/dev/null', '-f', torrc));
    await until(
      () =>
        existsSync(join(data, 'control_auth_cookie')) &&
        existsSync(join(data, 'fingerprint')) &&
        run(...inside(namespace, 'ss', '-Hltn')).includes(':19051'),
    );
    const node = `{ anyone: { control: "127.0.0.1:19051", cookie: ${data}/control_auth_cookie } }`;
    const { read, reasons, text } = reportIn(t, namespace, node);
    assert.equal(reasons('anyone'), '');
    const { version, bootstrap_pct: percent, found_by: by, ...rest } = read('anyone');
    assert.match(
      run('tor', '--version'),
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
    const refused = reportIn(t, namespace, `{ anyone: { control: "127.0.0.1:19051", cookie: ${wrong} } }`);
    assert.match(refused.reasons('anyone'), /^control: 127\.0\.0\.1:19051: it does not know the cookie/m);
    assert.ok(!('bootstrapped' in refused.read('anyone')));

    process.kill(pid, 'SIGSTOP');
    const stopped = reportIn(t, namespace, node);
    assert.deepEqual(
      [stopped.read('anyone')['control_listening'], 'bootstrapped' in stopped.read('anyone')],
      [false, false],
    );
    assert.match(stopped.reasons('anyone'), /^control: 127\.0\.0\.1:19051: no answer within 3s$/m);
    assert.ok(stopped.ms < 6000, `${stopped.ms} ms`);
    killNow(pid);
    await until(() => !existsSync(`/proc/${pid}`) || readText(`/proc/${pid}/stat`).includes(') Z '));
    const gone = reportIn(t, namespace, node);
    assert.match(gone.reasons('anyone'), /nothing listens there/);
  });

  test('Caddy with an authority of its own: ports, admin interface, days left as in the certificate; stopped and gone', async (t) => {
    const [namespace = ''] = makeNamespaces(t, 'caddy');
    const folder = temporaryFolder(t);
    const caddyfile = join(folder, 'Caddyfile');
    writeFileSync(
      caddyfile,
      `{\n  skip_install_trust\n  storage file_system ${folder}/storage\n}\nhttps://zone.test {\n  tls internal\n  respond ok\n}\n`,
    );
    const pid = start(
      t,
      ...inside(namespace, 'env', `HOME=${folder}`, 'caddy', 'run', '--config', caddyfile, '--adapter', 'caddyfile'),
    );
    const kept = join(folder, 'storage', 'certificates', 'local', 'zone.test', 'zone.test.crt');
    await until(() => existsSync(kept) && statSync(kept).size > 0);
    const node = '{ dns: { zone: zone.test, certificates: [other.test], server: "127.0.0.1:53" } }';
    const { read, reasons } = reportIn(t, namespace, node);
    const { base_tls_days_left: days, certificates, ...rest } = read('dns');
    const end = Date.parse(new X509Certificate(readText(kept)).validTo);
    assert.ok(Math.abs(Number(days) - (end - Date.now()) / 86_400_000) < 0.1, String(days));
    const [base, other] = certificates as readonly Fields[];
    assert.match(String(base?.['problem']), /authority/);
    assert.ok(!('days_left' in (other ?? {})), JSON.stringify(other));
    assert.match(reasons('dns'), /^certificate of other\.test: /m);
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
    assert.match(reasons('dns'), /^soa: SOA of zone\.test, asked of 127\.0\.0\.1:53: /m);

    process.kill(pid, 'SIGSTOP');
    const stopped = reportIn(t, namespace, node);
    assert.deepEqual(
      [stopped.read('dns')['caddy_admin_responds'], 'base_tls_days_left' in stopped.read('dns')],
      [false, false],
    );
    killNow(pid);
    await until(() => !run(...inside(namespace, 'ss', '-Hltn')).includes(':443'));
    const gone = reportIn(t, namespace, node);
    assert.deepEqual([gone.read('dns')['port_443_bound'], 'base_tls_days_left' in gone.read('dns')], [false, false]);
  });

  test('ufw: active with its rules, inactive, and for a user who may not ask', (t) => {
    const [namespace = '', other = ''] = makeNamespaces(t, 'ufw', 'other');
    const folder = temporaryFolder(t);
    // Its configuration is a copy, in a mount namespace that lasts for one command.
    const script = join(folder, 'ufw.sh');
    const copy = `cp -a /etc/ufw ${folder}/ufw && mount --bind ${folder}/ufw /etc/ufw`;
    writeFileSync(script, `{ ${copy} && ufw --force enable && ufw allow 22/tcp; } >/dev/null && exec "$@"\n`);
    const active = reportIn(t, namespace, '{}', 'unshare', '--mount', 'sh', script);
    assert.equal(active.reasons('network'), '');
    assert.deepEqual(
      [active.read('network')['ufw_active'], active.read('network')['ufw_rules']],
      [true, ['22/tcp ALLOW Anywhere', '22/tcp (v6) ALLOW Anywhere (v6)']],
    );
    const inactive = reportIn(t, other, '{}');
    assert.deepEqual([inactive.read('network')['ufw_active'], inactive.read('network')['ufw_rules']], [false, []]);
    const blind = reportIn(t, namespace, '{}', ...asNobody);
    assert.ok(!('ufw_active' in blind.read('network')));
    assert.match(blind.reasons('network'), /^ufw: ufw status: ERROR: You need to be root/m);
  });

  test('sudo for exactly this command: an ordinary user gets the report of root, and no other command', (t) => {
    const [namespace = ''] = makeNamespaces(t, 'sudo');
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    const program = join(folder, 'ops-monitor');
    copyFileSync(join(root, 'dist', 'ops-monitor-node.cjs'), program);
    chmodSync(program, 0o755);
    const rules = join(folder, 'sudoers.d');
    mkdirSync(rules);
    const rule = `nobody ALL=(root) NOPASSWD: ${program} node-report --json`;
    const path = `Defaults:nobody secure_path="${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin"`;
    writeFileSync(join(rules, 'test'), `${path}\n${rule}\n`, { mode: 0o440 });
    // The rules hold in a mount namespace that lasts for one command.
    const script = join(folder, 'as-user.sh');
    writeFileSync(script, `mount --bind ${rules} /etc/sudoers.d && exec ${asNobody.join(' ')} "$@"\n`);
    start(t, ...inside(namespace, process.execPath, '-e', 'require("net").createServer().listen(4711, "127.0.0.1")'));
    const asUser = (...argv: readonly string[]) =>
      runProcess(inside(namespace, 'unshare', '--mount', 'sh', script, ...argv), environmentIn(folder));
    const read = (...argv: readonly string[]) => {
      const { status, stdout, stderr } = asUser(...argv, program, 'node-report', '--json');
      assert.equal(status, 0, stderr);
      const { network, errors } = JSON.parse(stdout) as Report;
      const { listening_ports: ports } = network as { listening_ports: { port: number; process: string | null }[] };
      const reasons = errors.filter(({ section }) => section === 'network').map(({ reason }) => reason);
      return { owner: ports.find(({ port }) => port === 4711)?.process, reasons: reasons.join() };
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
  assert.deepEqual(
    run('ip', 'netns', 'list')
      .split('\n')
      .filter((line) => line.startsWith('opsnode-')),
    [],
  );
  if (existsSync('/run/wireguard'))
    assert.deepEqual(
      readdirSync('/run/wireguard').filter((name) => name.startsWith('opswg')),
      [],
    );
});
