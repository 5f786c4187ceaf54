import { defineCheck } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { judgeNumber, limitsUnder } from '../limits.ts';
import { powerUnknown } from '../power.ts';

export const powerCharge = defineCheck<Pick<Readable, 'power'>>()({
  name: 'power-charge',
  summary: 'the battery runs empty',
  needs: ['power'],
  limits: limitsUnder('charge', {
    amber: ['percent', '50%', 'below this, the state of charge is amber'],
    red: ['percent', '25%', 'below this, the state of charge is red'],
  }),
  assess: ({ power }, limits) => [
    power.charge_percent === undefined
      ? powerUnknown('the state of charge', power.charge_problem, {
          unit: 'percent',
          value: limits.red,
          key: 'limits.charge.red',
        })
      : judgeNumber({
          subject: 'power',
          value: power.charge_percent,
          unit: 'percent',
          limits,
          under: 'charge',
          side: 'below',
          says: 'the state of charge is',
        }),
  ],
});
