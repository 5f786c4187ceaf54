import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { judgeNumber, limitsUnder } from '../limits.ts';
import { powerUnknown } from '../power.ts';

export const powerVoltage = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-voltage',
  summary: 'the battery voltage sinks',
  needs: ['power'],
  limits: limitsUnder('voltage', {
    amber: ['V', '52 V', 'at or below this, the battery voltage is amber'],
    red: ['V', '50 V', 'below this, the battery voltage is red'],
  }),
  assess: ({ power }, limits) => [
    power.voltage_volts === undefined
      ? powerUnknown('the battery voltage', power.voltage_problem, {
          unit: 'V',
          value: limits.red,
          key: 'limits.voltage.red',
        })
      : judgeNumber({
          subject: 'power',
          value: power.voltage_volts,
          unit: 'V',
          limits,
          under: 'voltage',
          side: 'at or below, red below',
          says: 'the battery voltage is',
        }),
  ],
});
