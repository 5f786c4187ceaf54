// The schema of `limits` in the configuration, for every check.
import * as z from 'zod';
import { limitsOfChecks } from '../contract/limits.ts';
import { age, factor } from '../contract/quantities.ts';
import { checks } from './checks/index.ts';

const snapshotLimits = z
  .strictObject({
    intervals: factor(3)
      .prefault(3)
      .describe('a snapshot older than this many intervals is stale: every level is unknown'),
  })
  .prefault({});

const heartbeatLimits = z
  .strictObject({
    amber: age().prefault('4 intervals').describe('amber when that ping is older than this'),
    red: age().prefault('24 intervals').describe('red when that ping is older than this'),
  })
  .prefault({});

export const healthConfig = {
  limits: z
    .strictObject({
      ...limitsOfChecks(checks),
      snapshot: snapshotLimits.describe('when a snapshot is too old'),
      heartbeat: heartbeatLimits.describe('age of the last ping that the watchdog accepted'),
    })
    .prefault({})
    .describe('limits of each check: where amber and red begin'),
};

export interface HealthConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly limits: Readonly<Record<string, unknown>> & {
    readonly snapshot: z.output<typeof snapshotLimits>;
    readonly heartbeat: z.output<typeof heartbeatLimits>;
  };
  readonly heartbeat?: object | undefined;
}
