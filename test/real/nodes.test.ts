// Several nodes on one network, each with a real sshd: another machine asks each for its report.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { makeNodes } from './nodes.ts';
import { startSshdOn } from './sshd.ts';

test('a node tells its report by ssh to the nodes that reach it, and to no other while the network is cut', async (t) => {
  const { nodes, cut, mend } = await makeNodes(t, 3);
  const servers = await Promise.all(nodes.map((node) => startSshdOn(t, node)));
  const [first] = nodes;
  assert.ok(first);
  const config = join(first.folder, 'ssh_config');
  writeFileSync(config, servers.map((server) => readText(server.config)).join(''));
  const ask = (name: string): string => {
    const options = ['-F', config, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=2'];
    const command = [process.execPath, join(root, 'dist', 'node-report.cjs'), '--json'];
    const { status, stdout, stderr } = first.run('ssh', ...options, name, ...command);
    return status === 0 ? (JSON.parse(stdout) as { hostname: string }).hostname : stderr.trim();
  };
  const askAll = (): readonly string[] => nodes.map(({ name }) => ask(name));
  assert.deepEqual(askAll(), ['node1', 'node2', 'node3']);
  cut('node3');
  const [near, other, far] = askAll();
  assert.deepEqual([near, other], ['node1', 'node2']);
  assert.match(far ?? '', /^ssh: connect to host 192\.0\.2\.3 port 2222: (Connection timed out|No route to host)/);
  mend();
  assert.deepEqual(askAll(), ['node1', 'node2', 'node3']);
});
