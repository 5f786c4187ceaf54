// Schema fields with their meaning. zod's mini flavour: every stage builds its schemas at each start, and these cost a
// third of the full ones.
import * as z from 'zod/mini';

/** A number with a CF unit and a long name. Finite: JSON would silently turn anything else into null. */
export const quantity = (units: string, long_name: string) =>
  z.number().register(z.globalRegistry, { units, long_name });

export const flag = (long_name: string) => z.boolean().register(z.globalRegistry, { long_name });

export const words = (long_name: string) => z.string().register(z.globalRegistry, { long_name });

export const instant = (long_name: string) => z.string().register(z.globalRegistry, { long_name, format: 'date-time' });

/** A value that a check or policy found, or its limit. */
export const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

export const names = (long_name: string) => z.array(z.string()).register(z.globalRegistry, { long_name });
