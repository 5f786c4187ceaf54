// The text of a configuration file → the effective configuration, or what is wrong with it. The only place that loads
// yaml and the whole schema: a stage comes here only when the file or the product has changed.
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type * as z from 'zod';
import { oneLine } from '../core/harmless.ts';
import { counted, nearest, reasonOf } from '../core/text.ts';
import { maskUrls } from '../core/urls.ts';
import { type Configuration, configurationJsonSchema, configurationSchema, type JsonSchema } from './schema.ts';
import { exampleOf, kindNames, knownKeys, pairsOf, schemaAt } from './walk.ts';

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Only the first `mostProblems` are rendered; `count` is of all. */
export type Resolved = { config: Configuration } | { problems: readonly string[]; count: number };

type YamlDocument = ReturnType<typeof parseDocument>;

interface Problem {
  readonly offset: number;
  /** A function where composing it takes long: most of many problems are only counted. */
  readonly message: string | (() => string);
  /** A secret that stands in the file, where only its name may: nothing of it is shown. */
  readonly literal?: string;
}

const mostProblems = 30;

/** Without a source, all values are defaults. */
export function resolve(source: Source | undefined): Resolved {
  const lines = new LineCounter();
  const text = source?.text ?? '';
  // The library compares each key with all others.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const faults = firstAtEachPlace([...document.errors, ...document.warnings]).map(
    ({ pos, code, message }): Problem => ({
      offset: pos[0],
      message:
        code === 'MULTIPLE_DOCS' ? 'a second YAML document begins here; a configuration is a single document' : message,
    }),
  );
  faults.push(...repeatedKeys(document));
  if (faults.length > 0) return rendered(faults);
  // Without a file. An empty one was refused before.
  let value: unknown;
  try {
    value = document.contents === null ? {} : document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return rendered([{ offset: 0, message: reasonOf(error) }]);
  }
  // Assigning __proto__ in JavaScript creates no key: a subject of that name would silently not be watched.
  const proto = /^[^#\n]*?(["']?__proto__["']?)\s*:/m.exec(text) ?? /[{,]\s*(["']?__proto__["']?)\s*:/.exec(text);
  if (proto) return rendered([{ offset: text.indexOf('__proto__'), message: '__proto__ may not be a name' }]);
  const parsed = configurationSchema.safeParse(value);
  if (parsed.success) return { config: parsed.data };
  const schema = configurationJsonSchema();
  const problems = parsed.error.issues.flatMap((issue) => {
    const pair = pairOf(issue);
    return pair ? pairProblem(pair, issue.message) : problemsOf(issue, document, schema);
  });
  return rendered(problems);

  /** Two values that contradict each other: each with its value and its place. */
  function pairProblem(pair: readonly Path[], message: string): Problem {
    const both = pair.map((path) => ({ path, node: nodeAt(document, path) }));
    const shown = both.map(({ path, node }) => {
      const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
      const value = isScalar(node) ? node.value : schemaAt(schema, path)?.default;
      return `${path.join('.')} is ${String(value)} (${node ? `line ${line}, column ${col}` : 'default'})`;
    });
    // Reported at the value that was written; when both were, at that of the single subject, which has the longer path.
    const told = both.filter(({ node }) => node).toSorted((a, b) => b.path.length - a.path.length)[0];
    return { offset: told?.node?.range?.[0] ?? 0, message: `${shown.join(', ')}: ${message}` };
  }

  function rendered(problems: readonly Problem[]): Resolved {
    const all = problems.toSorted((one, other) => one.offset - other.offset);
    const literals = problems.flatMap(({ literal }) => (literal === undefined ? [] : [literal]));
    const hidden = (shown: string): string =>
      literals.reduce((left, literal) => left.replaceAll(literal, '*'.repeat(literal.length)), shown);
    const shown = all.slice(0, mostProblems).map((problem) => hidden(render(problem)));
    const rest = all.length - shown.length;
    return { problems: rest > 0 ? [...shown, `and ${rest} more`] : shown, count: all.length };
  }

  /** As a compiler prints it: place, message, the line, and a mark under the mistake. */
  function render({ offset, message }: Problem): string {
    const { line, col } = lines.linePos(offset);
    const says = typeof message === 'string' ? message : message();
    const place = `${source?.path ?? 'configuration'}:${line}:${col}: ${masked(oneLine(says))}`;
    const shown = printable(text.split('\n')[line - 1] ?? '');
    return shown === undefined ? place : `${place}\n  ${shown}\n  ${' '.repeat(Math.max(0, col - 1))}^`;
  }
}

/** One mistake makes the parser complain several times at the same place. */
const firstAtEachPlace = <Fault extends { readonly pos: readonly [number, number] }>(
  faults: readonly Fault[],
): Fault[] => [...new Map(faults.toReversed().map((fault) => [fault.pos[0], fault])).values()];

/** Masks what URLs keep secret, with one star for each character, so that the mark stays under its place. */
const masked = (text: string): string => maskUrls(text, (secret) => '*'.repeat(secret.length));

/** Undefined for a line that must not reach a terminal: of a binary file, very long, or with escape sequences. */
function printable(line: string): string | undefined {
  return line.length <= 200 && oneLine(line) === line.trim() ? masked(line) : undefined;
}

type Path = readonly string[];

const pairOf = (issue: z.core.$ZodIssue): readonly Path[] | undefined =>
  issue.code === 'custom' ? (issue.params?.['pair'] as readonly Path[] | undefined) : undefined;

function problemsOf(outer: z.core.$ZodIssue, document: YamlDocument, schema: JsonSchema): Problem[] {
  return innermost(outer, []).flatMap(({ issue, path }): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        offset: keyOffset(document, path, key),
        message: () => `unknown key ${[...path, key].join('.')}; ${adviceOn(key, path, schema)}`,
      }));
    }
    if (issue.code === 'invalid_key') {
      const key = String(path.at(-1));
      const says = issue.issues.map(({ message }) => message).join('; ');
      return [{ offset: keyOffset(document, path.slice(0, -1), key), message: `${path.join('.')}: ${says}` }];
    }
    const name = path.join('.') || 'the configuration';
    if (issue.code === 'custom' && issue.params?.['isName'] === true)
      return [
        { offset: keyOffset(document, path.slice(0, -1), String(path.at(-1))), message: `${name}: ${issue.message}` },
      ];
    const last = path.at(-1);
    const example = exampleOf(schemaAt(schema, path));
    // The example of a mapping is made of its defaults: where a key is missing that has none, it would be as wrong.
    const isMade = issue.code === 'custom' && example?.startsWith('{ ') === true;
    const advice =
      example === undefined || isMade || issue.message.includes('such as')
        ? ''
        : ` (an example: \`${typeof last === 'string' ? `${last}: ` : ''}${example}\`)`;
    const value: unknown = document.getIn(path);
    const says =
      value === undefined && issue.code !== 'custom' ? `${name} is missing` : `${name}: ${wordsOf(issue, value)}`;
    const literal =
      typeof value === 'string' && value !== '' && isReference(schemaAt(schema, path)) ? { literal: value } : {};
    return [{ offset: valueOffset(document, path), message: `${says}${advice}`, ...literal }];
  });
}

/** Whether the key names a secret; a URL only may hold one in its query. */
const isReference = (schema: JsonSchema | undefined): boolean => schema?.secret === true && schema.format !== 'uri';

function adviceOn(key: string, path: readonly PropertyKey[], schema: JsonSchema): string {
  const known = knownKeys(schemaAt(schema, path));
  const meant = nearest(key, known);
  if (meant === undefined) return `known here: ${known.join(', ')}`;
  const example = exampleOf(schemaAt(schema, [...path, meant]));
  return `did you mean ${meant}${example === undefined ? '' : `, as in \`${meant}: ${example}\``}?`;
}

/** Keeps the messages of our schema, and rewords those of zod. */
function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  const got = isCollection(value) ? (isSeq(value) ? 'a list' : 'a mapping') : JSON.stringify(value);
  if (!/^(Invalid|Too (small|big))/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') {
    const one = issue.expected === 'array' && typeof value === 'string' ? `, as in \`[${value}]\`` : '';
    return `expected ${kindNames[issue.expected] ?? issue.expected}${one}; got ${got}`;
  }
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}; got ${got}`;
  if (issue.code === 'too_small') return `expected ${amount(issue.origin, 'at least', issue.minimum)}; got ${got}`;
  if (issue.code === 'too_big') return `expected ${amount(issue.origin, 'at most', issue.maximum)}; got ${got}`;
  return issue.message;
}

/** Bounds of text and lists are lengths; those of numbers have no noun. */
function amount(of: string, bound: string, limit: number | bigint): string {
  const noun = { string: 'character', array: 'entry' }[of];
  return noun === undefined
    ? `${bound} ${limit}`
    : `${bound} ${counted(Number(limit), noun, noun === 'entry' ? 'entries' : undefined)}`;
}

interface Located {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/** When all alternatives of a union failed, the issues of the one that got furthest into the value: it was meant. */
function innermost(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Located[] {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const branches = issue.errors.map((issues) => issues.flatMap((one) => innermost(one, path)));
  const best = branches.toSorted((one, other) => depthOf(other) - depthOf(one))[0];
  return best && best.length > 0 ? best : [{ issue, path }];
}

const depthOf = (branch: readonly Located[]): number => Math.max(0, ...branch.map(progressOf));

/** How far a branch got: a value of the right type but wrong form, or with one unknown key, was nearly right. */
function progressOf({ issue, path }: Located): number {
  const nearly = issue.code === 'unrecognized_keys' ? 1 : issue.code === 'invalid_type' ? 0 : 0.5;
  return path.length + nearly;
}

/** Two equal keys of one mapping: the second one would win. */
function repeatedKeys(document: YamlDocument): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map: (_key, map) => {
      if (pairsOf(map).size === map.items.length) return;
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name !== undefined && seen.has(name) && isScalar(key))
          problems.push({ offset: key.range?.[0] ?? 0, message: `the key ${name} is given twice` });
        else if (name !== undefined) seen.add(name);
      }
    },
  });
  return problems;
}

/** The node at a path, following aliases. */
function nodeAt(document: YamlDocument, path: readonly PropertyKey[]): Node | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    node = isMap(node) ? pairsOf(node).get(String(key))?.value : isCollection(node) ? node.get(key, true) : undefined;
    if (isAlias(node)) node = node.resolve(document);
  }
  return isNode(node) ? node : undefined;
}

/** Offset of the value at a path, else of the nearest node above it. */
function valueOffset(document: YamlDocument, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length));
    if (node?.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: YamlDocument, path: readonly PropertyKey[], key: string): number {
  const map = nodeAt(document, path);
  const pair = isMap(map) ? pairsOf(map).get(key) : undefined;
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : valueOffset(document, [...path, key]);
}
