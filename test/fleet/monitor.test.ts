// monitor on the command line: where the nodes come from, what is refused, and exit codes.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, isAlive, root, runBeside, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { makeFakeSsh } from './fake-ssh.ts';
import { reportWith } from './fleet.ts';

const report = (mem_use_pct: number, more: object = {}): string =>
  reportWith({ system: { time_unix: 1, mem_use_pct } }, { timestamp: new Date().toISOString(), ...more });

function makeOperator(t: TestContext) {
  const folder = temporaryFolder(t);
  const ssh = makeFakeSsh(folder);
  const usual = environmentIn(folder);
  const env = { ...usual, PATH: `${ssh.bin}:${usual.PATH}` };
  const monitorWith = (more: NodeJS.ProcessEnv, ...argv: readonly string[]) =>
    runProcess([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv], { ...env, ...more }, folder);
  const monitor = (...argv: readonly string[]) => monitorWith({}, ...argv);
  /** Sends a signal while ssh hangs; returns the exit code, and the process of ssh. */
  const interrupt = async (signal: NodeJS.Signals, ...argv: readonly string[]) => {
    const note = join(folder, `pid-of-ssh-${signal}`);
    writeFileSync(join(ssh.bin, 'ssh'), `#!/bin/sh\necho $$ > ${note}.new; mv ${note}.new ${note}; exec sleep 100\n`);
    rmSync(note, { force: true });
    let ours = 0;
    const ended = runBeside([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv], env, (pid) => (ours = pid));
    await until(() => existsSync(note));
    process.kill(ours, signal);
    return { status: (await ended).status, pidOfSsh: Number(readText(note)) };
  };
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  /** The names of the nodes that were asked, and standard error. */
  const nodesIn = (argv: readonly string[], more: NodeJS.ProcessEnv = {}): { nodes: string[]; says: string } => {
    const { status, stdout, stderr } = monitorWith(more, 'cluster', '--json', ...argv);
    assert.equal(status, 0, stderr);
    const { nodes } = JSON.parse(stdout) as { nodes: { host: string }[] };
    return { nodes: nodes.map(({ host }) => host).sort(), says: stderr };
  };
  return { ssh, monitor, monitorWith, interrupt, put, nodesIn };
}

describe('monitor', () => {
  test('takes its nodes from scripts/remote-nodes.conf where there is one, with roles and keys, and says so', (t) => {
    const { ssh, put, nodesIn } = makeOperator(t);
    put(
      'scripts/remote-nodes.conf',
      '# nodes\ndevnet|ubuntu@a||nameserver-ns1|/keys/devnet\ndevnet|root@b|node\ntestnet|root@c|node\n',
    );
    const says =
      'The nodes are those of scripts/remote-nodes.conf in this folder; --config FILE names another list or configuration.\n';
    assert.deepEqual(nodesIn(['--env', 'devnet']), { nodes: ['a', 'b'], says });
    assert.deepEqual(nodesIn(['--env', 'testnet']), { nodes: ['c'], says });
    assert.match(
      ssh.calls().find((call) => call.includes(' ubuntu@a ')) ?? '',
      / -i \/keys\/devnet -- ubuntu@a sh -c /,
    );
  });

  test('takes its nodes from the configuration or list that --config or $OPS_MONITOR_CONFIG names, whatever list lies here', (t) => {
    const { put, nodesIn } = makeOperator(t);
    put('scripts/remote-nodes.conf', 'devnet|root@here|node\n');
    const site = put('site.yaml', 'fleet: { environments: { devnet: { nodes: { of-the-site: {} } } } }\n');
    const other = put('other.yaml', 'fleet: { environments: { devnet: { nodes: { other: {} } } } }\n');
    const list = put('list.conf', 'devnet|root@listed|node\n');
    const named = { OPS_MONITOR_CONFIG: site };
    assert.deepEqual(nodesIn(['--env', 'devnet'], named), { nodes: ['of-the-site'], says: '' });
    assert.deepEqual(nodesIn(['--env', 'devnet', '--config', other], named), { nodes: ['other'], says: '' });
    assert.deepEqual(nodesIn(['--env', 'devnet', '--config', list], named), { nodes: ['listed'], says: '' });
    assert.deepEqual(nodesIn(['--env', 'devnet'], { OPS_MONITOR_CONFIG: '' }).nodes, ['here']);
  });

  test('a list of the oldest form has the nodes of any environment', (t) => {
    const { put, nodesIn } = makeOperator(t);
    const list = put('old.conf', '1|ubuntu@192.0.2.1|\n2|ubuntu@192.0.2.2|\n');
    const { nodes } = nodesIn(['--env', 'mainnet', '--config', list]);
    assert.deepEqual(nodes, ['192.0.2.1', '192.0.2.2']);
  });

  test('an IPv6 address in brackets is given to ssh without them', (t) => {
    const { ssh, put, nodesIn } = makeOperator(t);
    const list = put('nodes.conf', 'devnet|root@[2001:db8::1]|node\n');
    assert.deepEqual(nodesIn(['--env', 'devnet', '--config', list]).nodes, ['2001:db8::1']);
    assert.match(ssh.calls().join('\n'), / -- root@2001:db8::1 sh -c /);
  });

  test('the only environment of the configuration need not be named', (t) => {
    const { nodesIn, put } = makeOperator(t);
    const one = put('one.yaml', 'fleet: { environments: { devnet: { nodes: { n1: { ssh: a } } } } }\n');
    assert.deepEqual(nodesIn(['--config', one]).nodes, ['n1']);
    const two =
      'fleet: { environments: { devnet: { nodes: { n1: { ssh: a } } }, testnet: { nodes: { n2: { ssh: b } } } } }\n';
    const { status, stderr } = makeOperator(t).monitor('cluster', '--config', put('two.yaml', two));
    assert.equal(status, 2);
    assert.match(stderr, /name the environment: --env NAME \(devnet, testnet\)/);
  });

  test('passwords in a list, an unknown environment and an unknown node are refused before any node is asked', (t) => {
    const { ssh, monitor, put } = makeOperator(t);
    const secret = put('secret.conf', 'devnet|ubuntu@a|hunter2|node|\n');
    const list = put('nodes.conf', 'devnet|ubuntu@a|node\n');
    const none = put('none.yaml', '{}\n');
    const mixed = put('mixed.conf', '1|ubuntu@a|\ndevnet|ubuntu@a|node\n');
    for (const [argv, says] of [
      [['--env', 'devnet', '--config', secret], /secret\.conf, line 1: the password of a is not used.*ssh-copy-id/],
      [['--env', 'devnet', '--config', mixed], /mixed\.conf, line 1 names no environment, and line 2 does/],
      [['--env', 'devnte', '--config', list], /there is no environment "devnte" in .*nodes\.conf, only devnet/],
      [['--env', 'devnet', '--config', list, '--node', 'aa'], /there is no node "aa"; did you mean a\?/],
      [['--config', list], /name the environment: --env NAME/],
      [['--env', 'devnet', '--config', join(list, 'none.conf')], /none\.conf/],
      [
        ['--env', 'devnet'],
        /no nodes are configured: .* \/etc\/ops-monitor\/config\.yaml; neither --config nor \$OPS_MONITOR_CONFIG names another file, and there is no scripts\/remote-nodes\.conf in this folder/,
      ],
      [['--env', 'devnet', '--config', none], /no nodes are configured: no fleet\.environments is in \S+\/none\.yaml/],
      [['--config', none], /no nodes are configured: no fleet\.environments is in \S+\/none\.yaml/],
    ] as const) {
      const { status, stdout, stderr } = monitor('cluster', ...argv);
      assert.deepEqual([status, stdout], [2, ''], stderr);
      assert.match(stderr, says);
      assert.ok(!stderr.includes('hunter2'));
    }
    assert.deepEqual(ssh.calls(), []);
  });

  test('says what is not installed here, ssh or the timeout of coreutils', (t) => {
    const { put, monitorWith } = makeOperator(t);
    const list = put('nodes.conf', 'devnet|a|node\n');
    const bin = temporaryFolder(t);
    const says = (): string =>
      monitorWith({ PATH: bin }, 'alerts', '--env', 'devnet', '--config', list).stdout.replaceAll(/\s+/g, ' ');
    assert.match(says(), /timeout is not installed here \(package coreutils\)/);
    symlinkSync('/usr/bin/timeout', join(bin, 'timeout'));
    assert.match(says(), /ssh is not installed here \(package openssh-client\)/);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    test(`ends every ssh with itself on ${signal}, such as that of a terminal which goes away`, async (t) => {
      const { interrupt, put } = makeOperator(t);
      const list = put('nodes.conf', 'devnet|a|node\n');
      for (const words of [['cluster'], ['install', 'a']]) {
        const { status, pidOfSsh } = await interrupt(signal, ...words, '--env', 'devnet', '--config', list);
        assert.equal(status, code);
        await until(() => !isAlive(pidOfSsh));
      }
    });

  test('--exit-code is 0 where all is well, 1 for a warning, 2 for a critical alert, 3 for what is unknown', (t) => {
    const { ssh, monitor, put } = makeOperator(t);
    const list = put('nodes.conf', 'devnet|a|node\n');
    const code = (answer: string | undefined): number | null => {
      ssh.setReport('a', answer);
      return monitor('alerts', '--env', 'devnet', '--config', list, '--exit-code').status;
    };
    assert.equal(code(report(20)), 0);
    assert.equal(code(report(95)), 1);
    assert.equal(code(undefined), 2);
    assert.equal(code(report(20, { errors: [{ section: 'system', part: 'swap', reason: 'EACCES' }] })), 3);
    ssh.setReport('a', undefined);
    assert.equal(monitor('alerts', '--env', 'devnet', '--config', list).status, 0);
  });
});
