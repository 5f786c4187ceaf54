import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { limitsUnder } from '../limits.ts';
import { judgePower } from '../power.ts';

export const powerCharge = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-charge',
  summary: 'the battery runs empty',
  needs: ['power'],
  limits: limitsUnder('charge', {
    amber: ['percent', '50%', 'below this, the state of charge is amber'],
    red: ['percent', '25%', 'below this, the state of charge is red'],
  }),
  assess: ({ power }, limits) => [
    judgePower({
      what: 'the state of charge',
      value: power.charge_percent,
      problem: power.charge_problem,
      unit: 'percent',
      limits,
      under: 'charge',
      side: 'below',
    }),
  ],
});
