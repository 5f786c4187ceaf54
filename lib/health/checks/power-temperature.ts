import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { judgeNumber, limitsUnder } from '../limits.ts';
import { powerUnknown } from '../power.ts';

export const powerTemperature = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-temperature',
  summary: 'the power supply gets hot',
  needs: ['power'],
  limits: limitsUnder('temperature', {
    amber: ['C', '40 C', 'from this on, the internal temperature is amber'],
    red: ['C', '45 C', 'from this on, the internal temperature is red'],
  }),
  assess: ({ power }, limits) => [
    power.temperature_celsius === undefined
      ? powerUnknown('the internal temperature', power.temperature_problem, {
          unit: 'C',
          value: limits.red,
          key: 'limits.temperature.red',
        })
      : judgeNumber({
          subject: 'power',
          value: power.temperature_celsius,
          unit: 'C',
          limits,
          under: 'temperature',
          side: 'from',
          says: 'the internal temperature is',
        }),
  ],
});
