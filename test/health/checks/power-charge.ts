import { powerCases } from '../power.ts';

export const powerCharge = powerCases(
  {
    name: 'charge',
    field: 'charge_percent',
    about: 'the state of charge',
    limits: { amber: 50, red: 25 },
    clears: 'it is at or above 50 %',
    exception: [60, 70, '70%'],
  },
  [
    [100, 'green', 'amber', '100 %'],
    [50, 'green', 'amber', ' 50 %'],
    [49.99, 'amber', 'amber', '49.99 %'],
    [25, 'amber', 'amber', ' 25 %'],
    [25.01, 'amber', 'amber', ' 25.01 %'],
    [24.99, 'red', 'red', '24.99 %'],
    [0, 'red', 'red', ' 0 %'],
  ],
);
