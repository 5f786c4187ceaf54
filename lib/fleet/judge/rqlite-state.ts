import { causes, defineJudgement } from '../define.ts';

export const rqliteState = defineJudgement({
  name: 'rqlite-state',
  summary: 'Raft of rqlite is shut down on a node (critical), or looks for a leader (warning)',
  subsystem: 'rqlite',
  severities: ['critical', 'warning'],
  advice:
    'Shutdown: see its log, and start it again. Candidate: it hears no leader; see whether its Raft port reaches the other nodes.',
  needs: ['rqlite', 'links'],
  assess: ({ rqlite, links }) =>
    Object.entries(rqlite).flatMap(([subject, { raft_state: state }]) =>
      state === undefined
        ? []
        : {
            subject,
            level: state === 'Shutdown' ? 'red' : state === 'Candidate' ? 'amber' : 'green',
            value: state,
            unit: '',
            limit: { value: 'Leader or Follower', key: '' },
            message: `rqlite of ${subject} is ${state}`,
            clears_when: 'it is Leader or Follower',
            because: links.minorityCause(subject) ?? causes.leader,
          },
    ),
});
