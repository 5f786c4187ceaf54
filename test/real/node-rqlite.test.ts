// node-report beside a real cluster of three rqlite: it says of each what the node itself says, also when they are stopped and killed.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { valueAtKey } from '../../lib/parse/json.ts';
import { freePort } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { rqlited } from './node-programs.ts';

interface Node {
  readonly url: string;
  readonly raft: string;
  readonly child: ChildProcess;
}

async function startCluster(t: TestContext): Promise<readonly Node[]> {
  const program = rqlited();
  const folder = temporaryFolder(t);
  const addresses = [];
  for (const id of ['1', '2', '3'])
    addresses.push({ id, http: `127.0.0.1:${await freePort()}`, raft: `127.0.0.1:${await freePort()}` });
  const all = addresses.map(({ raft }) => raft).join();
  const nodes = addresses.map(({ id, http, raft }) => {
    const argv = ['-node-id', id, '-http-addr', http, '-raft-addr', raft, '-bootstrap-expect', '3', '-join', all];
    const child = spawn(program, [...argv, join(folder, id)], { stdio: 'ignore' });
    t.after(() => end(child));
    return { url: `http://${http}`, raft, child };
  });
  for (const { url } of nodes)
    await until(async () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  return nodes;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

interface Rqlite {
  readonly [field: string]: unknown;
  readonly raft_state: string | null;
  readonly leader_addr: string | null;
  readonly nodes: Readonly<Record<string, { readonly reachable: boolean; readonly leader: boolean }>> | null;
  readonly debug_vars: Readonly<Record<string, number>>;
}

function reporter(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  return ({ url }: Node): Rqlite & { readonly errors: readonly object[] } => {
    writeFileSync(config, `node: { rqlite: { url: '${url}' } }\n`);
    const { section, errors } = reportOf(folder, config, 'rqlite');
    assert.ok(section, JSON.stringify(errors));
    return { ...(section as unknown as Rqlite), errors };
  };
}

const ask = async ({ url }: Node, path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();

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

describe('node-report and rqlite', () => {
  test('says of each node of a cluster what the node says of itself, and counts its errors', async (t) => {
    const nodes = await startCluster(t);
    const report = reporter(t);
    const states: (string | null)[] = [];
    for (const node of nodes) {
      const before = await ask(node, '/status');
      const said = report(node);
      const after = await ask(node, '/status');
      assert.deepEqual(said.errors, []);
      states.push(said.raft_state);
      for (const [field, key] of Object.entries(texts)) assert.equal(said[field], valueAtKey(after, key), field);
      for (const [field, key] of Object.entries(numbers)) {
        const [least, value, most] = [valueAtKey(before, key), said[field], valueAtKey(after, key)].map(Number);
        assert.ok(least! <= value! && value! <= most!, `${field}: ${least} ${value} ${most}`);
      }
      assert.deepEqual([said['responsive'], said['ready'], said['strong_read']], [true, true, true]);
      const others = Object.entries(said.nodes ?? {});
      assert.deepEqual(others.map(([address]) => address).toSorted(), nodes.map(({ raft }) => raft).toSorted());
      for (const [address, { reachable, leader }] of others)
        assert.deepEqual([reachable, leader], [true, address === said.leader_addr], address);
    }
    assert.deepEqual(new Set(states), new Set(['Follower', 'Leader']));

    const leader = nodes[states.indexOf('Leader')]!;
    const counted = report(leader).debug_vars;
    await ask(leader, '/db/query?q=SELECT%20nothing');
    await fetch(`${leader.url}/db/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '["INSERT INTO nowhere VALUES(1)"]',
    });
    const { query_errors, execute_errors } = report(leader).debug_vars;
    assert.deepEqual(
      [query_errors! - counted['query_errors']!, execute_errors! - counted['execute_errors']!],
      [1, 1],
      JSON.stringify(await ask(leader, '/debug/vars')),
    );
  });

  test('a leader that hangs does not answer, another is chosen, and without a majority there is none', async (t) => {
    const nodes = await startCluster(t);
    const report = reporter(t);
    const isLeader = (node: Node): boolean => report(node).raft_state === 'Leader';
    const first = nodes.find(isLeader)!;
    const others = nodes.filter((node) => node !== first);

    first.child.kill('SIGSTOP');
    const hung = report(first);
    assert.deepEqual([hung['responsive'], hung['ready'], hung.raft_state, hung['term']], [false, null, null, null]);
    assert.match(JSON.stringify(hung.errors), /\/status: .*(time|answer)/);
    await until(() => others.some(isLeader));
    const [one] = others;
    await until(() => report(one!).nodes?.[first.raft]?.reachable === false);
    assert.deepEqual(report(one!)['strong_read'], true);

    for (const { child } of [first, others[1]!]) await end(child);
    await until(() => report(one!).leader_addr === null);
    const alone = report(one!);
    assert.deepEqual([alone['responsive'], alone['ready'], alone['strong_read']], [true, false, false]);
    assert.match(`${String(alone['ready_says'])} ${String(alone['strong_read_says'])}`, /leader.* leader/);

    await end(one!.child);
    const gone = report(one!);
    assert.deepEqual([gone['responsive'], gone['ready'], gone.nodes], [false, null, null]);
    assert.match(JSON.stringify(gone.errors), /nothing listens there/);
  });
});
