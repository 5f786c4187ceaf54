// What the report says of kubo 0.42.0 and ipfs-cluster 1.1.6.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { json, type Machine, running, sectionOn } from './machine.ts';

const kubo = 'http://127.0.0.1:5001/api/v0';
const cluster = 'http://127.0.0.1:9094';
const member = (id: string, error = '') => ({
  id,
  peername: id,
  cluster_peers: ['a', 'b', 'c'],
  version: '1.1.6',
  error,
});
const machine: Machine = {
  ...running({ ipfs: [4001, 5001, 8080], 'ipfs-cluster-se': [9094, 9096] }),
  urls: {
    [`${kubo}/version`]: json({ Version: '0.42.0', Commit: 'x', Repo: '16', System: 'amd64/linux', Golang: 'go1.25' }),
    [`${kubo}/swarm/peers`]: json({
      Peers: [
        { Addr: '/ip4/192.0.2.1', Peer: 'p1' },
        { Addr: '/ip4/192.0.2.2', Peer: 'p2' },
      ],
    }),
    [`${kubo}/repo/stat?size-only=true`]: json({ RepoSize: 2_500_000_000, StorageMax: 10_000_000_000 }),
    [`${kubo}/bootstrap/list`]: json({ Peers: null }),
    [`${cluster}/id`]: json(member('a')),
    // One object a line, not an array.
    [`${cluster}/peers`]: json(
      `${['a', 'b'].map((id) => JSON.stringify(member(id))).join('\n')}\n${JSON.stringify(member('c', 'dial backoff'))}\n`,
    ),
  },
};
const withUrls = (urls: Machine['urls']): Machine => ({ ...machine, urls: { ...machine.urls, ...urls } });
const repo = { node: 'node: { ipfs: { repo: /srv/ipfs } }' };

describe('node/ipfs', () => {
  test('kubo and its cluster are read whole', async () => {
    const { fields, errors } = await sectionOn(
      'ipfs',
      { ...machine, files: { ...machine.files, '/srv/ipfs/swarm.key': '/key/swarm/psk/1.0.0/' } },
      repo,
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(fields, {
      address: 'http://127.0.0.1:5001',
      found_by: 'the process ipfs (100)',
      daemon_active: true,
      kubo_version: '0.42.0',
      swarm_peers: 2,
      repo_size_bytes: 2_500_000_000,
      repo_max_bytes: 10_000_000_000,
      repo_use_pct: 25,
      bootstrap_empty: true,
      has_swarm_key: true,
      cluster_address: cluster,
      cluster_found_by: 'the process ipfs-cluster-se (101)',
      cluster_active: true,
      cluster_version: '1.1.6',
      cluster_peer_count: 2,
      cluster_errors: 1,
    });
  });

  test('no peers are 0, which is not the same as an answer without a list', async () => {
    const none = await sectionOn('ipfs', withUrls({ [`${kubo}/swarm/peers`]: json({ Peers: null }) }), repo);
    assert.deepEqual([none.fields['swarm_peers'], none.fields['has_swarm_key']], [0, false]);
    const { fields, errors } = await sectionOn('ipfs', withUrls({ [`${kubo}/swarm/peers`]: json({}) }));
    assert.ok(!('swarm_peers' in fields));
    assert.match(errors.join(), /^swarm: the answer of kubo has no list Peers$/);
  });

  test('a stream of members that broke off, garbage in it, and a slow one are no count of errors', async () => {
    for (const [reply, words] of [
      [json(`${JSON.stringify(member('a'))}\n`), /\/peers names 1 members, and \/id 3$/],
      [json('<html>\n<p>\n</html>\n'), /is not JSON/],
      [{ response_ms: 3000, error: 'no answer within 3s' }, /no answer within 3s$/],
      [json('', 500), /status 500$/],
    ] as const) {
      const { fields, errors } = await sectionOn('ipfs', withUrls({ [`${cluster}/peers`]: reply }));
      assert.match(errors.join(), words);
      assert.deepEqual([fields['cluster_peer_count'], 'cluster_errors' in fields], [2, false]);
    }
  });

  test('kubo that refuses, a cluster that is silent, and garbage: each hides nothing of the other', async () => {
    const refused = await sectionOn('ipfs', withUrls({ [`${kubo}/version`]: json('403 - Forbidden', 403) }));
    assert.ok(!('daemon_active' in refused.fields) && refused.fields['cluster_active'] === true);
    assert.match(refused.errors.join(), /^kubo: .* answers with status 403: 403 - Forbidden$/);
    const silent = await sectionOn(
      'ipfs',
      withUrls({ [`${cluster}/id`]: { response_ms: 1, error: 'no answer within 3s' } }),
    );
    assert.deepEqual([silent.fields['cluster_active'], silent.fields['daemon_active']], [false, true]);
    const garbage = await sectionOn(
      'ipfs',
      withUrls({ [`${cluster}/id`]: json('[]'), [`${kubo}/version`]: json('{}') }),
    );
    assert.ok(!('cluster_active' in garbage.fields) && !('daemon_active' in garbage.fields));
    assert.equal(garbage.errors.length, 2);
  });

  test('a node with kubo alone says that there is no cluster; one with neither is absent', async () => {
    const { files, programs } = running({ ipfs: [5001] });
    const alone = await sectionOn('ipfs', { ...machine, files, programs });
    assert.equal(alone.fields['swarm_peers'], 2);
    assert.match(alone.absent.join('\n'), /^cluster: no unit and no process of an IPFS cluster/m);
    const neither = await sectionOn('ipfs', running({ sshd: [22] }));
    assert.deepEqual([neither.fields, neither.errors], [{}, []]);
    assert.match(neither.absent.join(), /^no unit and no process of IPFS/);
  });
});
