import { along, type Case, found } from '../case.ts';
import { staleSample, unknownPower } from '../power.ts';
import { power } from '../seen.ts';

export const powerTemperature: readonly Case[] = [
  ...along(
    {
      under: 'temperature',
      limits: { amber: 40, red: 45 },
      subject: 'power',
      about: 'the internal temperature',
      clears: 'it is below 40 C',
      given: (temperature_celsius) => ({ power: power({ temperature_celsius }) }),
    },
    [
      [-12.5, 'green', 'amber', '-12.5 C'],
      [39.99, 'green', 'amber', '39.9 C'],
      [40, 'amber', 'amber', ' 40 C'],
      [40.01, 'amber', 'amber', ' 40 C'],
      [44.99, 'amber', 'amber', '44.9 C'],
      [45, 'red', 'red', ' 45 C'],
      [45.01, 'red', 'red', ' 45 C'],
    ],
  ),
  {
    sees: 'an exception counts for the power supply',
    given: { power: power({ temperature_celsius: 35 }) },
    limits: { temperature: { for: { power: { amber: '30 C' } } } },
    find: { power: found('amber', 35, ['limits.temperature.for.power.amber', 30], ['the internal temperature']) },
  },
  unknownPower('the internal temperature', ['limits.temperature.red', 45], {
    temperature_problem: staleSample,
    temperature_age_seconds: 7200,
  }),
];
