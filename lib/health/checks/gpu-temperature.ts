import { defineCheck } from '../define.ts';
import { findingsOf, unreadFinding } from '../gpus.ts';

export const gpuTemperature = defineCheck({
  name: 'gpu-temperature',
  summary: 'a GPU gets hot',
  needs: ['gpus'],
  limits: {
    key: 'gpu-temperature',
    side: 'from',
    amber: ['C', '85 C', 'from this temperature on, a GPU is amber'],
    red: ['C', '93 C', 'from this temperature on, a GPU is red'],
  },
  assess: ({ gpus }) =>
    findingsOf(gpus, (one) => {
      const { temperature_celsius: value } = one.gpu;
      if (value === undefined) return unreadFinding(one, 'the temperature', 'C', ['temperature.gpu']);
      return { subject: one.subject, value, unit: 'C', prefix: `the temperature of ${one.name} is` };
    }),
});
