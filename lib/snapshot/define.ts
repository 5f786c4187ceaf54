// Defines a probe of the snapshot: the schema of `section` decides the type of its reading.
import type { Probe } from '../contract/probe.ts';
import type { Shape } from '../contract/shape.ts';
import type { SnapshotConfig } from './config.ts';

export const defineProbe = <Data extends Shape>(probe: Probe<Data, SnapshotConfig>): Probe<Data, SnapshotConfig> =>
  probe;
