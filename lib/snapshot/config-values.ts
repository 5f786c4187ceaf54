// Kinds of values in the keys that say what to watch.
import * as z from 'zod';

/** `/data//x/.` and `/data/x/` are `/data/x`: paths are compared as text. */
export const path = z
  .string()
  .max(4000)
  .regex(/^\//, { error: (issue) => `expected an absolute path, such as "/data"; got ${JSON.stringify(issue.input)}` })
  .transform((text) => text.replaceAll(/\/(?:\.?(?:\/|$))+/g, '/').replace(/(?<=.)\/$/, ''));

export const host = z
  .string()
  .optional()
  .describe('machine to read it on: a name under `hosts`; default: this machine');
