import { defineRule } from '../../contract/rule.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { beyond } from '../threshold.ts';

export const temperature = defineRule<Pick<Readable, 'power'>>()({
  name: 'temperature',
  summary: 'the power supply is hot',
  runbook: 'ops/runbooks/power-temperature.md',
  needs: ['power'],
  tells: { 'power-temperature': '' },
  limits: { at: ['C', '45 C', 'from this on'] },
  sightings: ({ power }, limitsOf) =>
    power
      ? [
          beyond({
            subject: 'power',
            value: power.temperature_celsius,
            why: power.temperature_problem,
            unit: 'C',
            limit: limitsOf('power').at,
            key: 'temperature.at',
            fires: 'from',
            says: 'the internal temperature is',
          }),
        ]
      : [],
});
