import { ok } from '../../health/seen.ts';
import type { PolicyCase } from './case.ts';

export const probe: readonly PolicyCase[] = [
  ['probe', { clock: { status: 'failed', kind: 'error', reason: 'x', ms: 1 } }, 'firing', 'clock'],
  ['probe', { clock: ok({}) }, 'clear', 'clock'],
];
