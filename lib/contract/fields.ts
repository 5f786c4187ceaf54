// Schema fields with units and long names. zod/mini, because every stage builds its schemas at each start and these cost a
// third of zod's full ones.
import * as z from 'zod/mini';
import { isInstant } from '../core/age.ts';

/** A number with a CF unit and a long name. Finite: JSON would silently turn anything else into null. */
export const quantity = (units: string, long_name: string) =>
  z.number().register(z.globalRegistry, { units, long_name });

export const flag = (long_name: string) => z.boolean().register(z.globalRegistry, { long_name });

export const words = (long_name: string) => z.string().register(z.globalRegistry, { long_name });

/** An ISO 8601 time. Checked: an empty or damaged one would become NaN in every age and metric computed from it. */
export const instant = (long_name: string) =>
  z
    .string()
    .check(z.refine((text) => isInstant(text), { error: 'expected an ISO 8601 time' }))
    .register(z.globalRegistry, { long_name, format: 'date-time' });

/** The value of an observation or an alert, or the limit of one. */
export const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const names = (long_name: string) => z.array(z.string()).register(z.globalRegistry, { long_name });

/** A loose object, typed without its index signature: keys that a newer version added survive an older reader. */
export const loose = <Fields extends z.core.$ZodLooseShape>(fields: Fields) =>
  z.looseObject(fields) as unknown as z.ZodMiniObject<Fields>;
