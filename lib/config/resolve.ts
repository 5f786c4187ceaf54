// The text of a configuration file → the effective configuration, or what is wrong with it. The only place that loads
// yaml and the whole schema: a stage comes here only when the file or the product has changed.
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { nearest } from '../core/text.ts';
import { type Configuration, configurationJsonSchema, configurationSchema } from './schema.ts';
import { exampleOf, knownKeys, schemaAt } from './walk.ts';

export interface Source {
  readonly path: string;
  readonly text: string;
}

export type Resolved = { config: Configuration; document: YamlDocument } | { problems: readonly string[] };

type YamlDocument = ReturnType<typeof parseDocument>;

/** Without a source, the configuration of a machine that has none. */
export function resolve(source: Source | undefined): Resolved {
  const lines = new LineCounter();
  const text = source?.text ?? '';
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${source?.path ?? 'configuration'}:${line}:${col}`;
  };
  const quoted = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `  ${text.split('\n')[line - 1] ?? ''}\n  ${' '.repeat(Math.max(0, col - 1))}^`;
  };
  const complain = (offset: number, message: string): string => `${where(offset)}: ${message}\n${quoted(offset)}`;

  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { problems: faults.map(({ pos, message }) => complain(pos[0], message)) };
  // An empty file, or one of comments only, asks for nothing but defaults.
  const value: unknown = document.contents === null ? {} : document.toJS({ maxAliasCount: 100 });
  const parsed = configurationSchema.safeParse(value);
  if (parsed.success) return { config: parsed.data, document };
  return { problems: parsed.error.issues.flatMap((issue) => explainIssue(issue, document, complain)) };
}

function explainIssue(
  issue: z.core.$ZodIssue,
  document: YamlDocument,
  complain: (offset: number, message: string) => string,
): string[] {
  const { issue: inner, path } = innermost(issue, []);
  const name = path.join('.');
  const schema = configurationJsonSchema();
  if (inner.code === 'unrecognized_keys') {
    const known = knownKeys(schemaAt(schema, path));
    return inner.keys.map((key) => {
      const meant = nearest(key, known);
      const example = meant && exampleOf(schemaAt(schema, [...path, meant]));
      const advice = meant
        ? `did you mean ${meant}${example ? `, as in \`${meant}: ${example}\`` : ''}?`
        : `known here: ${known.join(', ')}`;
      return complain(keyOffset(document, path, key), `unknown key ${[...path, key].join('.')}; ${advice}`);
    });
  }
  const example = exampleOf(schemaAt(schema, path));
  const advice =
    example === undefined || inner.message.includes('such as')
      ? ''
      : ` (an example: \`${path.at(-1) === undefined ? '' : `${String(path.at(-1))}: `}${example}\`)`;
  return [complain(valueOffset(document, path), `${name || 'the configuration'}: ${inner.message}${advice}`)];
}

/** Of alternatives that all failed, the complaint of the one that was meant: that got furthest into the value. */
function innermost(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
): { issue: z.core.$ZodIssue; path: readonly PropertyKey[] } {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path };
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(
      0,
      ...issues.map(
        (one) =>
          one.path.length +
          (one.code === 'unrecognized_keys' ? 1 : 0) +
          (one.code === 'custom' || one.code === 'invalid_format' ? 0.5 : 0),
      ),
    );
  const best = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0]?.[0];
  return best ? innermost(best, path) : { issue, path };
}

/** Where the value stands; where there is none, the nearest thing above it that does. */
function valueOffset(document: YamlDocument, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: YamlDocument, path: readonly PropertyKey[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : valueOffset(document, path);
}
