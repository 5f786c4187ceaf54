// Finds parts of the configuration’s JSON Schema by a path of keys.
import { isScalar as isYamlScalar, type Pair, type YAMLMap } from 'yaml';
import type { JsonSchema } from './schema.ts';

const indexed = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The pairs of a mapping by key: the library looks through all of them for each. */
export function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = indexed.get(map);
  if (known) return known;
  const pairs = new Map(
    map.items.flatMap((pair) => (isYamlScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
  );
  indexed.set(map, pairs);
  return pairs;
}

/** The schema at a path; in a union, of the alternative that has the next key. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  for (const option of alternatives(schema)) {
    const next = typeof key === 'number' ? option.items : (option.properties?.[String(key)] ?? anyProperty(option));
    const found = next && schemaAt(next, rest);
    if (found) return found;
  }
  return undefined;
}

export function knownKeys(schema: JsonSchema | undefined): string[] {
  return schema ? alternatives(schema).flatMap((option) => Object.keys(option.properties ?? {})) : [];
}

export const alternatives = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? [schema];

export function anyProperty(schema: JsonSchema): JsonSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** An example value on one line of YAML; undefined when the schema gives none. */
export function exampleOf(schema: JsonSchema | undefined): string | undefined {
  if (!schema) return undefined;
  const [example] = schema.examples ?? [];
  const plain = [example, schema.default, schema.enum?.[0]].find(isScalar);
  if (plain !== undefined) return `${plain}`;
  for (const option of schema.anyOf ?? []) {
    const found = exampleOf(option);
    if (found) return found;
  }
  const parts = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const found = exampleOf(value);
    return found === undefined ? [] : [`${key}: ${found}`];
  });
  return parts.length === 0 ? undefined : `{ ${parts.slice(0, 3).join(', ')} }`;
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** Types of JSON Schema and of zod, in the words of messages and of the reference page. */
export const kindNames: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  string: 'text',
  int: 'a whole number',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
