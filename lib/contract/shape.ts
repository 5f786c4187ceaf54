// A schema for values read from files: a zod schema, or a hand-written one where loading zod costs too much.
import { isInstant } from '../core/age.ts';

export interface Shape<Content> {
  safeParse(value: unknown): { success: true; data: Content } | { success: false; error: ShapeError };
  parse(value: unknown): Content;
}

export type ContentOf<Fitting extends Shape<unknown>> = Fitting extends Shape<infer Content> ? Content : never;

export interface ShapeError {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly expected?: unknown;
  }[];
}

/** Describes a schema error: path, expected type, value seen. zod's mini flavour has no messages of its own. */
export function shapeProblem({ issues }: ShapeError, value: unknown): string {
  const [issue] = issues;
  if (!issue) return 'no reason given';
  let seen = value;
  for (const key of issue.path) seen = typeof seen === 'object' && seen !== null ? Reflect.get(seen, key) : undefined;
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
  const expected = typeof issue.expected === 'string' ? `expected ${issue.expected}` : issue.message;
  // JSON.stringify writes NaN as null and throws for a BigInt.
  const isPlain = typeof seen === 'object' || typeof seen === 'string';
  const shown = isPlain ? JSON.stringify(seen).slice(0, 80) : String(seen);
  return `${where}${expected}; got ${shown}`;
}

const kinds = {
  number: (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  string: (value: unknown) => typeof value === 'string',
  /** ISO 8601: an empty or damaged time would become NaN in every age and metric computed from it. */
  instant: (value: unknown) => typeof value === 'string' && isInstant(value),
  object: (value: unknown) => isObject(value),
  objects: (value: unknown) => isObject(value) && Object.values(value).every(kinds.object),
  list: (value: unknown) => Array.isArray(value) && value.every(kinds.object),
  numbers: (value: unknown) => isObject(value) && Object.values(value).every(kinds.number),
  strings: (value: unknown) => Array.isArray(value) && value.every(kinds.string),
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A kind of value, or the list of allowed strings. */
type Kind = keyof typeof kinds | readonly string[];

/** Checks without zod that an object has at least these keys: loading zod costs a seventh of a process start, too much
 * for a file that the thermal heartbeat reads every 30 seconds. A key with a question mark is optional. */
export function plainShape<Content>(fields: Readonly<Record<string, Kind>>): Shape<Content> {
  const wrongIn = (value: unknown): ShapeError['issues'][number] | undefined => {
    if (!isObject(value)) return { path: [], message: '', expected: 'object' };
    for (const [name, expected] of Object.entries(fields)) {
      const key = name.endsWith('?') ? name.slice(0, -1) : name;
      const found: unknown = Reflect.get(value, key);
      if (found === undefined && key !== name) continue;
      const fits = typeof expected === 'string' ? kinds[expected](found) : expected.includes(found as string);
      if (!fits) return { path: [key], message: '', expected: [expected].flat().join(' or ') };
    }
    return undefined;
  };
  const safeParse: Shape<Content>['safeParse'] = (value) => {
    const issue = wrongIn(value);
    return issue ? { success: false, error: { issues: [issue] } } : { success: true, data: value as Content };
  };
  return {
    safeParse,
    parse: (value) => {
      const parsed = safeParse(value);
      if (parsed.success) return parsed.data;
      throw new Error(shapeProblem(parsed.error, value));
    },
  };
}
