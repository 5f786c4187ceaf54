import { defineCheck } from '../define.ts';
import { powerFinding } from '../power.ts';

export const powerTemperature = defineCheck({
  name: 'power-temperature',
  summary: 'the power supply gets hot',
  needs: ['power'],
  limits: {
    key: 'temperature',
    side: 'from',
    amber: ['C', '40 C', 'from this on, the internal temperature is amber'],
    red: ['C', '45 C', 'from this on, the internal temperature is red'],
  },
  assess: ({ power }) => [
    powerFinding('the internal temperature', power.temperature_celsius, 'C', power.temperature_problem),
  ],
});
