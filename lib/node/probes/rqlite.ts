// Asks rqlite 7 to 10 for its state. Names and types of its fields differ by version, and by state: see each place.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { isObject } from '../../contract/shape.ts';
import { isDueAgain } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine } from '../../core/text.ts';
import { maskUrls } from '../../core/urls.ts';
import { parseGoDuration } from '../../parse/go.ts';
import { parseForeignJson, valueAtKey } from '../../parse/json.ts';
import { askJson, askText, flagAt, isResponsive, numberAt, textAt } from '../ask.ts';
import { type Ask, askStatus, readReady } from '../ask-rqlite.ts';
import { defineProbe, failing, readParts } from '../define.ts';
import { askFirst, findServer } from '../find.ts';
import { kinds } from '../kinds.ts';
import { countLately } from '../lately.ts';
import { rqlite as section } from '../sections/rqlite.ts';

const usualPort = 4001;
/** Between two strong reads: five minutes, less the seconds by which a timer of five minutes may come early. */
const strongSeconds = 290;

export const rqlite = defineProbe({
  name: 'rqlite',
  summary: 'Raft state, leader, indexes, nodes, a read through the leader, counters of errors',
  section,

  async read({ host: open, config, previous, bootId, at, run }) {
    const host = open();
    const { url, authorization, strong_read: wantsStrong } = config.node.rqlite;
    const server = await findServer(host, run, kinds.rqlite, usualPort, url);
    const { place: base, attempt } = await askFirst(server, (one, seconds) =>
      askStatus(host, one, { seconds, authorization }),
    );
    const lastStrong = wantsStrong ? previous?.data.strong_read_at : undefined;
    const address = base && maskUrls(base);
    // Counters of an rqlite at another address are those of another.
    const before = previous?.data.address === address ? previous?.data : undefined;
    const found = withoutUndefined({
      address,
      found_by: server.foundBy,
      strong_read_at: lastStrong,
      counted: before?.counted,
    });
    if (!('answer' in attempt) || base === undefined) {
      const failure = 'failure' in attempt ? attempt.failure : undefined;
      return readParts({
        found: async () => withoutUndefined({ ...found, responsive: isResponsive(failure) }),
        status: failing(failure),
      });
    }
    const ask = { seconds: server.seconds, authorization };
    const version = textAt(valueAtKey(attempt.answer, 'build.version'));
    const isStrong = wantsStrong && isDueAgain(lastStrong, strongSeconds, at);
    const read = await readParts({
      // A strong read that fails or is not answered may have written, too.
      found: async () => ({ ...found, responsive: true, ...(isStrong ? { strong_read_at: at.toISOString() } : {}) }),
      status: async () => describeStatus(attempt.answer),
      ready: () => readReady(host, base, ask),
      strong_read: () => readThroughLeader(host, base, version, isStrong, lastStrong, ask),
      nodes: async () => ({ nodes: describeNodes(await askJson(host, nodesUrl(base, ask), ask), version) }),
      debug_vars: async () => describeCounters(await askJson(host, `${base}/debug/vars`, ask)),
    });
    const {
      uptime_seconds: runsFor,
      debug_vars: { query_errors, execute_errors, leader_not_found, snapshot_errors } = {},
    } = read;
    // rqlite counts since its start: without its uptime the start is not known.
    const counts =
      runsFor === undefined ? undefined : { query_errors, execute_errors, leader_not_found, snapshot_errors };
    const { grown, kept } = await countLately(before, { host, bootId, counts, runsFor });
    return { ...read, ...kept, ...(grown ? { recent_errors: grown } : {}) };
  },
});

/** rqlite asks one node after the other, each for 30 s by default. The shorter time lets it name nodes that hang before our own question
 * ends. */
const nodesUrl = (base: string, { seconds }: Ask): string => `${base}/nodes?nonvoters&timeout=${seconds * 500}ms`;

function describeStatus(status: unknown) {
  // A store that is closed has no other field.
  if (valueAtKey(status, 'store.open') === false) throw new Error('its store is closed');
  const at = (key: string) => valueAtKey(status, key);
  const uptime = textAt(at('node.uptime'));
  const contact = at('store.raft.last_contact');
  // The leader says the number 0; a node that has not heard a leader yet says `never`.
  const lastContact = contact === 0 ? '0s' : textAt(contact);
  return withoutUndefined({
    raft_state: textAt(at('store.raft.state')),
    leader_addr: textAt(at('store.leader.addr')) || undefined,
    leader_id: textAt(at('store.leader.node_id')) || undefined,
    node_id: textAt(at('store.node_id')),
    raft_addr: textAt(at('store.addr')),
    term: numberAt(at('store.raft.term')),
    applied_index: numberAt(at('store.raft.applied_index')),
    commit_index: numberAt(at('store.raft.commit_index')),
    fsm_pending: numberAt(at('store.raft.fsm_pending')),
    last_contact: lastContact,
    last_contact_seconds: secondsIn(lastContact),
    num_peers: numberAt(at('store.raft.num_peers')),
    voter: flagAt(at('store.raft.voter')),
    db_size: numberAt(at('store.sqlite3.db_size')),
    uptime,
    uptime_seconds: secondsIn(uptime),
    version: textAt(at('build.version')),
    goroutines: numberAt(at('runtime.num_goroutine')),
  });
}

function secondsIn(text: string | undefined): number | undefined {
  if (text === undefined || text === 'never') return undefined;
  try {
    return Math.round(parseGoDuration(text) * 1000) / 1000;
  } catch {
    return undefined;
  }
}

const versionOf = (version = ''): number => {
  const [, major = 0, minor = 0] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  return Number(major) + Number(minor) / 1000;
};

/** A strong read writes to the Raft log, so it must be asked for, and is made at most once in five minutes. Versions before 8.32 take the
 * level `linearizable` for `weak` without a word, and their read would prove less than it says. */
async function readThroughLeader(
  host: Host,
  base: string,
  version: string | undefined,
  isStrong: boolean,
  lastStrong: string | undefined,
  ask: Ask,
) {
  const level = isStrong ? 'strong' : 'linearizable';
  if (!isStrong && versionOf(version) < 8.032) {
    const unknown = `version ${firstLine(version ?? 'unknown', 40)} may not know reads of the level ${level}`;
    if (lastStrong !== undefined)
      throw new Absent(`${unknown}, and the last strong read, at ${lastStrong}, is less than five minutes old`);
    throw new Error(`${unknown}; node.rqlite.strong_read asks for a strong one, which writes to the Raft log`);
  }
  const { status, body } = await askText(host, `${base}/db/query?level=${level}&q=SELECT%201`, ask);
  const result = status === 200 ? parseForeignJson(body, 'the answer to a read') : undefined;
  const [first] = isObject(result) && Array.isArray(result['results']) ? (result['results'] as unknown[]) : [];
  if (isObject(first) && first['error'] === undefined) return { strong_read: true, strong_read_level: level };
  // Where there is no leader, rqlite answers 503; some versions answer 500.
  if (status >= 500 || isObject(first)) {
    const says = isObject(first) ? textAt(first['error']) : body;
    return { strong_read: false, strong_read_level: level, strong_read_says: firstLine(says ?? '', 120) };
  }
  throw new Error(`a read of the level ${level} was answered with status ${status}: ${firstLine(body, 120)}`);
}

/** `found` is a map by the ids of nodes. Its times are not those of the answers in versions 8 and 9, which take them before they ask. */
function describeNodes(found: unknown, version: string | undefined) {
  const hasTimes = ![8, 9].includes(Math.floor(versionOf(version)));
  if (!isObject(found)) throw new Error('/nodes is not a map of nodes');
  return Object.fromEntries(
    Object.entries(found).flatMap(([id, node]) => {
      if (!isObject(node)) return [];
      const address = textAt(node['addr']) ?? id;
      const seconds = hasTimes ? numberAt(node['time']) : undefined;
      return [
        [
          address,
          withoutUndefined({
            reachable: flagAt(node['reachable']),
            leader: flagAt(node['leader']),
            voter: flagAt(node['voter']),
            time_ms: seconds === undefined ? undefined : Math.round(seconds * 1_000_000) / 1000,
            error: textAt(node['error']) || undefined,
          }),
        ] as const,
      ];
    }),
  );
}

/** The counters lie in maps, which differ by version: `remote_…` in `http` up to 8, in `proxy` since 9. */
function describeCounters(found: unknown) {
  const at = (...keys: readonly string[]) =>
    keys.map((key) => numberAt(valueAtKey(found, key))).find((value) => value !== undefined);
  const sum = (...values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((all, value) => all + value, 0);
  };
  const cluster = valueAtKey(found, 'cluster');
  const retries = isObject(cluster)
    ? Object.entries(cluster).flatMap(([name, value]) =>
        /^num_client_(\w+_)?retries$/.test(name) ? [numberAt(value)] : [],
      )
    : [];
  const heap = at('memstats.HeapAlloc');
  return withoutUndefined({
    heap_mb: heap === undefined ? undefined : Math.round(heap / 1024 ** 2),
    debug_vars: withoutUndefined({
      query_errors: at('db.query_errors'),
      execute_errors: at('db.execution_errors'),
      remote_exec_errors: at('proxy.remote_executions_failed', 'http.remote_executions_failed'),
      leader_not_found: at('http.leader_not_found'),
      snapshot_errors: sum(at('store.num_snapshots_failed'), at('store.num_snapshot_persists_failed')),
      client_retries: sum(...retries),
      client_timeouts: sum(at('cluster.num_client_read_timeouts'), at('cluster.num_client_write_timeouts')),
    }),
  });
}
