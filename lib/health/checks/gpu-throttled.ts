import { defineCheck } from '../define.ts';
import { findingsOf, unreadFinding } from '../gpus.ts';

export const gpuThrottled = defineCheck({
  name: 'gpu-throttled',
  summary: 'a GPU is slowed down because of heat or power',
  needs: ['gpus'],
  limits: {
    key: 'gpu-throttled',
    side: 'from',
    amber: ['duration', '10m', 'a GPU that has been slowed down for this long is amber'],
    red: ['duration', '1h', 'a GPU that has been slowed down for this long is red'],
  },
  assess: ({ gpus }) =>
    findingsOf(gpus, (one) => {
      const { slowed_by, slowed_seconds: value } = one.gpu;
      if (slowed_by === undefined || value === undefined)
        return unreadFinding(one, 'the slowdown', 's', ['clocks_throttle_reasons.active']);
      return {
        subject: one.subject,
        value,
        unit: 's',
        prefix: `${one.name} has been slowed down for`,
        suffix: ` by ${slowed_by.join(', ')}`,
        ...(slowed_by.length === 0 ? { message: `${one.name} is not slowed down` } : {}),
        clears_when: 'one reading finds that nothing slows it down',
      };
    }),
});
