// The schema of `limits` in the configuration, for every check.
import * as z from 'zod';
import type { AnyCheck, CheckLimits, LimitDefinition } from '../contract/check.ts';
import { age, factor, limitType } from '../contract/quantities.ts';
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

const allChecks: readonly AnyCheck[] = checks;
const keys = allChecks.flatMap(({ limits }) => (limits ? [limits.key] : []));
const twice = keys.find((key, index) => keys.indexOf(key) !== index);
if (twice !== undefined) throw new Error(`two checks have limits under limits.${twice}`);

export const healthConfig = {
  limits: z
    .strictObject({
      ...Object.fromEntries(
        allChecks.flatMap(({ limits, summary }) => (limits ? [[limits.key, schemaOf(limits).describe(summary)]] : [])),
      ),
      snapshot: snapshotLimits.describe('when a snapshot is too old'),
      heartbeat: heartbeatLimits.describe('age of the last ping that the watchdog accepted'),
    })
    .prefault({})
    .describe('limits of each check: where amber and red begin'),
};

/** Every limit can be overridden for one subject under `for.SUBJECT`. */
function schemaOf({ amber, red }: CheckLimits) {
  const shape = (of: (definition: LimitDefinition) => z.ZodType) => ({
    ...(amber ? { amber: of(amber) } : {}),
    ...(red ? { red: of(red) } : {}),
  });
  const alone = z.strictObject(
    shape(([quantity, , description]) => limitType(quantity).optional().describe(description)),
  );
  return z
    .strictObject({
      ...shape(([quantity, byDefault, description]) => limitType(quantity).prefault(byDefault).describe(description)),
      for: z.record(z.string(), alone).prefault({}).describe('other limits for single subjects, by name'),
    })
    .prefault({});
}

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
