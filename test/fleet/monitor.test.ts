// monitor on the command line: where the nodes come from, what is refused, and exit codes.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { makeFakeSsh } from './fake-ssh.ts';
import { reportWith } from './fleet.ts';

const report = (mem_use_pct: number, more: object = {}): string =>
  reportWith({ system: { time_unix: 1, mem_use_pct } }, { timestamp: new Date().toISOString(), ...more });

function makeOperator(t: TestContext) {
  const folder = temporaryFolder(t);
  const ssh = makeFakeSsh(folder);
  const usual = environmentIn(folder);
  const env = { ...usual, PATH: `${ssh.bin}:${usual.PATH}` };
  const monitor = (...argv: readonly string[]) =>
    runProcess([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv], env, folder);
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const nodesIn = (...argv: readonly string[]): string[] => {
    const { status, stdout, stderr } = monitor('cluster', '--json', ...argv);
    assert.equal(`${status} ${stderr}`, '0 ');
    return (JSON.parse(stdout) as { nodes: { host: string }[] }).nodes.map(({ host }) => host);
  };
  return { ssh, monitor, put, nodesIn };
}

describe('monitor', () => {
  test('takes its nodes from scripts/remote-nodes.conf where there is one, with roles and keys', (t) => {
    const { ssh, put, nodesIn } = makeOperator(t);
    put(
      'scripts/remote-nodes.conf',
      '# nodes\ndevnet|ubuntu@a||nameserver-ns1|/keys/devnet\ndevnet|root@b|node\ntestnet|root@c|node\n',
    );
    assert.deepEqual(nodesIn('--env', 'devnet').sort(), ['a', 'b']);
    assert.deepEqual(nodesIn('--env', 'testnet'), ['c']);
    assert.match(
      ssh.calls().find((call) => call.includes(' ubuntu@a ')) ?? '',
      / -i \/keys\/devnet -- ubuntu@a sh -c /,
    );
  });

  test('a list of the oldest form has the nodes of any environment', (t) => {
    const { put, nodesIn } = makeOperator(t);
    const list = put('old.conf', '1|ubuntu@192.0.2.1|\n2|ubuntu@192.0.2.2|\n');
    assert.deepEqual(nodesIn('--env', 'mainnet', '--config', list).sort(), ['192.0.2.1', '192.0.2.2']);
  });

  test('passwords in a list, an unknown environment and an unknown node are refused before any node is asked', (t) => {
    const { ssh, monitor, put } = makeOperator(t);
    const secret = put('secret.conf', 'devnet|ubuntu@a|hunter2|node|\n');
    const list = put('nodes.conf', 'devnet|ubuntu@a|node\n');
    for (const [argv, says] of [
      [['--env', 'devnet', '--config', secret], /secret\.conf, line 1: the password of a is not used.*ssh-copy-id/],
      [['--env', 'devnte', '--config', list], /there is no environment "devnte" in .*nodes\.conf, only devnet/],
      [['--env', 'devnet', '--config', list, '--node', 'aa'], /there is no node "aa"; did you mean a\?/],
      [['--config', list], /name the environment: --env NAME/],
      [['--env', 'devnet', '--config', join(list, 'none.conf')], /none\.conf/],
      [['--env', 'devnet'], /there is no environment "devnet"/],
    ] as const) {
      const { status, stdout, stderr } = monitor('cluster', ...argv);
      assert.deepEqual([status, stdout], [2, ''], stderr);
      assert.match(stderr, says);
      assert.ok(!stderr.includes('hunter2'));
    }
    assert.deepEqual(ssh.calls(), []);
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
