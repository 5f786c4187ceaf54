import { defineCheck } from '../define.ts';
import { powerFinding } from '../power.ts';

export const powerCharge = defineCheck({
  name: 'power-charge',
  summary: 'the battery runs empty',
  needs: ['power'],
  limits: {
    key: 'charge',
    side: 'below',
    amber: ['percent', '50%', 'below this, the state of charge is amber'],
    red: ['percent', '25%', 'below this, the state of charge is red'],
  },
  assess: ({ power }) => [powerFinding('the state of charge', power.charge_percent, 'percent', power.charge_problem)],
});
