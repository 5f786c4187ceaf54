import { listed } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

const levels = { pass: 'green', fail: 'red', unknown: 'unknown' } as const;

export const gateVerdict = defineCheck({
  name: 'gate-verdict',
  summary: 'a gate fails, or its verdict cannot be understood',
  needs: ['gates'],
  assess: ({ gates }) =>
    Object.entries(gates).map(([subject, { verdict, reason, counts, file }]) => {
      const counted = listed(Object.entries(counts).map(([name, count]) => `${count} ${name}`));
      const says = { pass: 'passes', fail: 'fails', unknown: `gives no verdict that is understood (${file})` }[verdict];
      return {
        subject,
        level: levels[verdict],
        value: verdict,
        unit: '',
        limit: { value: 'pass', key: `gates.${subject}` },
        message: `the ${subject} gate ${says}${reason === undefined ? '' : `: ${reason}`}${counted === '' ? '' : ` (${counted})`}`,
        clears_when: 'the gate decides again, and passes',
      };
    }),
});
