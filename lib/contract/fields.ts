// Fields of files on disk, each with its meaning. zod's mini flavour: schemas are made at every start of every stage,
// and these cost a third of the full ones.
import * as z from 'zod/mini';

/** A number with a CF unit and a long name. Finite: JSON would silently turn anything else into null. */
export const quantity = (units: string, long_name: string) =>
  z.number().register(z.globalRegistry, { units, long_name });

export const flag = (long_name: string) => z.boolean().register(z.globalRegistry, { long_name });

export const words = (long_name: string) => z.string().register(z.globalRegistry, { long_name });

export const instant = (long_name: string) => z.string().register(z.globalRegistry, { long_name, format: 'date-time' });

export const names = (long_name: string) => z.array(z.string()).register(z.globalRegistry, { long_name });

/** What is wrong with the shape of a value: where, what was expected, what was seen. zod's mini flavour has no words. */
export function shapeProblem({ issues }: z.core.$ZodError, value: unknown): string {
  const [issue] = issues;
  if (!issue) return 'no reason given';
  let seen = value;
  for (const key of issue.path) seen = typeof seen === 'object' && seen !== null ? Reflect.get(seen, key) : undefined;
  const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const expected = 'expected' in issue ? `expected ${issue.expected}` : issue.message;
  // JSON has no word for NaN, and throws at a BigInt.
  const isPlain = typeof seen === 'object' || typeof seen === 'string';
  const shown = isPlain ? JSON.stringify(seen).slice(0, 80) : String(seen);
  return `${where}${expected}; got ${shown}`;
}
