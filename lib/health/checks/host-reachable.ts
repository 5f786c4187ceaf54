import { defineCheck } from '../define.ts';

export const hostReachable = defineCheck({
  name: 'host-reachable',
  summary: 'another machine cannot be reached',
  needs: ['hosts'],
  assess: ({ hosts }) =>
    Object.entries(hosts).map(([subject, { address, reached, error }]) => ({
      subject,
      level: reached ? 'green' : 'red',
      value: reached,
      unit: '',
      limit: { value: true, key: `hosts.${subject}` },
      message: reached ? `${subject} (${address}) can be reached` : (error ?? `${subject} cannot be reached`),
      clears_when: `a command runs on ${subject} over ssh again`,
    })),
});
