// What the report says of rqlite, by version. Names and types of the fields are those of versions 7.21.4, 8.43.4, 9.4.5 and 10.2.7.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { UrlReply } from '../../lib/contract/host.ts';
import type { Readings } from '../../lib/engine/probes.ts';
import { at, json, listUnits, type Machine, running, sectionOn, unitList } from './machine.ts';

const base = 'http://127.0.0.1:4001';

const status = (version: string, raft: object = {}, store: object = {}) => ({
  build: { version },
  node: { uptime: '26h1m2.5s', start_time: '2026-11-20T08:00:00Z' },
  runtime: { num_goroutine: 31, version: 'go1.25' },
  os: { pid: 100 },
  store: {
    open: true,
    ready: true,
    node_id: 'n1',
    addr: '127.0.0.1:4002',
    leader: { addr: '127.0.0.1:4002', node_id: 'n1' },
    fsm_index: 41,
    sqlite3: { db_size: 8192, db_size_friendly: '8.2 kB', wal_size: 0 },
    raft: {
      state: 'Leader',
      term: 7,
      last_log_index: 42,
      commit_index: 42,
      applied_index: 42,
      fsm_pending: 0,
      num_peers: 2,
      voter: true,
      last_contact: 0,
      ...raft,
    },
    ...store,
  },
});

const node = (more: object) => ({ api_addr: base, addr: '127.0.0.1:4002', reachable: true, leader: true, ...more });
const readUrl = `${base}/db/query?level=linearizable&q=SELECT%201`;
const counters = (remote: 'http' | 'proxy') => ({
  http: { leader_not_found: 3, queries: 10, ...(remote === 'http' ? { remote_executions_failed: 4 } : {}) },
  ...(remote === 'proxy' ? { proxy: { remote_executions_failed: 4 } } : {}),
  db: { query_errors: 1, execution_errors: 2 },
  store: { num_snapshots_failed: 1, num_snapshot_persists_failed: 1 },
  cluster: {
    num_client_retries: 1,
    num_client_execute_retries: 2,
    num_client_read_timeouts: 3,
    num_client_write_timeouts: 4,
  },
  memstats: { HeapAlloc: 50 * 1024 ** 2 },
});

function answers(version: string, remote: 'http' | 'proxy', one: object): Machine {
  return {
    ...running({ rqlited: [4002, 4001] }),
    urls: {
      [`${base}/status`]: json(status(version)),
      [`${base}/readyz`]: json('[+]node ok\n[+]leader ok\n[+]store ok'),
      [`${base}/nodes?nonvoters&timeout=750ms`]: json({ n1: node(one) }),
      [`${base}/debug/vars`]: json(counters(remote)),
      [readUrl]: json({ results: [{ columns: ['1'], types: ['integer'], values: [[1]] }] }),
      [readUrl.replace('linearizable', 'strong')]: json({ results: [{ columns: ['1'] }] }),
    },
  };
}

const versions = [
  ['v7.21.4', answers('v7.21.4', 'http', { time: 0.0012 }), { reachable: true, leader: true, time_ms: 1.2 }],
  ['v8.43.4', answers('v8.43.4', 'http', { voter: true, time: 5e-8 }), { reachable: true, leader: true, voter: true }],
  ['v9.4.5', answers('v9.4.5', 'proxy', { voter: true, time: 5e-8 }), { reachable: true, leader: true, voter: true }],
  [
    'v10.2.7',
    answers('v10.2.7', 'proxy', { voter: true, time: 0.0012 }),
    { reachable: true, leader: true, voter: true, time_ms: 1.2 },
  ],
] as const;

describe('node/rqlite', () => {
  test('every version is read whole, and a time that its version reports wrongly is left out', async () => {
    for (const [version, machine, expected] of versions) {
      const { fields, errors } = await sectionOn('rqlite', machine);
      const hasReads = version !== 'v7.21.4';
      assert.deepEqual(
        fields,
        {
          address: base,
          found_by: 'the process rqlited (100)',
          responsive: true,
          ready: true,
          ...(hasReads ? { strong_read: true, strong_read_level: 'linearizable' } : {}),
          raft_state: 'Leader',
          leader_addr: '127.0.0.1:4002',
          leader_id: 'n1',
          node_id: 'n1',
          raft_addr: '127.0.0.1:4002',
          term: 7,
          applied_index: 42,
          commit_index: 42,
          fsm_pending: 0,
          last_contact: '0s',
          last_contact_seconds: 0,
          num_peers: 2,
          voter: true,
          db_size: 8192,
          uptime: '26h1m2.5s',
          uptime_seconds: 93_662.5,
          version,
          goroutines: 31,
          heap_mb: 50,
          nodes: { '127.0.0.1:4002': expected },
          debug_vars: {
            query_errors: 1,
            execute_errors: 2,
            remote_exec_errors: 4,
            leader_not_found: 3,
            snapshot_errors: 2,
            client_retries: 3,
            client_timeouts: 7,
          },
        },
        version,
      );
      assert.deepEqual(errors.length, hasReads ? 0 : 1, errors.join('\n'));
      if (!hasReads) assert.match(errors.join(), /^strong_read: version v7\.21\.4 may not know .* linearizable/);
    }
  });

  /** Reports after each other on machines, each these seconds after the first. */
  const readStrongly = async (...reports: readonly (readonly [seconds: number, machine: Machine])[]) => {
    let previous: Readings = {};
    const found = [];
    for (const [seconds, machine] of reports) {
      const now = new Date(at.getTime() + seconds * 1000);
      const read = await sectionOn('rqlite', machine, {
        previous,
        now,
        node: 'node: { rqlite: { strong_read: true } }',
      });
      previous = read.readings;
      found.push(read);
    }
    return found;
  };
  const levels = (found: Awaited<ReturnType<typeof readStrongly>>): unknown[] =>
    found.map(({ fields }) => fields['strong_read_level']);
  const noAnswer = running({ rqlited: [4002, 4001] });
  const since = (seconds: number): string => new Date(at.getTime() + seconds * 1000).toISOString();

  test('a strong read is made at most once in five minutes, and a linearizable one between', async () => {
    const machine = versions[3][1];
    const found = await readStrongly([0, machine], [60, machine], [280, machine], [300, machine], [590, machine]);
    assert.deepEqual(levels(found), ['strong', 'linearizable', 'linearizable', 'strong', 'strong']);
    assert.deepEqual(
      found.map(({ fields }) => fields['strong_read_at']),
      [0, 0, 0, 300, 590].map(since),
    );
    assert.ok(found.every(({ fields, errors }) => fields['strong_read'] === true && errors.length === 0));
  });

  test('a strong read that was not answered counts, and so does one before rqlite was away for a report', async () => {
    const machine = versions[3][1];
    const { urls, ...rest } = machine;
    const silent = { ...rest, urls: { [`${base}/status`]: urls?.[`${base}/status`] ?? json({}) } };
    const found = await readStrongly([0, silent], [60, noAnswer], [120, machine], [300, machine]);
    assert.deepEqual(levels(found), [undefined, undefined, 'linearizable', 'strong']);
    assert.match(found[0]?.errors.join('\n') ?? '', /^strong_read: .*\/db\/query.*no answer/m);
  });

  test('a clock that was set back does not delay the next strong read', async () => {
    const machine = versions[3][1];
    assert.deepEqual(levels(await readStrongly([0, machine], [-3600, machine], [-3500, machine])), [
      'strong',
      'strong',
      'linearizable',
    ]);
  });

  test('a version without linearizable reads has no read between strong ones, which is no error', async () => {
    const machine = versions[0][1];
    const [first, second, third] = await readStrongly([0, machine], [60, machine], [300, machine]);
    assert.deepEqual([first?.fields['strong_read'], third?.fields['strong_read']], [true, true]);
    assert.deepEqual([second?.fields['strong_read'], second?.errors], [undefined, []]);
    assert.match(second?.absent.join() ?? '', /^strong_read: version v7\.21\.4 .* less than five minutes old$/);
  });

  test('errors since a report before are counted, unless rqlite was started again between the two', async () => {
    const machine = versions[3][1];
    const { urls } = machine;
    const later = (boot: number, uptime: string): Machine => ({
      ...machine,
      files: { ...machine.files, '/proc/uptime': `${boot}.00 1.00\n` },
      urls: {
        ...urls,
        [`${base}/status`]: json({ ...status('v10.2.7'), node: { uptime } }),
        [`${base}/debug/vars`]: json({ ...counters('proxy'), http: { leader_not_found: 5 } }),
      },
    });
    const [first, second, third] = await readStrongly(
      [0, machine],
      [60, later(100_060, '26h2m2.5s')],
      [90, later(100_090, '5s')],
    );
    assert.deepEqual(
      [first, second, third].map((one) => one?.fields['recent_errors']),
      [undefined, { query_errors: 0, execute_errors: 0, leader_not_found: 2, snapshot_errors: 0 }, undefined],
    );
  });

  test('a node without a leader: it is not ready, the read fails, and the last contact is no number', async () => {
    const { urls, ...rest } = answers('v10.2.7', 'proxy', {});
    const { fields, errors } = await sectionOn('rqlite', {
      ...rest,
      urls: {
        ...urls,
        [`${base}/status`]: json(
          status('v10.2.7', { state: 'Candidate', last_contact: 'never' }, { leader: { addr: '', node_id: '' } }),
        ),
        [`${base}/readyz`]: json('[+]node ok\n[-]leader does not exist', 503),
        [readUrl]: json('leader not found', 503),
        [`${base}/nodes?nonvoters&timeout=750ms`]: json('leader not found', 503),
      },
    });
    const { ready, ready_says: says, strong_read: read, raft_state: state, last_contact: contact } = fields;
    assert.deepEqual([ready, says], [false, '[+]node ok [-]leader does not exist']);
    assert.deepEqual([read, state, contact], [false, 'Candidate', 'never']);
    assert.ok(!('leader_addr' in fields) && !('last_contact_seconds' in fields));
    assert.match(errors.join(), /^nodes: .*answers with status 503: leader not found$/);
  });

  test('version 8.43 answers 500 where it has no leader; without the permission to ask, nothing is known', async () => {
    const { urls, ...rest } = answers('v8.43.4', 'http', {});
    const on = (reply: UrlReply) =>
      sectionOn('rqlite', { ...rest, urls: { ...urls, [`${base}/readyz`]: reply, [readUrl]: reply } });
    const { fields } = await on(json('leader address: leader not found', 500));
    assert.deepEqual([fields['ready'], fields['strong_read']], [false, false]);
    assert.deepEqual(fields['ready_says'], fields['strong_read_says'], 'leader address: leader not found');

    const refused = await on(json('unauthorized', 401));
    assert.ok(!('ready' in refused.fields) && !('strong_read' in refused.fields));
    assert.match(refused.errors.join(), /status 401/);
  });

  test('a result with an error is no read, and a closed store has no state', async () => {
    const { urls, ...rest } = answers('v9.4.5', 'proxy', {});
    const { fields, errors } = await sectionOn('rqlite', {
      ...rest,
      urls: {
        ...urls,
        [`${base}/status`]: json({ build: { version: 'v9.4.5' }, store: { open: false } }),
        [readUrl]: json({ results: [{ error: 'no such table' }] }),
      },
    });
    assert.deepEqual([fields['responsive'], fields['strong_read']], [true, false]);
    assert.ok(!('raft_state' in fields) && !('term' in fields));
    assert.match(errors.join(), /^status: its store is closed$/);
  });

  test('a field of another type is no reading', async () => {
    const machine = answers('v10.2.7', 'proxy', {});
    const wrong = json(status('v10.2.7', { term: '7', applied_index: null, num_peers: false, last_contact: 'soon' }));
    const { fields } = await sectionOn('rqlite', { ...machine, urls: { ...machine.urls, [`${base}/status`]: wrong } });
    for (const name of ['term', 'applied_index', 'num_peers', 'last_contact_seconds'])
      assert.ok(!(name in fields), name);
    assert.equal(fields['commit_index'], 42);
  });

  test('a node without rqlite says so; a stopped unit does not answer; a silent one neither', async () => {
    const nothing = await sectionOn('rqlite', running({ sshd: [22] }));
    assert.deepEqual([nothing.fields, nothing.errors], [{}, []]);
    assert.match(nothing.absent.join(), /^no unit and no process of rqlite is on this node/);

    const show = /^systemctl show .* -- my-rqlite\.service$/;
    const { files, programs } = running({ sshd: [22] });
    const stopped: Machine = {
      files: { ...files, '/run/systemd/system': '', '/proc/uptime': '1000.00 1.00\n' },
      programs: new Proxy(
        { ...programs, [listUnits]: unitList('my-rqlite.service loaded failed failed') },
        {
          get: (all, command: string) =>
            show.test(command)
              ? {
                  stdout:
                    'Id=my-rqlite.service\nLoadState=loaded\nActiveState=failed\nMainPID=0\nConditionTimestamp=\n',
                }
              : Reflect.get(all, command),
        },
      ),
    };
    const failed = await sectionOn('rqlite', stopped);
    assert.deepEqual(failed.fields, { found_by: 'the unit my-rqlite.service', responsive: false });
    assert.deepEqual(failed.errors, ['status: no process of rqlite runs: my-rqlite.service is failed (failed)']);

    const silent = await sectionOn('rqlite', running({ rqlited: [4001] }));
    assert.deepEqual(silent.fields, { address: base, found_by: 'the process rqlited (100)', responsive: false });
    assert.deepEqual(silent.errors, [`status: ${base}/status: no answer within 3s`]);
  });

  test('another program on the port, and garbage, are no answer of rqlite', async () => {
    const { files, programs } = running({ rqlited: [4001] });
    for (const reply of [json({ ok: true }), json('<html>'), json({ store: 1 }), json('no', 401)]) {
      const { fields, errors } = await sectionOn('rqlite', { files, programs, urls: { [`${base}/status`]: reply } });
      assert.deepEqual(fields, { address: base, found_by: 'the process rqlited (100)' });
      assert.equal(errors.length, 1);
    }
  });

  test('ports of another site: the one that answers is found', async () => {
    const { urls = {}, ...rest } = answers('v10.2.7', 'proxy', {});
    const moved = Object.fromEntries(
      Object.entries(urls).map(([url, reply]) => [url.replace(':4001', ':10100'), reply]),
    );
    const { fields } = await sectionOn('rqlite', {
      ...rest,
      programs: running({ rqlited: [10_099, 10_100, 10_101] }).programs,
      urls: moved,
    });
    assert.deepEqual([fields['address'], fields['term']], ['http://127.0.0.1:10100', 7]);
  });

  test('a program in a container is not that of this node', async () => {
    const machine = answers('v10.2.7', 'proxy', {});
    const inNetworks = (ours: string, its: string) =>
      sectionOn('rqlite', {
        ...machine,
        files: { ...machine.files, '/proc/self/ns/net': `net:[${ours}]`, '/proc/100/ns/net': `net:[${its}]` },
      });
    assert.equal((await inNetworks('1', '1')).fields['responsive'], true);
    const { fields, absent } = await inNetworks('1', '2');
    assert.deepEqual(fields, {});
    assert.match(absent.join(), /^rqlite runs in a container or a network of its own only/);
  });

  test('where this user does not see which program listens where, only the usual port is asked', async () => {
    const machine = answers('v10.2.7', 'proxy', {});
    const unseen = (port: number) => ({ 'ss -H -ltnup': { stdout: `tcp LISTEN 0 9 0.0.0.0:${port} 0.0.0.0:*\n` } });
    const usual = await sectionOn('rqlite', { ...machine, programs: unseen(4001) });
    assert.equal(usual.fields['responsive'], true);
    const other = await sectionOn('rqlite', { ...machine, programs: unseen(9999) });
    assert.ok(!('responsive' in other.fields));
    assert.match(other.errors.join(), /listens on no port that this user can see/);
  });
});
