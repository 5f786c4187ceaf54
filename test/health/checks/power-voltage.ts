import { powerCases } from '../power.ts';

export const powerVoltage = powerCases(
  {
    name: 'voltage',
    field: 'voltage_volts',
    about: 'the battery voltage',
    limits: { amber: 52, red: 50 },
    clears: 'it is above 52 V',
    exception: [54, 55, '55 V'],
  },
  [
    [52.01, 'green', 'amber', '52.01 V'],
    [52, 'amber', 'amber', ' 52 V'],
    [51.99, 'amber', 'amber', '51.99 V'],
    [50.01, 'amber', 'amber', ' 50.01 V'],
    [50, 'amber', 'amber', ' 50 V'],
    [49.99, 'red', 'red', '49.99 V'],
    [0, 'red', 'red', ' 0 V'],
  ],
);
