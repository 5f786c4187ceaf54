import { along, type Case, found } from '../case.ts';
import { staleSample, unknownPower } from '../power.ts';
import { power } from '../seen.ts';

export const powerCharge: readonly Case[] = [
  ...along(
    {
      under: 'charge',
      limits: { amber: 50, red: 25 },
      subject: 'power',
      about: 'the state of charge',
      clears: 'it is at or above 50 %',
      given: (charge_percent) => ({ power: power({ charge_percent }) }),
    },
    [
      [100, 'green', 'amber', '100 %'],
      [50, 'green', 'amber', ' 50 %'],
      [49.99, 'amber', 'amber', '49.9 %'],
      [25, 'amber', 'amber', ' 25 %'],
      [25.01, 'amber', 'amber', ' 25 %'],
      [24.99, 'red', 'red', '24.9 %'],
      [0, 'red', 'red', ' 0 %'],
    ],
  ),
  {
    sees: 'an exception counts for the power supply',
    given: { power: power({ charge_percent: 60 }) },
    limits: { charge: { for: { power: { amber: '70%' } } } },
    find: { power: found('amber', 60, ['limits.charge.for.power.amber', 70], ['the state of charge']) },
  },
  unknownPower('the state of charge', ['limits.charge.red', 25], {
    charge_problem: staleSample,
    charge_age_seconds: 7200,
  }),
];
