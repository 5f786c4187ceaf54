import { defineJudgement } from '../define.ts';

export const nodeReached = defineJudgement({
  name: 'node-reached',
  summary: 'a node does not report',
  subsystem: 'ssh',
  severities: ['critical'],
  advice: 'Log in by hand (ssh, then sudo ops-monitor node-report): is the machine up, its sshd, its network?',
  needs: ['nodes'],
  assess: ({ nodes }) =>
    Object.entries(nodes).map(([subject, { reached, error = 'no reason is given', target }]) => ({
      subject,
      level: reached ? 'green' : 'red',
      value: reached,
      unit: '',
      message: reached ? `${subject} reports` : `${subject} does not report: ${error}`,
      evidence: { [subject]: reached ? 'reports' : `ssh ${target}: ${error}` },
      clears_when: `${subject} reports again`,
    })),
});
