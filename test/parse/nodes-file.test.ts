import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseNodesFile } from '../../lib/parse/nodes-file.ts';

describe('a list of nodes', () => {
  test('all three forms are read, with comments, blank lines and the line ends of Windows', () => {
    assert.deepEqual(parseNodesFile('# nodes\r\n\r\n1|ubuntu@192.0.2.1|\r\n'), {
      nodes: [{ name: '192.0.2.1', target: 'ubuntu@192.0.2.1' }],
      problems: [],
    });
    const text =
      '# nodes\r\n\r\ndevnet|ubuntu@192.0.2.2||nameserver-ns1|~/.ssh/devnet\r\ntestnet|root@node3.example.org|node\n';
    assert.deepEqual(parseNodesFile(text), {
      nodes: [
        {
          environment: 'devnet',
          name: '192.0.2.2',
          target: 'ubuntu@192.0.2.2',
          role: 'nameserver-ns1',
          key: '~/.ssh/devnet',
        },
        { environment: 'testnet', name: 'node3.example.org', target: 'root@node3.example.org', role: 'node' },
      ],
      problems: [],
    });
  });

  test('lines with and without an environment in one list are refused, with the number of one of each', () => {
    const mixed = '# nodes\ndevnet|u@a|node\ndevnet|u@b|node\n\n1|u@a|\n2|u@c|\n';
    assert.deepEqual(parseNodesFile(mixed).problems, [
      'line 5 names no environment, and line 2 does: begin every line with an environment, such as devnet|user@host|node',
    ]);
  });

  test('a password is refused with a word on keys, and is not in the message', () => {
    const { nodes, problems } = parseNodesFile('1|ubuntu@192.0.2.1|hunter2\ndevnet|root@b|hunter2|node|\n');
    assert.deepEqual(nodes, []);
    assert.equal(problems.length, 2);
    for (const problem of problems) assert.match(problem, /^line \d: the password of \S+ is not used.*ssh-copy-id/);
    assert.ok(!problems.join().includes('hunter2'));
  });

  for (const [line, says] of [
    ['devnet|ubuntu@a', /expected 3 to 5 fields/],
    ['devnet|-oProxyCommand=id|node', /not a destination/],
    ['devnet|a b|node', /not a destination/],
    ['dev net|u@a|node', /not the name of an environment/],
    ['devnet|u@a|node\ndevnet|v@a|node', /a is listed twice in devnet/],
    ['devnet|u@a:2222|node', /the port of u@a:2222 belongs into ssh_config/],
    ['devnet|u@cluster|node', /the name cluster has a meaning of its own/],
    ['devnet|u@constructor|node', /the name constructor has a meaning of its own/],
  ] as const)
    test(`${JSON.stringify(line)} is refused`, () => {
      assert.match(parseNodesFile(line).problems.join(), says);
    });
});
