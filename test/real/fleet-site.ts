// A real cluster of a fleet: nodes on a network that can be cut, each with rqlite, a WireGuard mesh and an sshd that ssh itself starts on
// the node, so that the operator reaches every node also while the network is cut.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { rqlited } from './node-programs.ts';
import { makeNodes, type Network, type Node } from './nodes.ts';
import { installPackages } from './packages.ts';

export interface Member extends Node {
  rqlite: ChildProcess;
  /** The public key of its end of the mesh. */
  readonly key: string;
  readonly startRqlite: () => Promise<void>;
  /** JavaScript that changes `report` before it is sent; '' for none. */
  readonly changeReport: (script: string) => void;
  /** Whether ssh reaches it. */
  readonly setReachable: (isReachable: boolean) => void;
}

export interface Alert {
  readonly id: string;
  readonly severity: string;
  readonly message: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly consequences: readonly string[];
}

export interface Cluster extends Network {
  readonly members: readonly Member[];
  /** What `monitor` prints, with these words after it. */
  readonly monitor: (...argv: readonly string[]) => ReturnType<typeof runProcess>;
  /** `severity id` of all alerts but those about what this machine cannot show, in order. */
  readonly alerts: () => readonly string[];
  readonly allAlerts: () => readonly Alert[];
}

const port = 4001;
const raftPort = 4002;

export async function makeCluster(t: TestContext, count: number): Promise<Cluster> {
  installPackages('curl', 'openssh-server', 'openssh-client', 'wireguard-tools', 'wireguard-go', 'iputils-ping');
  const network = await makeNodes(t, count);
  const site = temporaryFolder(t);
  mkdirSync('/run/sshd', { recursive: true });
  for (const key of ['host', 'user'])
    network.nodes[0]!.must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(site, key));
  writeFileSync(join(site, 'authorized'), readText(join(site, 'user.pub')), { mode: 0o600 });
  const program = rqlited();
  const everyone = network.nodes.map(({ address }) => `${address}:${raftPort}`).join();
  const members: Member[] = [];
  const down = new Set<string>();
  for (const node of network.nodes) members.push(await makeMember(node, { site, program, everyone, count }, down));
  joinMesh(network.nodes, members);
  const configs = (): string =>
    members.map(({ name, prefix, folder }) => sshConfigOf(name, prefix, folder, site, down.has(name))).join('');
  const config = join(site, 'fleet.yaml');
  const nodes = Object.fromEntries(members.map(({ name }) => [name, {}]));
  writeFileSync(
    config,
    JSON.stringify({
      fleet: {
        'ssh-config': join(site, 'ssh_config'),
        environments: { devnet: { nodes } },
        // After a cut the nodes have sent many segments again, for ten minutes.
        limits: { load: { amber: 1000 }, retransmission: { amber: '100%' } },
      },
    }),
  );
  const monitor: Cluster['monitor'] = (...argv) => {
    writeFileSync(join(site, 'ssh_config'), configs());
    const bundle = join(root, 'dist', 'monitor.cjs');
    return runProcess([process.execPath, bundle, ...argv, '--env', 'devnet', '--config', config], environmentIn(site));
  };
  const allAlerts = (): readonly Alert[] => {
    const { status, stdout, stderr } = monitor('alerts', '--json');
    assert.equal(`${status} ${stderr}`, '0 ');
    const printed = JSON.parse(stdout) as { alerts: readonly Alert[] } | readonly Alert[];
    return 'alerts' in printed ? printed.alerts : printed;
  };
  for (const { startRqlite } of members) void startRqlite();
  for (const { run } of members)
    await until(() => run('curl', '-sm5', `http://127.0.0.1:${port}/readyz`).stdout.includes('[+]leader ok'));
  return {
    ...network,
    members,
    monitor,
    allAlerts,
    // A node is this machine but for its network: what else it has, such as zombies, is not what is tried.
    alerts: () =>
      allAlerts().flatMap(({ id, severity }) =>
        /^(section-read|ufw|zombies|failed-units|swap):/.test(id) ? [] : [`${severity} ${id}`],
      ),
  };
}

interface About {
  readonly site: string;
  readonly program: string;
  readonly everyone: string;
  readonly count: number;
}

async function makeMember(node: Node, { site, program, everyone, count }: About, down: Set<string>): Promise<Member> {
  const { name, address, folder } = node;
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const change = join(folder, 'change.js');
  const nodeConfig = join(folder, 'node.yaml');
  writeFileSync(
    nodeConfig,
    JSON.stringify({ node: { rqlite: { url: `http://127.0.0.1:${port}` }, wireguard: { interface: 'wg0' } } }),
  );
  // Calls the real program; a test may change what it says, such as the time of a clock that is off.
  writeFileSync(
    join(bin, 'ops-monitor'),
    `#!${process.execPath}
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const program = ${JSON.stringify(join(root, 'dist', 'ops-monitor-node.cjs'))};
const env = { ...process.env, OPS_MONITOR_CONFIG: ${JSON.stringify(nodeConfig)}, XDG_CACHE_HOME: ${JSON.stringify(join(folder, 'cache'))} };
const report = JSON.parse(execFileSync(process.execPath, [program, ...process.argv.slice(2)], { env, maxBuffer: 1e8 }));
if (existsSync(${JSON.stringify(change)})) eval(readFileSync(${JSON.stringify(change)}, 'utf8'));
console.log(JSON.stringify(report));
`,
  );
  chmodSync(join(bin, 'ops-monitor'), 0o755);
  node.must('mount', '--bind', bin, '/usr/local/bin');
  mkdirSync('/run/wireguard', { recursive: true });
  mkdirSync(join(folder, 'wireguard'));
  node.must('mount', '--bind', join(folder, 'wireguard'), '/run/wireguard');
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `HostKey ${site}/host`,
      `AuthorizedKeysFile ${site}/authorized`,
      'StrictModes no',
      'PermitRootLogin yes',
      'UsePAM no',
      'PidFile none',
      '',
    ].join('\n'),
  );
  await node.serve(['wireguard-go', '--foreground', 'wg0'], ['test', '-e', '/run/wireguard/wg0.sock']);
  const secret = join(folder, 'wg.key');
  writeFileSync(secret, node.must('wg', 'genkey'), { mode: 0o600 });
  node.must('wg', 'set', 'wg0', 'listen-port', '51820', 'private-key', secret);
  const [http, raft] = [`${address}:${port}`, `${address}:${raftPort}`];
  const argv = [program, '-node-id', name, '-http-addr', `0.0.0.0:${port}`, '-http-adv-addr', http, '-raft-addr', raft];
  const member: Member = {
    ...node,
    key: node.must('wg', 'show', 'wg0', 'public-key').trim(),
    rqlite: undefined as unknown as ChildProcess,
    startRqlite: async () => {
      member.rqlite = node.start([...argv, '-bootstrap-expect', `${count}`, '-join', everyone, join(folder, 'rqlite')]);
    },
    changeReport: (script) => (script === '' ? rmSync(change, { force: true }) : writeFileSync(change, script)),
    setReachable: (isReachable) => void (isReachable ? down.delete(name) : down.add(name)),
  };
  return member;
}

function joinMesh(nodes: readonly Node[], members: readonly Member[]): void {
  for (const [index, { must }] of members.entries()) {
    for (const [other, { key, address }] of members.entries())
      if (other !== index)
        must(
          'wg',
          'set',
          'wg0',
          'peer',
          key,
          'endpoint',
          `${address}:51820`,
          'allowed-ips',
          `10.9.0.${other + 1}/32`,
          'persistent-keepalive',
          '5',
        );
    must('ip', 'address', 'add', `10.9.0.${index + 1}/24`, 'dev', 'wg0');
    must('ip', 'link', 'set', 'wg0', 'up');
  }
  for (const [index, { must }] of members.entries())
    for (const other of nodes.keys()) if (other !== index) must('ping', '-c', '1', '-W', '5', `10.9.0.${other + 1}`);
}

function sshConfigOf(name: string, prefix: readonly string[], folder: string, site: string, isDown: boolean): string {
  const server = [...prefix, '/usr/sbin/sshd', '-i', '-f', join(folder, 'sshd_config'), '-E', join(folder, 'sshd.log')];
  const known = join(folder, 'known_hosts');
  if (!existsSync(known)) writeFileSync(known, `${name} ${readText(join(site, 'host.pub'))}`);
  return [
    `Host ${name}`,
    `  ProxyCommand ${isDown ? 'false' : server.join(' ')}`,
    '  User root',
    `  IdentityFile ${site}/user`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${known}`,
    '  GlobalKnownHostsFile /dev/null',
    '',
  ].join('\n');
}
