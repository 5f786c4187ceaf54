// node-report beside a real cluster of three rqlite: it says of each what the node itself says, also when they are stopped and killed.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { valueAtKey } from '../../lib/parse/json.ts';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { rqlited } from './node-programs.ts';
import { makeNode, type Read } from './nodes.ts';
import { installPackages } from './packages.ts';

interface Member {
  readonly url: string;
  readonly raft: string;
  readonly child: ChildProcess;
  readonly report: (more?: object) => Read;
  /** What curl prints of a path; `posted` is sent to it. */
  readonly ask: (path: string, posted?: string) => string;
}

async function startCluster(t: TestContext): Promise<readonly Member[]> {
  installPackages('curl');
  const program = rqlited();
  const { folder, run, start, report } = await makeNode(t);
  const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const all = hosts.map((host) => `${host}:4002`).join();
  const members = hosts.map((host): Member => {
    const [http, raft] = [`${host}:4001`, `${host}:4002`];
    const argv = ['-node-id', host, '-http-addr', http, '-raft-addr', raft, '-bootstrap-expect', '3', '-join', all];
    const url = `http://${http}`;
    return {
      url,
      raft,
      child: start([program, ...argv, join(folder, host)]),
      report: (more) => report('rqlite', { rqlite: { url, ...more } }),
      ask: (path, posted) => {
        const more = posted === undefined ? [] : ['-H', 'content-type: application/json', '-d', posted];
        return run('curl', '-s', '-m', '5', ...more, `${url}${path}`).stdout;
      },
    };
  });
  for (const { ask } of members) await until(() => ask('/readyz').includes('[+]leader ok'));
  return members;
}

const statusOf = ({ ask }: Member): unknown => JSON.parse(ask('/status'));
const isLeader = ({ report }: Member): boolean => report().section?.['raft_state'] === 'Leader';

/** Field of the report → key of /status. */
const texts = {
  raft_state: 'store.raft.state',
  leader_addr: 'store.leader.addr',
  leader_id: 'store.leader.node_id',
  node_id: 'store.node_id',
  version: 'build.version',
  voter: 'store.raft.voter',
};
const numbers = {
  term: 'store.raft.term',
  applied_index: 'store.raft.applied_index',
  commit_index: 'store.raft.commit_index',
  num_peers: 'store.raft.num_peers',
  db_size: 'store.sqlite3.db_size',
};

type Nodes = Readonly<Record<string, { readonly reachable: boolean; readonly leader: boolean }>>;
const nodesOf = ({ section }: Read): Nodes => (section?.['nodes'] ?? {}) as Nodes;

describe('node-report and rqlite', () => {
  test('says of each member of a cluster what the member says of itself, and counts its errors', async (t) => {
    const members = await startCluster(t);
    const states = new Set();
    for (const member of members) {
      const before = statusOf(member);
      const read = member.report();
      const after = statusOf(member);
      const { section, errors } = read;
      assert.deepEqual(errors, []);
      assert.ok(section);
      states.add(section['raft_state']);
      for (const [field, key] of Object.entries(texts)) assert.equal(section[field], valueAtKey(after, key), field);
      for (const [field, key] of Object.entries(numbers)) {
        const [least = 0, value = -1, most = 0] = [valueAtKey(before, key), section[field], valueAtKey(after, key)].map(
          Number,
        );
        assert.ok(least <= value && value <= most, `${field}: ${least} ${value} ${most}`);
      }
      assert.deepEqual([section['responsive'], section['ready'], section['strong_read']], [true, true, true]);
      const all = nodesOf(read);
      assert.deepEqual(new Set(Object.keys(all)), new Set(members.map(({ raft }) => raft)));
      for (const [address, { reachable, leader }] of Object.entries(all))
        assert.deepEqual([reachable, leader], [true, address === section['leader_addr']], address);
    }
    assert.deepEqual(states, new Set(['Follower', 'Leader']));

    const leader = members.find(isLeader);
    assert.ok(leader);
    const errorsIn = (all: unknown) => {
      const { query_errors: queries, execute_errors: executions } = all as Readonly<Record<string, number>>;
      return [Number(queries), Number(executions)];
    };
    members.find((member) => member !== leader)?.report();
    const first = leader.report().section;
    assert.equal(first?.['recent_errors'], null, 'errors of another member are not compared with its own');
    const [queries = 0, executions = 0] = errorsIn(first['debug_vars']);
    leader.ask('/db/query?q=SELECT%20nothing');
    leader.ask('/db/execute', '["INSERT INTO nowhere VALUES(1)"]');
    const { debug_vars: all, recent_errors: recent } = leader.report().section ?? {};
    assert.deepEqual(errorsIn(all), [queries + 1, executions + 1], leader.ask('/debug/vars'));
    assert.deepEqual(errorsIn(recent), [1, 1]);
  });

  test('of two reports with strong_read within five minutes, only the first writes to the Raft log', async (t) => {
    const leader = (await startCluster(t)).find(isLeader);
    assert.ok(leader);
    const indexOf = (): number => Number(valueAtKey(statusOf(leader), 'store.raft.last_log_index'));
    // The first read of a term writes, whatever its level.
    leader.report();
    const entries = ['strong', 'linearizable'].map((level) => {
      const before = indexOf();
      const { section, errors } = leader.report({ strong_read: true });
      assert.deepEqual([section?.['strong_read'], section?.['strong_read_level'], errors], [true, level, []]);
      return indexOf() - before;
    });
    assert.deepEqual(entries, [1, 0]);
  });

  test('a leader that hangs does not answer, another is chosen, and without a majority there is none', async (t) => {
    const members = await startCluster(t);
    const first = members.find(isLeader);
    const [one, other] = members.filter((member) => member !== first);
    assert.ok(first && one && other);

    first.child.kill('SIGSTOP');
    const hung = first.report();
    const fields = ['responsive', 'ready', 'raft_state', 'term'];
    assert.deepEqual(
      fields.map((name) => hung.section?.[name]),
      [false, null, null, null],
    );
    assert.match(hung.errors.join(), /^status: .*no answer within 3s$/);
    await until(() => isLeader(one) || isLeader(other));
    await until(() => nodesOf(one.report())[first.raft]?.reachable === false);
    assert.equal(one.report().section?.['strong_read'], true);

    for (const { child } of [first, other]) await end(child);
    await until(() => one.report().section?.['leader_addr'] === null);
    const alone = one.report().section;
    assert.deepEqual([alone?.['responsive'], alone?.['ready'], alone?.['strong_read']], [true, false, false]);
    assert.match(`${String(alone?.['ready_says'])} ${String(alone?.['strong_read_says'])}`, /leader.* leader/);

    await end(one.child);
    const gone = one.report();
    assert.deepEqual(
      fields.map((name) => gone.section?.[name]),
      [false, null, null, null],
    );
    assert.match(gone.errors.join(), /nothing listens there/);
  });
});
