import { defineJudgement } from '../define.ts';
import { namesOf } from '../links.ts';

/** A node that was started may take this long to join. */
const joinSeconds = 300;

export const rqlitePeer = defineJudgement({
  name: 'rqlite-peer',
  summary: 'other nodes do not reach rqlite of a node (info in the first five minutes after its start)',
  subsystem: 'rqlite',
  severities: ['critical', 'info'],
  advice:
    'See whether rqlite runs there and its Raft port is open between the nodes. A node that will not return is removed (rqlite: .remove ID).',
  needs: ['members', 'rqlite'],
  assess: ({ members, rqlite }) =>
    members.map(({ subject, name, node, reachedBy, notReachedBy, because }) => {
      const uptime = node === undefined ? undefined : rqlite[node]?.uptime_seconds;
      const isJoining = uptime !== undefined && uptime < joinSeconds;
      const without = Object.keys(notReachedBy);
      return {
        subject,
        level: without.length === 0 ? 'green' : isJoining ? 'amber' : 'red',
        value: without.length,
        unit: '',
        limit: { value: 0, key: '' },
        message:
          without.length === 0
            ? `rqlite of ${name} is reached by ${namesOf(reachedBy) || 'itself'}`
            : `rqlite of ${name} is not reached by ${namesOf(without)}${isJoining ? ', and was started minutes ago' : ''}`,
        evidence: notReachedBy,
        clears_when: 'all nodes reach it, or it is removed from the cluster',
        because,
      };
    }),
});
