// The fleet monitor with what operators have in their ssh_config: jump hosts, agents, shared connections, Include and Match. All with
// real sshds and agents; the nodes' reports are files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { reportWith } from '../fleet/fleet.ts';
import { environmentIn, listenSilently, processesOf, type Ran, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { startSshd } from './sshd.ts';

interface Site {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Lines before those that reach the jump host and the nodes. */
  readonly configure: (config: string, deadline?: string) => void;
  /** What asks all nodes. */
  readonly argv: readonly [program: string, ...string[]];
  readonly monitor: () => { readonly errors: Readonly<Record<string, string | null>>; readonly ms: number };
  readonly ssh: (...argv: readonly string[]) => Ran;
  /** Logins so far. */
  readonly logins: (at: 'jump' | 'node') => number;
  readonly silentPort: number;
  /** An agent that has the key, and the path of its socket. */
  readonly startAgent: () => string;
}

const names = ['node1', 'node2', 'node3'];

/** A jump host and a node that has three names. */
async function makeSite(t: TestContext): Promise<Site> {
  const folder = temporaryFolder(t);
  for (const name of ['bin', 'sockets']) mkdirSync(join(folder, name));
  const report = join(folder, 'report.json');
  writeFileSync(report, reportWith({ system: { time_unix: 1, mem_use_pct: 20 } }));
  const program = `#!/bin/sh
case $FAULT in
  hangs) exec sleep 30;;
  fails) echo 'it broke' >&2; exit 3;;
  loses) kill -9 $PPID; exec sleep 30;;
esac
exec cat ${report}
`;
  writeFileSync(join(folder, 'bin', 'ops-monitor'), program, { mode: 0o755 });
  const banner = join(folder, 'banner');
  writeFileSync(banner, 'Permission denied to strangers. Connection refused to all others.\n'.repeat(1000));
  const node = await startSshd(t, `SetEnv PATH=${folder}/bin:/usr/bin:/bin`, 'AcceptEnv FAULT', `Banner ${banner}`);
  const jump = await startSshd(t);
  writeFileSync(join(jump.folder, 'authorized'), readText(join(node.folder, 'user.pub')));
  const [config, sshConfig] = [join(folder, 'fleet.yaml'), join(folder, 'ssh_config')];
  const env = environmentIn(folder);
  const usual = [
    'Host jump',
    `  Port ${jump.port}`,
    `  UserKnownHostsFile ${jump.folder}/known_hosts`,
    'Host node*',
    `  Port ${node.port}`,
    `  UserKnownHostsFile ${node.folder}/known_hosts`,
    'Host *',
    '  HostName 127.0.0.1',
    '  User root',
    `  IdentityFile ${node.folder}/user`,
    '  IdentitiesOnly yes',
    '  GlobalKnownHostsFile /dev/null',
    '',
  ];
  const nodes = Object.fromEntries(names.map((name) => [name, {}]));
  const argv: Site['argv'] = [
    process.execPath,
    join(root, 'dist', 'monitor.cjs'),
    'report',
    '--env',
    'devnet',
    '--config',
    config,
  ];
  return {
    folder,
    argv,
    env,
    silentPort: await listenSilently(t),
    configure: (more, deadline = '20s') => {
      writeFileSync(sshConfig, `${more}\n${usual.join('\n')}`);
      const fleet = { 'ssh-config': sshConfig, deadline, environments: { devnet: { nodes } } };
      writeFileSync(config, JSON.stringify({ fleet }));
    },
    monitor: () => {
      const { status, stdout, stderr, ms } = runProcess(argv, env);
      assert.equal(`${status} ${stderr}`, '0 ');
      const { nodes: found } = JSON.parse(stdout) as { nodes: { host: string; error?: string }[] };
      return { errors: Object.fromEntries(found.map(({ host, error = null }) => [host, error])), ms };
    },
    ssh: (...argv) => runProcess(['ssh', '-F', sshConfig, ...argv], env),
    logins: (at) => (at === 'jump' ? jump : node).log().split('Accepted publickey').length - 1,
    startAgent: () => {
      const socket = join(folder, 'agent');
      const { stdout } = runProcess(['ssh-agent', '-a', socket], env);
      t.after(() => process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1])));
      const key = join(node.folder, 'user');
      assert.equal(runProcess(['ssh-add', key], { ...env, SSH_AUTH_SOCK: socket }).status, 0);
      // ssh finds the key by its public part, and the private part in the agent alone.
      rmSync(key);
      return socket;
    },
  };
}

const reached = Object.fromEntries(names.map((name) => [name, null]));

describe('monitor with the ssh_config of an operator', () => {
  test('asks nodes behind a jump host, with a key that only an agent has, by files that are included and matched', async (t) => {
    const { folder, env, configure, monitor, logins, startAgent } = await makeSite(t);
    const socket = startAgent();
    const included = join(folder, 'included');
    writeFileSync(included, 'Match host node* exec true\n  ProxyJump jump\n');
    configure(`Include ${included}\nHost *\n  IdentityAgent ${socket}`);
    assert.deepEqual(monitor().errors, reached);
    assert.deepEqual([logins('jump'), logins('node')], [3, 3]);
    env['SSH_AUTH_SOCK'] = socket;
    configure(`Include ${included}`);
    assert.deepEqual(monitor().errors, reached);
    delete env['SSH_AUTH_SOCK'];
    for (const error of Object.values(monitor().errors)) assert.match(error ?? '', /it refuses our key/);
    assert.deepEqual(processesOf(folder).filter((line) => !line.startsWith('ssh-agent')), []); // prettier-ignore
  });

  test('ends at the deadline where the jump host hangs, or the node behind it, and leaves no process', async (t) => {
    const { folder, configure, monitor, silentPort } = await makeSite(t);
    for (const [what, config] of [
      ['jump', `Host jump\n  Port ${silentPort}\nHost node*\n  ProxyJump jump`],
      ['node', `Host node1\n  Port ${silentPort}\nHost node*\n  ProxyJump jump`],
      ['command', 'Host node1\n  SetEnv FAULT=hangs\nHost node*\n  ProxyJump jump'],
    ] as const) {
      configure(config, '4s');
      const { errors, ms } = monitor();
      t.diagnostic(`${what}: ${Math.round(ms)} ms ${JSON.stringify(errors)}`);
      assert.match(errors['node1'] ?? '', what === 'command' ? /did not answer within 4s/ : /no ssh banner/);
      assert.equal(errors['node2'] === null, what !== 'jump');
      assert.ok(ms < 15_000, `${ms} ms`);
      await until(() => processesOf(folder).length === 0);
    }
  });

  test('leaves no ssh behind soon after it is killed, wherever the nodes hang', async (t) => {
    const { folder, env, configure, argv, silentPort } = await makeSite(t);
    const hang = 'SetEnv FAULT=hangs';
    const hosts = [`node1\n  ${hang}`, `node2\n  Port ${silentPort}`, `node3\n  ProxyJump jump\n  ${hang}`];
    configure(hosts.map((host) => `Host ${host}`).join('\n'), '4s');
    const [program, ...words] = argv;
    const view = spawn(program, words, { env, stdio: 'ignore' });
    const sshs = (): string[] => processesOf(folder).filter((line) => line.startsWith('ssh '));
    // One more reaches the jump host.
    await until(() => sshs().length === names.length + 1);
    view.kill('SIGKILL');
    const begun = performance.now();
    await until(() => sshs().length === 0);
    // The commands of the nodes would go on for 30 s.
    assert.ok(performance.now() - begun < 15_000);
  });

  test('says why, whatever banner the node has, and whatever the ssh_config says about commands and messages', async (t) => {
    const { configure, monitor } = await makeSite(t);
    configure('Host *\n  RemoteCommand top\n  LogLevel QUIET');
    assert.deepEqual(monitor().errors, reached);
    configure(
      [
        'Host node1\n  SetEnv FAULT=fails',
        'Host node2\n  SetEnv FAULT=loses',
        'Host node3\n  UserKnownHostsFile /dev/null\n  LogLevel QUIET',
      ].join('\n'),
    );
    const { node1, node2, node3 } = monitor().errors;
    assert.equal(node1, 'its report failed (exit code 3): it broke');
    assert.match(node2 ?? '', /^the connection was lost during its report/);
    assert.match(node3 ?? '', /^its host key is not known here/);
  });

  test('uses a shared connection that the user has open, and opens none: no socket and no process is left', async (t) => {
    const { folder, configure, monitor, ssh, logins } = await makeSite(t);
    const sockets = join(folder, 'sockets');
    configure(`Host node*\n  ControlMaster auto\n  ControlPersist 60\n  ControlPath ${sockets}/%n`);
    assert.deepEqual(monitor().errors, reached);
    assert.deepEqual([readdirSync(sockets), processesOf(folder)], [[], []]);
    assert.equal(logins('node'), 3);

    assert.equal(ssh('node1', 'true').status, 0);
    assert.equal(logins('node'), 4);
    assert.deepEqual(monitor().errors, reached);
    assert.equal(logins('node'), 6, 'node1 was asked through the open connection');
    assert.equal(ssh('-O', 'check', 'node1').status, 0, 'it is still open');
    ssh('-O', 'exit', 'node1');
    await until(() => !existsSync(join(sockets, 'node1')));
  });

  test('leaves the shared connection to a jump host open where the ssh_config says that it persists', async (t) => {
    const { folder, configure, monitor, ssh, logins } = await makeSite(t);
    const sockets = join(folder, 'sockets');
    configure(
      `Host node*\n  ProxyJump jump\nHost jump\n  ControlMaster auto\n  ControlPersist 60\n  ControlPath ${sockets}/%n`,
    );
    assert.deepEqual(monitor().errors, reached);
    const before = logins('jump');
    assert.deepEqual(monitor().errors, reached);
    assert.equal(logins('jump'), before, 'it was used again');
    assert.equal(processesOf(folder).length, 1);
    ssh('-O', 'exit', 'jump');
    await until(() => processesOf(folder).length === 0);
  });
});
