import { powerCases } from '../power.ts';

export const powerTemperature = powerCases(
  {
    name: 'temperature',
    field: 'temperature_celsius',
    about: 'the internal temperature',
    limits: { amber: 40, red: 45 },
    clears: 'it is below 40 C',
    exception: [35, 30, '30 C'],
  },
  [
    [-12.5, 'green', 'amber', '-12.5 C'],
    [39.99, 'green', 'amber', '39.99 C'],
    [40, 'amber', 'amber', ' 40 C'],
    [40.01, 'amber', 'amber', ' 40.01 C'],
    [44.99, 'amber', 'amber', '44.99 C'],
    [45, 'red', 'red', ' 45 C'],
    [45.01, 'red', 'red', ' 45.01 C'],
  ],
);
