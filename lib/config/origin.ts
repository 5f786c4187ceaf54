// Finds where each value of the effective configuration was written: a line of the file, or a default.
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { maskUrls, suspectQueryNames } from '../core/urls.ts';
import type { Source } from './resolve.ts';
import { configurationJsonSchema, type JsonSchema } from './schema.ts';
import { alternatives, anyProperty, pairsOf } from './walk.ts';

export interface Effective {
  readonly key: string;
  /** As written, or as the default would be written. */
  readonly value: string;
  /** `config.yaml:12`, or `default`. */
  readonly origin: string;
  readonly line?: number;
  /** Names of the secrets in the value: `$OPS_HEARTBEAT_URL`. */
  readonly secrets?: readonly string[];
  /** Names in the query of a URL whose values look like secrets, and stand in the file. */
  readonly suspects?: readonly string[];
}

/** All effective values, in the order of the schema. The source must be one that `resolve` accepted. */
export function effectiveValues(source: Source | undefined): Effective[] {
  const lines = new LineCounter();
  const document = parseDocument(source?.text ?? '', { lineCounter: lines, uniqueKeys: false });
  const lineOf = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line;
  return walk(configurationJsonSchema(), document.contents, []);

  function walk(schema: JsonSchema, written: unknown, path: readonly string[]): Effective[] {
    const key = path.join('.');
    const node = isAlias(written) ? written.resolve(document) : written;
    const found = (value: string, line: number | undefined, suspects: readonly string[] = []): Effective => ({
      key,
      value,
      origin: line === undefined ? 'default' : `${source?.path}:${line}`,
      ...(line === undefined ? {} : { line }),
      ...(suspects.length === 0 ? {} : { suspects }),
      ...((schema.items ?? schema).secret ? { secrets: value.match(/\$[A-Z_][A-Z0-9_]*/g) ?? [] } : {}),
    });
    if (isScalar(node)) return [found(plain(node.value), lineOf(node), suspectQueryNames(String(node.value)))];
    if (isSeq(node)) return [found(plainList(node.toJSON()), lineOf(node))];
    const option = alternatives(schema).find(({ type }) => type === 'object') ?? schema;
    if (isMap(node) || option.properties) {
      const known = Object.entries(option.properties ?? {});
      const named = isMap(node) ? node.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)) : [];
      const free = anyProperty(option);
      return [
        ...known.flatMap(([name, below]) => {
          const child = isMap(node) ? pairsOf(node).get(name)?.value : undefined;
          // An optional key that is not written has no value, and no values below it.
          const present = child !== undefined || below.default !== undefined;
          return present ? walk(below, child, [...path, name]) : [];
        }),
        ...(free && isMap(node)
          ? named
              .filter((name) => !option.properties?.[name])
              .flatMap((name) => walk(free, pairsOf(node).get(name)?.value, [...path, name]))
          : []),
      ];
    }
    const value = schema.default;
    if (value === undefined || isEmpty(value)) return [];
    return [found(Array.isArray(value) ? plainList(value) : plain(value), undefined)];
  }
}

/** The path of a key, with the number of an entry where the key has a list. */
export type KeyPath = readonly (string | number)[];

/** Finds the line of a key, or of the nearest key above it that is written; undefined where none is. */
export function lineFinder(source: Source | undefined): (path: KeyPath) => number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(source?.text ?? '', { lineCounter: lines, uniqueKeys: false });
  return (path) => {
    let node: unknown = document.contents;
    let line: number | undefined;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      const pair = isMap(node) ? pairsOf(node).get(String(key)) : undefined;
      const entry = isSeq(node) && typeof key === 'number' ? node.items[key] : undefined;
      const found = pair?.key ?? entry;
      if (!isNode(found)) break;
      line = lines.linePos(found.range?.[0] ?? 0).line;
      node = pair ? pair.value : entry;
    }
    return line;
  };
}

/** The line in which the value of a key was written. Names in a key may contain dots, so keys are compared whole. */
export function originOf(effective: readonly Effective[], key: string): string {
  const exact = effective.find((one) => one.key === key);
  if (exact) return exact.origin === 'default' ? `default (${exact.value})` : exact.origin;
  // The value may come from a short form (`filesystems.data: /data`) or a list above the key.
  const above = effective
    .filter((one) => key.startsWith(`${one.key}.`))
    .toSorted((a, b) => b.key.length - a.key.length)[0];
  return above && above.origin !== 'default' ? `default, for what is configured at ${above.origin}` : 'default';
}

const plain = (value: unknown): string => maskUrls(typeof value === 'string' ? value : JSON.stringify(value));
/** Without quotes, and with spaces at which a long list can be broken. */
const plainList = (entries: readonly unknown[]): string =>
  `[${entries.map((one) => plain(one).replaceAll('"', '')).join(', ')}]`;
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
