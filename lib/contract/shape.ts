// Shapes: what a value read from a file must be, and what its numbers mean. A shape is a check and a little data, so that a
// stage can build all of them at its start. zod is for the configuration, which a person writes: loading it, and building
// its schemas for every file, would cost each stage a third of a bare start of Node.
import { isInstant } from '../core/age.ts';

export interface Shape<Content = unknown> {
  /** Describes how a value differs from the shape; undefined where it fits. */
  readonly wrongIn: (value: unknown) => Issue | undefined;
  readonly form: Form;
  readonly about?: About;
  /** As a field of an object it may be missing. */
  readonly isOptional?: boolean;
  /** Never set: it carries the type. */
  readonly content?: Content;
}

export interface About {
  readonly long_name?: string;
  /** CF units of a number, or of the numbers of a record. */
  readonly units?: string;
}

type Form =
  | { readonly type: 'number' | 'boolean' | 'other' }
  | { readonly type: 'choice'; readonly words: readonly string[] }
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly type: 'record'; readonly each: Shape };

export interface Issue {
  readonly path: readonly string[];
  readonly expected: string;
}

export type ContentOf<Of extends Shape> = Of extends Shape<infer Content> ? Content : never;

export const fits = <Content>(shape: Shape<Content>, value: unknown): value is Content =>
  shape.wrongIn(value) === undefined;

/** Describes a misfit in words: path, expected type, value seen. */
export function shapeProblem({ path, expected }: Issue, value: unknown): string {
  let seen = value;
  for (const key of path) seen = typeof seen === 'object' && seen !== null ? Reflect.get(seen, key) : undefined;
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  // JSON.stringify writes NaN as null and throws for a BigInt.
  const isPlain = typeof seen === 'object' || typeof seen === 'string';
  const shown = isPlain ? JSON.stringify(seen).slice(0, 80) : String(seen);
  return `${where}expected ${expected}; got ${shown}`;
}

function simple<Content>(expected: string, isOne: (value: unknown) => boolean, form?: Form): Shape<Content> {
  const issue = { path: [], expected };
  return { form: form ?? { type: 'other' }, wrongIn: (value) => (isOne(value) ? undefined : issue) };
}

/** Finite: JSON would silently turn anything else into null. */
export const number = simple<number>('number', (value) => Number.isFinite(value), { type: 'number' });
export const boolean = simple<boolean>('boolean', (value) => typeof value === 'boolean', { type: 'boolean' });
export const string = simple<string>('string', (value) => typeof value === 'string');
/** ISO 8601. An empty or damaged time would become NaN in every age and metric computed from it. */
export const instant = simple<string>('an ISO 8601 time', (value) => typeof value === 'string' && isInstant(value));
export const anyObject = simple<object>('object', (value) => isObject(value));

/** An object whose fields are not checked here: whoever reads them does. */
export const opaque = <Content extends object>(): Shape<Content> => anyObject as Shape<Content>;

export const oneOf = <const Word extends string>(words: readonly Word[]): Shape<Word> =>
  simple(words.join(' or '), (value) => words.includes(value as Word), { type: 'choice', words });

/** The value of an observation or an alert, or the limit of one. */
export const scalar = simple<number | string | boolean | null>(
  'number, string, boolean or null',
  (value) => value === null || Number.isFinite(value) || ['string', 'boolean'].includes(typeof value),
);

export const optional = <Content>(shape: Shape<Content>): Shape<Content> & { readonly isOptional: true } => ({
  ...shape,
  isOptional: true,
});

export const described = <Content>(shape: Shape<Content>, about: About): Shape<Content> => ({ ...shape, about });

export const listOf = <Each>(each: Shape<Each>): Shape<Each[]> => ({
  form: { type: 'other' },
  wrongIn: (value) => (Array.isArray(value) ? wrongInSome(each, value) : { path: [], expected: 'array' }),
});

/** An object whose values have one shape. */
export const recordOf = <Each>(each: Shape<Each>): Shape<Record<string, Each>> => ({
  form: { type: 'record', each },
  wrongIn: (value) => (isObject(value) ? wrongInSome(each, value) : { path: [], expected: 'object' }),
});

function wrongInSome(each: Shape, values: object): Issue | undefined {
  for (const [key, value] of Object.entries(values)) {
    const issue = wrongInPart(each, value, key);
    if (issue) return issue;
  }
  return undefined;
}

/** Describes how a part of a value differs from its shape, with the path of the part. */
export function wrongInPart(shape: Shape, part: unknown, ...path: readonly string[]): Issue | undefined {
  const issue = shape.wrongIn(part);
  return issue && { ...issue, path: [...path, ...issue.path] };
}

type Fields = Readonly<Record<string, Shape>>;
type OptionalIn<All extends Fields> = {
  [Name in keyof All]: All[Name] extends { readonly isOptional: true } ? Name : never;
}[keyof All];

/** The type of an object with these fields. */
export type ObjectOf<All extends Fields> = { [Name in Exclude<keyof All, OptionalIn<All>>]: ContentOf<All[Name]> } & {
  [Name in OptionalIn<All>]?: ContentOf<All[Name]> | undefined;
};

/** An object that has at least these fields: those that a newer version added survive an older reader. */
export function object<All extends Fields>(fields: All): Shape<ObjectOf<All>> {
  const all = Object.entries(fields);
  return {
    form: { type: 'object', fields },
    wrongIn: (value) => {
      if (!isObject(value)) return { path: [], expected: 'object' };
      for (const [name, shape] of all) {
        const found = value[name];
        const issue = found === undefined && shape.isOptional ? undefined : wrongInPart(shape, found, name);
        if (issue) return issue;
      }
      return undefined;
    },
  };
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
