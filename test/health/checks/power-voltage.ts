import { along, type Case, found } from '../case.ts';
import { staleSample, unknownPower } from '../power.ts';
import { power } from '../seen.ts';

export const powerVoltage: readonly Case[] = [
  ...along(
    {
      under: 'voltage',
      limits: { amber: 52, red: 50 },
      subject: 'power',
      about: 'the battery voltage',
      clears: 'it is above 52 V',
      given: (voltage_volts) => ({ power: power({ voltage_volts }) }),
    },
    [
      [52.01, 'green', 'amber', '52.01 V'],
      [52, 'amber', 'amber', ' 52 V'],
      [51.99, 'amber', 'amber', '51.9 V'],
      [50.01, 'amber', 'amber', ' 50 V'],
      [50, 'amber', 'amber', ' 50 V'],
      [49.99, 'red', 'red', '49.9 V'],
      [0, 'red', 'red', ' 0 V'],
    ],
  ),
  {
    sees: 'an exception counts for the power supply',
    given: { power: power({ voltage_volts: 54 }) },
    limits: { voltage: { for: { power: { amber: '55 V' } } } },
    find: { power: found('amber', 54, ['limits.voltage.for.power.amber', 55], ['the battery voltage']) },
  },
  unknownPower('the battery voltage', ['limits.voltage.red', 50], {
    voltage_problem: staleSample,
    voltage_age_seconds: 7200,
  }),
];
