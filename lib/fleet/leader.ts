// Who leads rqlite, as its nodes say it. A single node may be wrong, or lie. Pure.
import type { FleetReadable, Links } from './define.ts';

type Rqlite = FleetReadable['rqlite'];

interface Leadership {
  /** The nodes that say that they lead. */
  readonly leaders: readonly string[];
  /** `doubted`: most nodes do not follow the only node that says that it leads. `elsewhere`: most nodes name a leader that is none of those
   * that say their state. `unknown`: no node says its state. */
  readonly state: 'one' | 'several' | 'doubted' | 'elsewhere' | 'none' | 'unknown';
}

export function leadershipOf(rqlite: Rqlite, { raftNodes }: Pick<Links, 'raftNodes'>): Leadership {
  const { states, leaders, doubters } = claimsIn(rqlite);
  if (states.length === 0) return { leaders, state: 'unknown' };
  if (leaders.length > 1) return { leaders, state: 'several' };
  if (leaders.length === 1) return { leaders, state: doubters * 2 > states.length ? 'doubted' : 'one' };
  // The leader may run on a node that does not report, or whose rqlite did not say its state.
  const named = Map.groupBy(
    states.flatMap(([, { leader_addr: address }]) => address ?? []),
    (address) => address,
  );
  const isElsewhere = [...named].some(
    ([address, votes]) =>
      votes.length * 2 > states.length && !raftNodes(address).some((node) => rqlite[node]?.raft_state !== undefined),
  );
  return { leaders, state: isElsewhere ? 'elsewhere' : 'none' };
}

/** The only node that says that it leads, where fewer than half of the nodes doubt that. */
export function agreedLeader(rqlite: Rqlite): string | undefined {
  const { states, leaders, doubters } = claimsIn(rqlite);
  return leaders.length === 1 && doubters * 2 < states.length ? leaders[0] : undefined;
}

/** The nodes that say their state, those among them that say that they lead, and how many doubt the first of these: they look for a leader, or
 * name another. */
function claimsIn(rqlite: Rqlite) {
  const states = Object.entries(rqlite).filter(([, { raft_state: state }]) => state !== undefined);
  const leaders = states.flatMap(([node, { raft_state: state }]) => (state === 'Leader' ? [node] : []));
  const [leader = ''] = leaders;
  const own = rqlite[leader]?.leader_addr;
  const doubters = states.filter(
    ([node, { raft_state: state, leader_addr: address }]) =>
      node !== leader && (state === 'Candidate' || (address !== undefined && own !== undefined && address !== own)),
  ).length;
  return { states, leaders, doubters };
}
