// Turns a snapshot and its levels into named numbers. Names, types and units come from the schemas of the sections, so that
// a new section needs no second list.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { type Section, singularOf } from '../contract/section.ts';
import { type About, isObject, type Shape } from '../contract/shape.ts';
import { type Level, levelNumber, levels } from '../core/level.ts';
import { fingerprint, identifierOf } from '../core/text.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { Snapshot } from '../snapshot/files.ts';

/** A variable of the store: a number (float64, NaN where missing) or a flag (int8, -1 where missing). */
export interface Variable {
  readonly type: 'float64' | 'int8';
  readonly attributes: Readonly<Record<string, string | readonly number[]>>;
}

export interface Flat {
  readonly values: Map<string, number>;
  /** The variables of exactly these values. Each name always has the same object, so they compare by identity. */
  readonly variables: Map<string, Variable>;
  /** Names that two values would share: the first value is kept. */
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

// A variable is a folder of that name, and a file name has at most 255 bytes: that of a deep mount point would come near.
const longestName = 200;
const shortenName = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName - 17)}_${fingerprint(name)}` : name;

const identifier = memoize(identifierOf);
const levelName = memoize((id) => `level_${identifierOf(id)}`);
const probeName = memoize((name) => `probe_${identifierOf(name)}`);
const outcomeLabel = suffixWith('outcome');
const readingLabel = suffixWith('ms');

/** Names may collide after conversion to identifiers: the configuration refuses that, names from the machine are reported. */
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

/** The words under these keys decide which variables a snapshot has; any other word only becomes a number. */
export const decisiveKeys: ReadonlySet<string> = new Set(['status', 'kind']);

/** Puts all numbers and flags of a snapshot, in the order of its keys. */
export function walkSnapshot(sections: Sections, snapshot: Snapshot, into: Put): void {
  const put: Put = (name, variable, encode, data) => into(shortenName(name), variable, encode, data);
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

/** The names begin with `level_`, as those of no section do. */
function walkVerdict({ overall_level, levels: judged }: Verdict, put: Put): void {
  put('level_overall', overall, asNumber, levelNumber(overall_level));
  for (const [id, each] of Object.entries(judged)) put(shortenName(levelName(id)), level, asNumber, levelNumber(each));
}

function outcomeName(found: Envelope): (typeof outcomes)[number] {
  return found.status === 'failed' && found.kind === 'timeout' ? 'timed_out' : found.status;
}

/** `filesystems` with the item `data` → `filesystem_data`; a section without items → its own name. */
function prefixOf(probe: string, section: Section, item: string | undefined): string {
  const singular = singularOf(probe, section);
  if (item !== undefined) return `${singular}_${identifier(item)}`;
  return section.schema.form.type === 'record' ? singular : probe;
}

/** Returns the number that represents a value; undefined where no number does. */
export type Encode = (data: unknown) => number | undefined;
export type Put = (name: string, variable: Variable, encode: Encode, data: unknown) => void;
/** Puts the values in `data` under names that begin with `prefix`. */
type Walk = (prefix: string, data: unknown, put: Put) => void;

const walks = new WeakMap<object, Walk>();

/** Cached: a schema is walked once, its data thousands of times. */
function walkOf(schema: Shape, record?: About): Walk {
  const known = walks.get(schema);
  if (known) return known;
  const made = makeWalk(schema, record);
  walks.set(schema, made);
  return made;
}

const skip: Walk = () => undefined;

export const asNumber: Encode = (data) => (typeof data === 'number' ? data : undefined);
const asFlag: Encode = (data) => (typeof data === 'boolean' ? Number(data) : undefined);

function makeWalk({ form, about }: Shape, record?: About): Walk {
  const { long_name = '', units } = { ...record, ...about };
  switch (form.type) {
    case 'number': {
      if (units === undefined) return skip;
      const variable = numberVariable(long_name, units);
      return (prefix, data, put) => put(prefix, variable, asNumber, data);
    }
    case 'boolean': {
      const variable = flagVariable(long_name, ['no', 'yes']);
      return (prefix, data, put) => put(prefix, variable, asFlag, data);
    }
    case 'choice': {
      const { words } = form;
      const variable = flagVariable(
        long_name,
        words.map((word) => word.replaceAll(/\s+/g, '_')),
      );
      const asWord: Encode = (data) =>
        typeof data === 'string' && words.includes(data) ? words.indexOf(data) : undefined;
      return (prefix, data, put) => put(prefix, variable, asWord, data);
    }
    case 'object': {
      const parts = Object.entries(form.fields).map(([key, part]) => [key, suffixWith(key), walkOf(part)] as const);
      return (prefix, data, put) => {
        if (!isObject(data)) return;
        for (const [key, suffix, walk] of parts) {
          const value = data[key];
          if (value !== undefined) walk(suffix(prefix), value, put);
        }
      };
    }
    case 'record': {
      // The keys come from the data, so every value gets the long name and units of the whole record.
      const walk = makeWalk(form.each, about);
      return (prefix, data, put) => {
        if (!isObject(data)) return;
        for (const [key, value] of Object.entries(data)) walk(`${prefix}_${identifier(key)}`, value, put);
      };
    }
    default:
      // Words and lists are kept in the JSONL alone.
      return skip;
  }
}

/** `used_percent` turns the prefix `filesystem_data` into `filesystem_data_used_percent`. */
function suffixWith(key: string): (prefix: string) => string {
  return memoize((prefix) => `${prefix}_${key}`);
}

/** Caches each result: a hundred thousand snapshots share a few words. */
function memoize(make: (word: string) => string): (word: string) => string {
  const made = new Map<string, string>();
  return (word) => {
    const known = made.get(word);
    if (known !== undefined) return known;
    const text = make(word);
    made.set(word, text);
    return text;
  };
}
