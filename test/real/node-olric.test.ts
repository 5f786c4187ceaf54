// node-report beside three real Olric: it says of them what redis-cli says.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { olricServer } from './node-programs.ts';
import { makeNode } from './nodes.ts';
import { installPackages } from './packages.ts';

const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

const configurationOf = (
  address: string,
): string => `server: { bindAddr: ${address}, bindPort: 3320, partitionCount: 7 }
logging: { verbosity: 1, level: ERROR, output: stderr }
memberlist:
  environment: local
  bindAddr: ${address}
  bindPort: 3322
  joinRetryInterval: 100ms
  maxJoinAttempts: 100
  peers: [${addresses
    .filter((one) => one !== address)
    .map((one) => `'${one}:3322'`)
    .join(', ')}]
dmaps: { engine: { name: kvstore, config: { tableSize: 65536 } } }
`;

test('node-report says of Olric what it says to redis-cli, of one that hangs or ended that it does not answer', async (t) => {
  installPackages('redis-tools');
  const { folder, run, start, report } = await makeNode(t);
  const program = olricServer();
  const servers: ChildProcess[] = addresses.map((address) => {
    const file = join(folder, `${address}.yaml`);
    writeFileSync(file, configurationOf(address));
    return start([program, '-c', file]);
  });
  const askAll = (address: string): string =>
    run('redis-cli', '--raw', '-h', address, '-p', '3320', 'CLUSTER.MEMBERS').stdout;
  await until(() => addresses.every((address) => (askAll(address).match(/:3320/g) ?? []).length === 3));
  const askOne = (address: string) => report('olric', { olric: { address: `${address}:3320` } });
  for (const address of addresses) {
    const lines = askAll(address).trim().split('\n');
    const members = lines.filter((_, index) => index % 3 === 0);
    const { section, errors } = askOne(address);
    assert.deepEqual(errors, []);
    assert.deepEqual(section?.['members'], members);
    assert.equal(section['member_count'], 3);
    assert.equal(section['coordinator'], members[lines.filter((_, index) => index % 3 === 2).indexOf('true')]);
    assert.deepEqual([section['responsive'], section['service_active'], section['memberlist_up']], [true, true, true]);
  }
  // Its memory is that of all processes of the kind on this node.
  const resident = servers.map(({ pid }) => Number(run('ps', '-o', 'rss=', '-p', `${pid}`).stdout) / 1024);
  const sum = resident.reduce((all, one) => all + one, 0);
  const found = report('olric').section;
  assert.ok(
    Math.abs(Number(found?.['process_mem_mb']) - sum) < sum / 10,
    `${String(found?.['process_mem_mb'])} ${sum}`,
  );
  assert.match(String(found?.['found_by']), /^the process olric-server \(\d+\), /);
  assert.equal(found?.['member_count'], 3);

  servers[2]!.kill('SIGSTOP');
  const hung = askOne('127.0.0.3');
  assert.deepEqual([hung.section?.['responsive'], hung.section?.['member_count']], [false, null]);
  assert.deepEqual(hung.errors, ['members: 127.0.0.3:3320: no answer within 3s']);
  await end(servers[2]!);
  const gone = askOne('127.0.0.3');
  assert.deepEqual([gone.section?.['responsive'], gone.section?.['members']], [false, null]);
  assert.match(gone.errors.join(), /nothing listens there$/);
  await until(() => report('olric').section?.['member_count'] === 2);
});
