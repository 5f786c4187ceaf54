import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional, recordOf } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';
import { latelyFields } from '../lately.ts';

export const rqlite = defineSection({
  many: false,
  source: 'the HTTP API of rqlite (try: curl http://127.0.0.1:4001/status?pretty; curl http://127.0.0.1:4001/readyz)',
  noun: 'rqlite',
  subjects: () => [],
  schema: object({
    address: optional(words('URL at which it answers')),
    found_by: optional(words('how it was found')),
    responsive: optional(flag('it answers')),
    ready: optional(flag('/readyz answers 200')),
    ready_says: optional(words('what /readyz says where it is not ready')),
    strong_read: optional(flag('a read through the leader succeeds')),
    strong_read_level: optional(words('level of that read: strong or linearizable')),
    strong_read_at: optional(instant('when a read of the level strong was last made')),
    strong_read_says: optional(words('why that read failed')),
    raft_state: optional(words('Leader, Follower, Candidate or Shutdown')),
    leader_addr: optional(words('Raft address of the leader')),
    leader_id: optional(words('id of the leader')),
    node_id: optional(words('id of this node')),
    raft_addr: optional(words('Raft address of this node, as the others know it')),
    term: optional(quantity('1', 'Raft term')),
    applied_index: optional(quantity('1', 'last log entry that is applied')),
    commit_index: optional(quantity('1', 'last log entry that is committed')),
    fsm_pending: optional(quantity('1', 'log entries that wait to be applied')),
    last_contact: optional(words('time since the leader was heard, as rqlite says it')),
    last_contact_seconds: optional(quantity('s', 'time since the leader was heard')),
    num_peers: optional(quantity('1', 'other voters')),
    voter: optional(flag('it has a vote')),
    db_size: optional(quantity('byte', 'size of the database')),
    uptime: optional(words('time since its start, as rqlite says it')),
    uptime_seconds: optional(quantity('s', 'time since its start')),
    version: optional(words('version of rqlite')),
    goroutines: optional(quantity('1', 'goroutines')),
    heap_mb: optional(quantity('MiB', 'memory of the heap in use')),
    nodes: optional(
      recordOf(
        object({
          reachable: optional(flag('this node reaches it')),
          leader: optional(flag('it is the leader')),
          voter: optional(flag('it has a vote')),
          time_ms: optional(quantity('ms', 'time of its answer')),
          error: optional(words('why it is not reached')),
        }),
      ),
    ),
    debug_vars: optional(
      object({
        query_errors: optional(quantity('1', 'queries that failed, since its start')),
        execute_errors: optional(quantity('1', 'executions that failed, since its start')),
        remote_exec_errors: optional(quantity('1', 'executions sent to the leader that failed, since its start')),
        leader_not_found: optional(quantity('1', 'requests without a leader, since its start')),
        snapshot_errors: optional(quantity('1', 'snapshots that failed, since its start')),
        client_retries: optional(quantity('1', 'requests to other nodes that were repeated, since its start')),
        client_timeouts: optional(quantity('1', 'requests to other nodes without an answer, since its start')),
      }),
    ),
    recent_errors: optional(
      object({
        query_errors: optional(quantity('1', 'queries that failed, lately')),
        execute_errors: optional(quantity('1', 'executions that failed, lately')),
        leader_not_found: optional(quantity('1', 'requests without a leader, lately')),
        snapshot_errors: optional(quantity('1', 'snapshots that failed, lately')),
      }),
    ),
    ...latelyFields,
    ...partsFields,
  }),
  group: 'rqlite',
  table: {
    title: 'rqlite',
    columns: ['answers', 'ready', 'state', 'leader', 'term', 'applied', 'committed', 'read', 'version'],
    rows: (read) => [
      [
        yes(read.responsive),
        yes(read.ready),
        read.raft_state ?? '-',
        read.leader_addr ?? '-',
        shown(read.term),
        shown(read.applied_index),
        shown(read.commit_index),
        yes(read.strong_read),
        read.version ?? '-',
      ],
    ],
  },
});
