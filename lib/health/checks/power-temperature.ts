import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { limitsUnder } from '../limits.ts';
import { judgePower } from '../power.ts';

export const powerTemperature = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-temperature',
  summary: 'the power supply gets hot',
  needs: ['power'],
  limits: limitsUnder('temperature', {
    amber: ['C', '40 C', 'from this on, the internal temperature is amber'],
    red: ['C', '45 C', 'from this on, the internal temperature is red'],
  }),
  assess: ({ power }, limits) => [
    judgePower({
      what: 'the internal temperature',
      value: power.temperature_celsius,
      problem: power.temperature_problem,
      unit: 'C',
      limits,
      under: 'temperature',
      side: 'from',
    }),
  ],
});
