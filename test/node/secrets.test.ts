// Secrets that lie where the report looks, or beside it: none is in the report, on the page, or in what is kept for the next report.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { readingLimits, runProbes } from '../../lib/engine/probes.ts';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { nodeProbes } from '../../lib/node/probes/index.ts';
import { nodeSections } from '../../lib/node/sections/index.ts';
import { renderReport } from '../../lib/node/render.ts';
import { reportOf } from '../../lib/node/report.ts';
import { serveHttp } from '../http.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { json, type Machine, reportOn, running } from './machine.ts';

/** A machine with a new secret at each place where programs keep or print such things. */
function plantedMachine() {
  const planted: string[] = [];
  const plant = (): string => {
    const secret = `s3cret-${planted.length}-${'x'.repeat(8)}`;
    planted.push(secret);
    return secret;
  };
  const secrets = (): object => ({ password: plant(), token: plant(), auth: { private_key: plant(), user: plant() } });
  const base = running({
    rqlited: [4001],
    'olric-server': [3320],
    ipfs: [5001],
    'ipfs-cluster-se': [9094],
    coredns: [8080, 8181, 9153],
    caddy: [2019],
    anon: [9001],
  });
  const kubo = 'http://127.0.0.1:5001/api/v0';
  const rqlite = 'http://127.0.0.1:4001';
  const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
  const machine: Machine = {
    files: {
      ...base.files,
      '/sys/class/net/wg0/uevent': 'DEVTYPE=wireguard\n',
      '/sys/class/net/wg0/flags': '0x91\n',
      '/sys/class/net/wg0/mtu': '1420\n',
      '/etc/wireguard/wg0.conf': `PrivateKey = ${plant()}\nPresharedKey = ${plant()}\n`,
      '/etc/coredns/Corefile': plant(),
      '/srv/ipfs/swarm.key': plant(),
      '/srv/ipfs/config': plant(),
      '/run/anon/control': '',
      '/run/anon/control.authcookie': plant(),
      ...Object.fromEntries(
        [100, 101, 102, 103, 104, 105, 106].flatMap((pid) => [
          [`/proc/${pid}/cmdline`, `program\0--password\0${plant()}`],
          [`/proc/${pid}/environ`, `PASSWORD=${plant()}`],
        ]),
      ),
    },
    programs: {
      ...base.programs,
      'wg show wg0 dump': { stdout: `wg0\t${plant()}\t${key}\t51820\toff\nwg0\t${key}\t${plant()}\t(none)\n` },
      'wg show wg0 private-key': { stdout: `wg0\t${plant()}\n` },
      'wg show wg0 preshared-keys': { stdout: `wg0\t${key}\t${plant()}\n` },
      'wg showconf wg0': { stdout: plant() },
      'wg show wg0 listen-port': { stdout: '51820\n' },
      ...Object.fromEntries(
        ['latest-handshakes', 'endpoints', 'allowed-ips', 'transfer', 'persistent-keepalive'].map((field) => [
          `wg show wg0 ${field}`,
          { stdout: `${key}\t${field === 'transfer' ? '1\t2' : field === 'endpoints' ? '(none)' : '0'}\n` },
        ]),
      ),
    },
    urls: {
      [`${rqlite}/status`]: json({
        ...secrets(),
        build: { version: 'v10.2.7' },
        store: { open: true, raft: { term: 1 }, ...secrets() },
      }),
      [`${rqlite}/readyz`]: json('[+]node ok'),
      [`${rqlite}/nodes?nonvoters`]: json({ n1: { addr: '127.0.0.1:4002', reachable: true, ...secrets() } }),
      [`${rqlite}/debug/vars`]: json({
        cmdline: ['rqlited', '-auth', plant()],
        http: { ...secrets(), leader_not_found: 0 },
      }),
      [`${rqlite}/db/query?level=linearizable&q=SELECT%201`]: json({ results: [{ ...secrets() }] }),
      [`${kubo}/version`]: json({ Version: '0.42.0', ...secrets() }),
      [`${kubo}/swarm/peers`]: json({ Peers: [secrets()] }),
      [`${kubo}/repo/stat?size-only=true`]: json({ RepoSize: 1, ...secrets() }),
      [`${kubo}/bootstrap/list`]: json({ Peers: [plant()] }),
      'http://127.0.0.1:9094/id': json({ id: 'a', cluster_peers: ['a'], ...secrets() }),
      'http://127.0.0.1:9094/peers': json(`${JSON.stringify({ id: 'a', error: '', ...secrets() })}\n`),
      'http://127.0.0.1:2019/config/': json({ apps: secrets() }),
      'http://127.0.0.1:2019/metrics': json(`# ${plant()}\ncaddy_config_last_reload_successful 1\n`),
      'http://127.0.0.1:9153/metrics': json(`# ${plant()}\ncoredns_panics_total 0\n`),
      'http://127.0.0.1:6001/v1/health': json({ subsystems: { db: { status: 'ok', ...secrets() } }, ...secrets() }),
    },
    conversations: {
      '127.0.0.1:3320': () => `+PONG\r\n*1\r\n*4\r\n+n1\r\n:1\r\n+true\r\n+${plant()}\r\n`,
      '/run/anon/control': () => `515 Authentication failed\r\n`,
    },
  };
  return { machine, planted };
}

const node = `node:
  ipfs: { repo: /srv/ipfs }
  gateway: { url: "http://127.0.0.1:6001/v1/health" }`;

describe('node/secrets', () => {
  test('none of the secrets on a machine is in the report, on the page, or kept', async () => {
    const { machine, planted } = plantedMachine();
    const { report, sections, readings } = await reportOn(machine, { node });
    for (const section of ['rqlite', 'olric', 'ipfs', 'gateway', 'wireguard', 'dns', 'anyone'])
      assert.ok(report[section], `${section} was read`);
    assert.ok(planted.length >= 40, `${planted.length} secrets`);
    const all = `${JSON.stringify([report, readings])}\n${renderReport(nodeSections, sections, report, 80)}`;
    for (const secret of planted) {
      assert.ok(!all.includes(secret), `${secret} is in ${all}`);
      assert.ok(!all.includes(Buffer.from(secret).toString('hex')), `${secret} is there in hexadecimal`);
    }
  });

  test('a program that repeats its password in an answer repeats it to nobody else', async (t) => {
    const token = 's3cret/of the "login"';
    const login = `Bearer ${token}`;
    process.env['TEST_NODE_LOGIN'] = login;
    t.after(() => delete process.env['TEST_NODE_LOGIN']);
    const coded = Buffer.from(token).toString('base64');
    const { asked, url: base } = await serveHttp(t, () => ({
      status: 200,
      body: JSON.stringify({
        build: { version: login },
        node: { uptime: `${encodeURIComponent(token)} ${coded}` },
        store: { open: true, node_id: `token: ${token}` },
      }),
    }));
    const open = localHostOpener({ notes: temporaryFolder(t), userAgent: 'test' });
    const { sections } = await runProbes({
      ...readingLimits,
      probes: nodeProbes.filter(({ name }) => name === 'rqlite'),
      config: configurationOf(`node: { rqlite: { url: "${base}", authorization: $TEST_NODE_LOGIN } }`),
      bootId: 'one',
      previous: {},
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      openHost: (_name, signal) => open(signal),
    });
    const text = JSON.stringify(
      reportOf(nodeSections, sections, { timestamp: '', hostname: '', version: '', collect_ms: 0 }),
    );
    assert.match(text, /"responsive":true/);
    assert.equal(asked[0]?.headers.authorization, login);
    assert.ok(!text.includes('s3cret') && !text.includes(coded), text);
  });
});
