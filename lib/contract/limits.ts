// Schemas of the limits of checks in the configuration.
import * as z from 'zod';
import type { AnyCheck, CheckLimits, LimitDefinition } from './check.ts';
import { limitType } from './quantities.ts';

/** By the keys of the checks' limits. */
export function limitsOfChecks(checks: readonly AnyCheck[]): Record<string, z.ZodType> {
  const found: Record<string, z.ZodType> = {};
  for (const { limits, summary } of checks) {
    if (!limits) continue;
    if (Object.hasOwn(found, limits.key)) throw new Error(`two checks have limits under limits.${limits.key}`);
    found[limits.key] = schemaOf(limits).describe(summary);
  }
  return found;
}

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
