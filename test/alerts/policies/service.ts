import { ok, service as serviceSeen } from '../../health/seen.ts';
import type { PolicyCase } from './case.ts';

export const unit = (seen: Parameters<typeof serviceSeen>[0]) => ({
  services: ok({ 'sync.timer': serviceSeen({ groups: ['hatpro.sync'], ...seen }) }),
});

export const service: readonly PolicyCase[] = [
  ['service', unit({}), 'clear', 'sync.timer'],
  ['service', unit({ active_state: 'failed' }), 'firing', 'sync.timer'],
  ['service', unit({ active_state: 'inactive' }), 'firing', 'sync.timer'],
  ['service', unit({ load_state: 'not-found' }), 'firing', 'sync.timer'],
];
