// node-report on one node with all programs that it knows: every section is read, and the report takes hardly longer than its slowest
// section.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { nodeSections } from '../../lib/node/sections/index.ts';
import { root } from '../process.ts';
import { until } from '../world.ts';
import { caddy, coredns, ipfs, ipfsCluster, olricServer, rqlited } from '../real/node-programs.ts';
import { makeNode, type Node } from '../real/nodes.ts';
import { installPackages } from '../real/packages.ts';

type Fields = Readonly<Record<string, unknown>>;

const rounds = 11;
/** Multiples of a bare start of node. */
const budget = 4;

const zone = `$ORIGIN example.test.
@ 60 IN SOA ns1 admin 1 60 60 60 60
@ 60 IN NS ns1
@ 60 IN A 127.0.0.1
ns1 60 IN A 127.0.0.1
*.app 60 IN A 127.0.0.1
`;
const health = 'http://127.0.0.1:6001/v1/health';
const gateway = `require('http').createServer((q, a) => a.end('{"status":"ok","version":"1.2.3"}')).listen(6001, '127.0.0.1')`;

async function startAll(t: TestContext, { folder, must, run, start, serve }: Node): Promise<void> {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const answers = (url: string, ...more: readonly string[]) => ['curl', '-sf', '-o', '/dev/null', ...more, url];

  const rqlite = ['-node-id', 'one', '-http-addr', '127.0.0.1:4001', '-raft-addr', '127.0.0.1:4002'];
  await serve([rqlited(), ...rqlite, join(folder, 'rqlite')], answers('http://127.0.0.1:4001/readyz'));

  const olric = write(
    'olric.yaml',
    `server: { bindAddr: 127.0.0.1, bindPort: 3320, partitionCount: 7 }
logging: { verbosity: 1, level: ERROR, output: stderr }
memberlist: { environment: local, bindAddr: 127.0.0.1, bindPort: 3322 }
dmaps: { engine: { name: kvstore, config: { tableSize: 65536 } } }
`,
  );
  start([olricServer(), '-c', olric]);
  await until(() => run('redis-cli', '-p', '3320', 'CLUSTER.MEMBERS').stdout.includes(':3320'));

  const IPFS_PATH = join(folder, 'ipfs');
  const kubo = ipfs();
  const setUp = (...argv: readonly string[]): string => must('env', `IPFS_PATH=${IPFS_PATH}`, kubo, ...argv);
  setUp('init', '--profile', 'test');
  // Of its usual ports rqlite and CoreDNS have two.
  setUp('config', 'Addresses.API', '/ip4/127.0.0.1/tcp/5001');
  setUp('config', 'Addresses.Gateway', '/ip4/127.0.0.1/tcp/8081');
  setUp('config', '--json', 'Addresses.Swarm', '["/ip4/127.0.0.1/tcp/4101"]');
  await serve([kubo, 'daemon'], answers('http://127.0.0.1:5001/api/v0/version', '-X', 'POST'), { IPFS_PATH });
  const IPFS_CLUSTER_PATH = join(folder, 'cluster');
  const cluster = ipfsCluster();
  must('env', `IPFS_CLUSTER_PATH=${IPFS_CLUSTER_PATH}`, cluster, 'init', '--consensus', 'crdt');
  await serve([cluster, 'daemon'], answers('http://127.0.0.1:9094/id'), { IPFS_CLUSTER_PATH });

  const records = write('zone', zone);
  const corefile = write(
    'Corefile',
    `example.test:53 {\n  file ${records}\n  health :8080\n  ready :8181\n  prometheus :9153\n}\n`,
  );
  await serve([coredns(), '-conf', corefile], ['dig', '@127.0.0.1', '+time=1', 'example.test', 'SOA']);
  const caddyfile = write(
    'Caddyfile',
    '{\n  local_certs\n  skip_install_trust\n}\nexample.test, one.app.example.test {\n  respond "hello"\n}\n',
  );
  const shown = ['--resolve', 'one.app.example.test:443:127.0.0.1', '-k'];
  await serve(
    [caddy(), 'run', '--config', caddyfile, '--adapter', 'caddyfile'],
    answers('https://one.app.example.test/', ...shown),
  );

  const torrc = write(
    'torrc',
    `DataDirectory ${folder}/tor\nControlPort 9051\nCookieAuthentication 1\nSocksPort 9050\nORPort 0\n`,
  );
  await serve(['tor', '--quiet', '--defaults-torrc', '/dev/null', '-f', torrc], ['nc', '-z', '127.0.0.1', '9051']);

  t.after(() => rmSync('/run/wireguard/wgall0.sock', { force: true }));
  await serve(['wireguard-go', '--foreground', 'wgall0'], ['wg', 'show', 'wgall0']);
  const key = must('wg', 'genkey');
  const peer = must('sh', '-c', 'wg genkey | wg pubkey').trim();
  must('wg', 'set', 'wgall0', 'listen-port', '51820', 'private-key', write('key', key), 'peer', peer);
  must('ip', 'address', 'add', '10.9.0.1/24', 'dev', 'wgall0');
  must('ip', 'link', 'set', 'wgall0', 'up');

  must('sh', '-c', `cp -a /etc/ufw ${folder} && mount --bind ${folder}/ufw /etc/ufw`);
  must('ufw', '--force', 'enable');
  await serve([process.execPath, '-e', gateway], answers(health));
}

/** Fields that only a good reading has. */
const expected: Readonly<Record<string, Fields>> = {
  system: { kernel_version: release() },
  rqlite: { ready: true, strong_read: true, raft_state: 'Leader' },
  olric: { responsive: true, member_count: 1 },
  ipfs: { daemon_active: true, cluster_active: true },
  gateway: { responsive: true, version: '1.2.3' },
  wireguard: { interface: 'wgall0', interface_up: true, peer_count: 1 },
  dns: { coredns_ready: true, caddy_reload_ok: true, soa_resolves: true, wildcard_resolves: true },
  anyone: { control_listening: true, socks_listening: true, circuit_established: false },
  network: { ufw_active: true },
  processes: { orphan_count: 0 },
  namespaces: {},
};

test('node-report reads all that a node may have, in hardly more than the time of its slowest section', async (t) => {
  installPackages('curl', 'redis-tools', 'dnsutils', 'netcat-openbsd', 'tor', 'wireguard-go', 'wireguard-tools', 'ufw');
  const node = await makeNode(t);
  await startAll(t, node);
  const config = {
    dns: { zone: 'example.test', wildcard: 'one.app.example.test', corefile: join(node.folder, 'Corefile') },
    ipfs: { repo: join(node.folder, 'ipfs') },
    gateway: { url: health },
    anyone: { control: '127.0.0.1:9051', cookie: join(node.folder, 'tor', 'control_auth_cookie') },
    namespaces: { alice: { rqlite: 'http://127.0.0.1:4001', olric: '127.0.0.1:3320', gateway: health } },
    processes: ['rqlited'],
  };
  const { text } = node.report('system', config);
  const report = JSON.parse(text) as {
    readonly errors: readonly { readonly part?: string }[];
    readonly [section: string]: unknown;
  };
  // Whether the clock is synchronised is said by systemd only.
  const errors = report.errors.filter(({ part }) => part !== 'clock_synchronised');
  assert.deepEqual(errors, []);
  // What systemd says is tried in a booted one, and what an ops-monitor there says in test/node.
  assert.deepEqual(
    Object.keys(expected),
    Object.keys(nodeSections).filter((name) => name !== 'services' && name !== 'monitor'),
  );
  for (const [section, fields] of Object.entries(expected)) {
    const read = (report[section] ?? {}) as Fields;
    assert.deepEqual(Object.fromEntries(Object.keys(fields).map((name) => [name, read[name]])), fields, section);
  }
  const { namespaces } = report['namespaces'] as { readonly namespaces: readonly Fields[] };
  const { found_by: by, ...alice } = namespaces[0] ?? {};
  assert.deepEqual(alice, {
    name: 'alice',
    rqlite_up: true,
    rqlite_state: 'Leader',
    rqlite_ready: true,
    olric_up: true,
    gateway_up: true,
    gateway_status: 200,
  });
  assert.equal(by, 'the configuration');

  const explain = [join(root, 'dist', 'node-report.cjs'), '--explain', '--config', join(node.folder, 'config.yaml')];
  const runs = Array.from({ length: rounds }, () => {
    const bare = node.run(process.execPath, '-e', '0').ms;
    const { stdout, ms: whole } = node.run(process.execPath, ...explain);
    const sections = [...stdout.matchAll(/^ +read in +(\d+)ms$/gm)].map(([, ms]) => Number(ms));
    assert.ok(sections.length >= 11, stdout);
    const slowest = Math.max(...sections);
    return { bare, whole, slowest, beside: whole - slowest };
  });
  const middle = (field: 'bare' | 'whole' | 'slowest' | 'beside'): number =>
    runs.map((run) => run[field]).toSorted((a, b) => a - b)[(rounds - 1) / 2] ?? NaN;
  const multiple = middle('beside') / middle('bare');
  const shown = (['bare', 'whole', 'slowest', 'beside'] as const).map(
    (name) => `${name} ${middle(name).toFixed(0)} ms`,
  );
  t.diagnostic(`${shown.join(', ')}: ${multiple.toFixed(1)} × a bare start beside the slowest section`);
  assert.ok(multiple <= budget, shown.join());
});
