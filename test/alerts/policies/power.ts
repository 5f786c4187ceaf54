import { ok, power as powerSeen } from '../../health/seen.ts';
import type { PolicyCase } from './case.ts';

export const seenPower = (data: Parameters<typeof powerSeen>[0]) => ({ power: ok(powerSeen(data)) });

export const power: readonly PolicyCase[] = [
  ['charge', seenPower({ charge_percent: 20.01 }), 'clear', 'power'],
  ['charge', seenPower({ charge_percent: 20 }), 'firing', 'power'],
  ['charge', seenPower({ charge_percent: 19.99 }), 'firing', 'power'],
  ['charge', seenPower({}), 'unknown', 'power'],
  ['temperature', seenPower({ temperature_celsius: 44.99 }), 'clear', 'power'],
  ['temperature', seenPower({ temperature_celsius: 45 }), 'firing', 'power'],
  ['temperature', seenPower({ temperature_celsius: 45.01 }), 'firing', 'power'],
  ['temperature', seenPower({}), 'unknown', 'power'],
  ['voltage', seenPower({ voltage_volts: 50.01 }), 'clear', 'power'],
  ['voltage', seenPower({ voltage_volts: 50 }), 'clear', 'power'],
  ['voltage', seenPower({ voltage_volts: 49.99 }), 'firing', 'power'],
  ['voltage', seenPower({}), 'unknown', 'power'],
];
