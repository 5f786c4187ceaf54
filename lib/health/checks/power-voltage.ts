import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { limitsUnder } from '../limits.ts';
import { judgePower } from '../power.ts';

export const powerVoltage = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-voltage',
  summary: 'the battery voltage sinks',
  needs: ['power'],
  limits: limitsUnder('voltage', {
    amber: ['V', '52 V', 'at or below this, the battery voltage is amber'],
    red: ['V', '50 V', 'below this, the battery voltage is red'],
  }),
  assess: ({ power }, limits) => [
    judgePower({
      what: 'the battery voltage',
      value: power.voltage_volts,
      problem: power.voltage_problem,
      unit: 'V',
      limits,
      under: 'voltage',
      side: 'at or below, red below',
    }),
  ],
});
