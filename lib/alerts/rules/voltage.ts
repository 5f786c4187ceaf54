import { defineRule } from '../../contract/rule.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { beyond } from '../threshold.ts';

export const voltage = defineRule<Pick<Readable, 'power'>>()({
  name: 'voltage',
  summary: 'the battery voltage is low',
  runbook: 'ops/runbooks/power-voltage.md',
  needs: ['power'],
  tells: { 'power-voltage': '' },
  limits: { below: ['V', '50 V', 'below this'] },
  sightings: ({ power }, limitsOf) =>
    power
      ? [
          beyond({
            subject: 'power',
            value: power.voltage_volts,
            why: power.voltage_problem,
            unit: 'V',
            limit: limitsOf('power').below,
            key: 'voltage.below',
            fires: 'below',
            says: 'the battery voltage is',
          }),
        ]
      : [],
});
