import { causes, cluster, defineJudgement } from '../define.ts';

export const rqliteVoters = defineJudgement({
  name: 'rqlite-voters',
  summary: 'voters of rqlite are missing, and one more would stop it, or has',
  subsystem: 'rqlite',
  severities: ['critical', 'warning'],
  advice:
    'Bring the missing voters back before another one fails; remove those that will not return (rqlite: .remove ID).',
  needs: ['members', 'links'],
  assess: ({ members, links }) => {
    const voters = members.filter(({ isVoter }) => isVoter);
    if (voters.length === 0) return [];
    const quorum = Math.floor(voters.length / 2) + 1;
    const missing = voters.filter(({ isThere }) => !isThere);
    const left = voters.length - missing.length;
    const [first] = missing;
    return [
      {
        subject: cluster,
        level: left < quorum ? 'red' : left === quorum && missing.length > 0 ? 'amber' : 'green',
        value: left,
        unit: '',
        limit: { value: quorum, key: '' },
        message:
          missing.length === 0
            ? `all ${voters.length} voters of rqlite are there`
            : `${left} of ${voters.length} voters of rqlite are there${left < quorum ? `, and it needs ${quorum}` : left === quorum ? ', and it needs all of them' : ''}`,
        evidence: Object.fromEntries(voters.map(({ name, isThere }) => [name, isThere ? 'is there' : 'is missing'])),
        clears_when: `more than ${quorum} voters are there, or all`,
        because: links.cutCause ?? first?.because ?? (first && causes.rqlitePeer(first.subject)),
      },
    ];
  },
});
