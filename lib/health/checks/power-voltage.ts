import { defineCheck } from '../define.ts';
import { powerFinding } from '../power.ts';

export const powerVoltage = defineCheck({
  name: 'power-voltage',
  summary: 'the battery voltage sinks',
  needs: ['power'],
  limits: {
    key: 'voltage',
    side: 'at or below, red below',
    amber: ['V', '52 V', 'at or below this, the battery voltage is amber'],
    red: ['V', '50 V', 'below this, the battery voltage is red'],
  },
  assess: ({ power }) => [powerFinding('the battery voltage', power.voltage_volts, 'V', power.voltage_problem)],
});
