// node-report beside real kubo and ipfs-cluster, which take minutes to build: it says of them what their own commands say.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { ipfs, ipfsCluster } from '../real/node-programs.ts';
import { makeNode } from '../real/nodes.ts';
import { installPackages } from '../real/packages.ts';

test('node-report says of kubo and ipfs-cluster what their own commands say, and what is wrong when they hang or ended', async (t) => {
  installPackages('curl');
  const { folder, run, start, report } = await makeNode(t);
  const [kubo, cluster] = [ipfs(), ipfsCluster()];
  const repos = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, repo: join(folder, address) }));
  const ask = (repo: string, ...argv: readonly string[]): string => {
    const { status, stdout, stderr } = run('env', `IPFS_PATH=${repo}`, kubo, ...argv);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  const daemons = repos.map(({ address, repo }) => {
    ask(repo, 'init', '--profile', 'test');
    ask(repo, 'config', 'Addresses.API', `/ip4/${address}/tcp/5001`);
    ask(repo, 'config', 'Addresses.Gateway', `/ip4/${address}/tcp/8080`);
    ask(repo, 'config', '--json', 'Addresses.Swarm', `["/ip4/${address}/tcp/4001"]`);
    return start([kubo, 'daemon'], { IPFS_PATH: repo });
  });
  const [one, other] = repos;
  assert.ok(one && other && daemons[0]);
  const answers = (url: string, ...more: readonly string[]): boolean => run('curl', '-sf', ...more, url).status === 0;
  for (const { address } of repos) await until(() => answers(`http://${address}:5001/api/v0/version`, '-X', 'POST'));
  const peer = ask(other.repo, 'id', '-f', '<id>');
  ask(one.repo, 'swarm', 'connect', `/ip4/127.0.0.2/tcp/4001/p2p/${peer}`);

  const settings = { IPFS_CLUSTER_PATH: join(folder, 'cluster') };
  assert.equal(
    run('env', `IPFS_CLUSTER_PATH=${settings.IPFS_CLUSTER_PATH}`, cluster, 'init', '--consensus', 'crdt').status,
    0,
  );
  const service = start([cluster, 'daemon'], settings);
  await until(() => answers('http://127.0.0.1:9094/id'));

  const config = { ipfs: { url: 'http://127.0.0.1:5001', repo: one.repo } };
  const { section, errors } = report('ipfs', config);
  assert.deepEqual(errors, []);
  assert.equal(section?.['kubo_version'], ask(one.repo, 'version', '--number'));
  assert.equal(section['swarm_peers'], ask(one.repo, 'swarm', 'peers').split('\n').length);
  const stat = ask(one.repo, 'repo', 'stat', '--size-only');
  const numberOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(stat)?.[1]);
  assert.equal(section['repo_max_bytes'], numberOf('StorageMax'));
  assert.ok(Math.abs(Number(section['repo_size_bytes']) - numberOf('RepoSize')) < 1024 * 1024, stat);
  assert.deepEqual(
    [section['daemon_active'], section['bootstrap_empty'], section['has_swarm_key']],
    [true, true, false],
  );
  const version = run(cluster, '--version').stdout.trim().split(' ').at(-1);
  assert.deepEqual([section['cluster_version'], section['cluster_active']], [version, true]);
  assert.deepEqual([section['cluster_peer_count'], section['cluster_errors']], [0, 0]);

  daemons[0].kill('SIGSTOP');
  service.kill('SIGSTOP');
  const hung = report('ipfs', config);
  assert.deepEqual([hung.section?.['daemon_active'], hung.section?.['cluster_active']], [false, false]);
  assert.deepEqual([hung.section?.['swarm_peers'], hung.section?.['cluster_peer_count']], [null, null]);
  assert.match(hung.errors.join('\n'), /^kubo: .*no answer within 3s/m);
  for (const child of [daemons[0], service]) await end(child);
  const gone = report('ipfs', config);
  assert.deepEqual([gone.section?.['daemon_active'], gone.section?.['cluster_active']], [false, null]);
  assert.match(gone.errors.join('\n'), /nothing listens there/);
});
