import { defineRule } from '../../contract/rule.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { beyond } from '../threshold.ts';

export const charge = defineRule<Pick<Readable, 'power'>>()({
  name: 'charge',
  summary: 'the battery runs empty',
  runbook: 'ops/runbooks/power-charge.md',
  needs: ['power'],
  tells: { 'power-charge': '' },
  limits: { at: ['percent', '20%', 'at this or below'] },
  sightings: ({ power }, limitsOf) =>
    power
      ? [
          beyond({
            subject: 'power',
            value: power.charge_percent,
            why: power.charge_problem,
            unit: 'percent',
            limit: limitsOf('power').at,
            key: 'charge.at',
            fires: 'at or below',
            says: 'the state of charge is',
          }),
        ]
      : [],
});
