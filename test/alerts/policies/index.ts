// The cases of every policy over a snapshot.
import type { PolicyCase } from './case.ts';
import { power } from './power.ts';
import { probe } from './probe.ts';
import { service } from './service.ts';
import { storage } from './storage.ts';
import { stream } from './stream.ts';

export const cases: readonly PolicyCase[] = [...storage, ...power, ...stream, ...service, ...probe];
