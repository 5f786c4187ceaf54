// A snapshot and its levels → named numbers. What there is, of which type, in which units, stands in the schemas of the
// sections: a new section needs no second list.
import * as z from 'zod/mini';
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import type { Section } from '../contract/section.ts';
import { type Level, levelNumber, levels } from '../core/level.ts';
import { fingerprint, identifierOf } from '../core/text.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { Snapshot } from '../snapshot/files.ts';

/** A variable of the store. Numbers are float64, NaN where there is none; flags are int8, -1 where there is none. */
export interface Variable {
  readonly type: 'float64' | 'int8';
  readonly attributes: Readonly<Record<string, string | readonly number[]>>;
}

export interface Flat {
  readonly values: Map<string, number>;
  /** Of exactly these values. The same objects every time, so that they can be told apart by identity. */
  readonly variables: Map<string, Variable>;
  /** Names that two things would share: the first has it. */
  readonly collisions: readonly string[];
}

export const missingFlag = -1;

const flagVariable = (long_name: string, meanings: readonly string[]): Variable => ({
  type: 'int8',
  attributes: { long_name, flag_values: meanings.map((_, index) => index), flag_meanings: meanings.join(' ') },
});

const numberVariable = (long_name: string, units: string): Variable => ({
  type: 'float64',
  attributes: { long_name, units },
});

const level = flagVariable('level of a check', levels);
const overall = flagVariable('worst level of all checks', levels);
const outcomes = ['ok', 'absent', 'failed', 'timed_out'] as const;
const outcome = flagVariable('how the reading went', outcomes);
const readingMs = numberVariable('how long the reading took', 'ms');
const collectionMs = numberVariable('how long all readings took together', 'ms');

// A variable is a folder of that name, and the longest name of a file has 255 letters: a deep mount point comes near.
const longestName = 200;
const fitting = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName - 17)}_${fingerprint(name)}` : name;

const identifier = once(identifierOf);
const levelName = once((id) => `level_${identifierOf(id)}`);
const probeName = once((name) => `probe_${identifierOf(name)}`);
const outcomeLabel = named('outcome');
const readingLabel = named('ms');

/** Two names of one kind become one variable: refused in the configuration, told of what the machine itself names. */
export const flatten = (sections: Sections, snapshot: Snapshot, judged?: Verdict): Flat =>
  collect((put) => {
    walkSnapshot(sections, snapshot, put);
    if (judged) walkVerdict(judged, put);
  });

export const flattenVerdict = (judged: Verdict): Flat => collect((put) => walkVerdict(judged, put));

function collect(walk: (put: Put) => void): Flat {
  const values = new Map<string, number>();
  const variables = new Map<string, Variable>();
  const collisions: string[] = [];
  walk((name, variable, encode, data) => {
    const value = encode(data);
    if (value === undefined) return;
    if (variables.has(name)) {
      collisions.push(name);
      return;
    }
    variables.set(name, variable);
    values.set(name, value);
  });
  return { values, variables, collisions };
}

export interface Verdict {
  readonly overall_level: Level;
  readonly levels: Readonly<Record<string, Level>>;
}

/** Of the words in a snapshot, those under these keys decide which way is gone; of others only numbers are made. */
export const decisiveKeys: ReadonlySet<string> = new Set(['status', 'kind']);

/** All that a snapshot has of numbers and flags, in an order that its keys give. */
export function walkSnapshot(sections: Sections, snapshot: Snapshot, into: Put): void {
  const put: Put = (name, variable, encode, data) => into(fitting(name), variable, encode, data);
  put('collection_ms', collectionMs, asNumber, snapshot.collection_ms);
  for (const { probe, item, name, outcome: found } of outcomesOf(sections, snapshot.sections)) {
    const label = probeName(name);
    put(outcomeLabel(label), outcome, asNumber, outcomes.indexOf(outcomeName(found)));
    if ('ms' in found) put(readingLabel(label), readingMs, asNumber, found.ms);
    const section = sections[probe];
    if (found.status !== 'ok' || !section) continue;
    walkOf(section.schema)(prefixOf(probe, section, item), found.data, put);
  }
}

/** Their names begin with `level_`, as no section's do. */
function walkVerdict({ overall_level, levels: judged }: Verdict, put: Put): void {
  put('level_overall', overall, asNumber, levelNumber(overall_level));
  for (const [id, each] of Object.entries(judged)) put(fitting(levelName(id)), level, asNumber, levelNumber(each));
}

function outcomeName(found: Envelope): (typeof outcomes)[number] {
  return found.status === 'failed' && found.kind === 'timeout' ? 'timed_out' : found.status;
}

/** `filesystems` with the item `data` → `filesystem_data`; of what has no items, the section's own name. */
function prefixOf(probe: string, section: Section, item: string | undefined): string {
  if (item !== undefined) return `${probe.replace(/s$/, '')}_${identifier(item)}`;
  return definitionOf(section.schema).type === 'record' ? probe.replace(/s$/, '') : probe;
}

/** The number that stands for what was read; undefined where none does. */
export type Encode = (data: unknown) => number | undefined;
export type Put = (name: string, variable: Variable, encode: Encode, data: unknown) => void;
/** Puts what is in `data` under names that begin with `prefix`. */
type Walk = (prefix: string, data: unknown, put: Put) => void;

/** What zod knows of a schema, as far as it is walked. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodMiniType;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly valueType?: z.ZodMiniType;
}

const definitionOf = (schema: z.ZodMiniType): Definition => schema.def;

const walks = new WeakMap<object, Walk>();

/** Schemas are walked once, data by the thousand. */
function walkOf(schema: z.ZodMiniType, saidOfAll?: z.ZodMiniType): Walk {
  const known = walks.get(schema);
  if (known) return known;
  const made = makeWalk(schema, saidOfAll);
  walks.set(schema, made);
  return made;
}

const nothing: Walk = () => undefined;

export const asNumber: Encode = (data) => (typeof data === 'number' ? data : undefined);
const asFlag: Encode = (data) => (typeof data === 'boolean' ? Number(data) : undefined);

/** Words and lists are no mappings. */
const isMapping = (data: unknown): data is object => typeof data === 'object' && data !== null && !Array.isArray(data);

function makeWalk(schema: z.ZodMiniType, saidOfAll?: z.ZodMiniType): Walk {
  const { type, innerType, shape, entries, valueType } = definitionOf(schema);
  const { long_name = '', units } = { ...(saidOfAll && describe(saidOfAll)), ...describe(schema) };
  switch (type) {
    case 'optional':
      return innerType ? walkOf(innerType) : nothing;
    case 'number': {
      if (units === undefined) return nothing;
      const variable = numberVariable(long_name, units);
      return (prefix, data, put) => put(prefix, variable, asNumber, data);
    }
    case 'boolean': {
      const variable = flagVariable(long_name, ['no', 'yes']);
      return (prefix, data, put) => put(prefix, variable, asFlag, data);
    }
    case 'enum': {
      const words = Object.keys(entries ?? {});
      const variable = flagVariable(
        long_name,
        words.map((word) => word.replaceAll(/\s+/g, '_')),
      );
      const asWord: Encode = (data) =>
        typeof data === 'string' && words.includes(data) ? words.indexOf(data) : undefined;
      return (prefix, data, put) => put(prefix, variable, asWord, data);
    }
    case 'object': {
      const parts = Object.entries(shape ?? {}).map(([key, part]) => [key, named(key), walkOf(part)] as const);
      return (prefix, data, put) => {
        if (!isMapping(data)) return;
        for (const [key, suffix, walk] of parts) {
          const value: unknown = Reflect.get(data, key);
          if (value !== undefined) walk(suffix(prefix), value, put);
        }
      };
    }
    case 'record': {
      // What is counted by names of its own: of each, what is said of all.
      const walk = valueType ? makeWalk(valueType, schema) : nothing;
      return (prefix, data, put) => {
        if (!isMapping(data)) return;
        for (const [key, value] of Object.entries(data)) walk(`${prefix}_${identifier(key)}`, value, put);
      };
    }
    default:
      // Words and lists are no numbers, and stand in the JSONL.
      return nothing;
  }
}

function describe(schema: z.ZodMiniType): { long_name: string; units?: string } | undefined {
  return z.globalRegistry.get(schema) as { long_name: string; units?: string } | undefined;
}

/** `used_percent` under `filesystem_data`. */
function named(key: string): (prefix: string) => string {
  return once((prefix) => `${prefix}_${key}`);
}

/** The same text for the same word, made once: there are a few words and a hundred thousand snapshots. */
function once(make: (word: string) => string): (word: string) => string {
  const made = new Map<string, string>();
  return (word) => {
    const known = made.get(word);
    if (known !== undefined) return known;
    const text = make(word);
    made.set(word, text);
    return text;
  };
}
