// Compares the store with the raw lines, which are the truth: a deleted chunk reads as missing values and a flipped bit as
// another number, and neither shows in the store itself. Memory is bounded by one chunk of each variable.
import type { StoreFiles } from '../contract/store.ts';
import { counted } from '../core/text.ts';
import type { Part } from './build.ts';
import { chunkLength, instantText } from './layout.ts';
import { rawSamples, type RawSource } from './rawsamples.ts';
import { columnOf, openSpan, type Span } from './read.ts';
import { type Column, missing } from './store.ts';

interface Difference {
  readonly time: string;
  readonly variable: string;
  /** Null where the value is missing. */
  readonly archived: number | null;
  readonly raw: number | null;
}

/** Differences beyond this number are only counted. */
const mostDifferences = 1000;

interface Comparison extends Omit<RawSource, 'problems'> {
  readonly files: StoreFiles;
  readonly path: string;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export function compareWithRaw({ files, path, onProgress, ...source }: Comparison) {
  const problems: string[] = [];
  const span = openSpan(files, path);
  const { raw, sampleOf } = rawSamples({ ...source, problems });
  const { times } = span;
  const differences = new Differences();
  const rows = rowReader(files, span, problems);
  const missingSamples: number[] = [];
  let [row, values, unsourced, unreadable, waiting, judgedAgain, last] = [0, 0, 0, raw.bad, 0, 0, Number.NaN];
  for (const [done, entry] of raw.order.entries()) {
    const time = raw.times[entry] ?? 0;
    if (time === last) continue; // of lines with one time, the first is archived
    last = time;
    for (; (times[row] ?? Infinity) < time; row++) unsourced += 1;
    if (row >= times.length) {
      waiting += 1;
    } else if (times[row] !== time) {
      missingSamples.push(time);
    } else {
      try {
        const { parts, isJudgedAgain } = sampleOf(entry);
        for (const { name, archived, raw: expected, isLevel } of rows(row, parts)) {
          values += 1;
          if (archived === expected || (Number.isNaN(archived) && Number.isNaN(expected))) continue;
          // assess-health was run again by hand after the append: a rebuild takes its newer levels over.
          if (isLevel && isJudgedAgain) judgedAgain += 1;
          else differences.add(time, name, archived, expected);
        }
      } catch {
        unreadable += 1;
      }
      row += 1;
    }
    if (done % 256 === 0) onProgress?.(done, raw.order.length);
  }
  onProgress?.(raw.order.length, raw.order.length);
  unsourced += times.length - row;
  const first = missingSamples[0];
  if (first !== undefined)
    problems.push(
      `${counted(missingSamples.length, 'raw line')} older than the newest sample ${missingSamples.length === 1 ? 'is' : 'are'} not archived, the first of ${instantText(first)}: archive rebuild takes them in`,
    );
  return {
    values_compared: values,
    /** Samples without a raw line, because it was removed. */
    samples_without_raw_line: unsourced,
    raw_lines_not_appended_yet: waiting,
    raw_lines_unreadable: unreadable,
    levels_judged_again: judgedAgain,
    differences: differences.list,
    differences_left_out: Math.max(0, differences.count - mostDifferences),
    problems: [...problems, ...differences.summary()],
  };
}

/** Yields every variable of a sample, with its value in the store and in the raw line. */
function rowReader(files: StoreFiles, span: Span, problems: string[]) {
  const variables = [...span.metadata.variables];
  const indexOf = new Map(variables.map(([name], index) => [name, index]));
  const blank = Float64Array.from(variables, ([, { type }]) => missing[type]);
  const expected = new Float64Array(variables.length);
  const isLevel = new Uint8Array(variables.length);
  const places = new WeakMap<Part['variables'], readonly number[]>();
  const unknown = new Set<string>();
  let [window, read]: [number, readonly (Column | undefined)[]] = [-1, []];

  const placesOf = (part: Part): readonly number[] => {
    const known = places.get(part.variables) ?? [...part.variables.keys()].map((name) => indexOf.get(name) ?? -1);
    places.set(part.variables, known);
    for (const name of known.includes(-1) ? part.variables.keys() : []) {
      if (indexOf.has(name) || unknown.has(name)) continue;
      unknown.add(name);
      problems.push(`${name} of the raw lines has no array`);
    }
    return known;
  };
  const open = (row: number): void => {
    window = Math.floor(row / chunkLength);
    const begin = window * chunkLength;
    const count = Math.min(chunkLength, span.times.length - begin);
    read = variables.map(([name]) => {
      try {
        return columnOf(files, span, name, [begin, count]);
      } catch {
        return undefined; // a chunk of the wrong size is a problem of its own, found by verify
      }
    });
  };

  return function* rowOf(row: number, parts: readonly Part[]) {
    if (Math.floor(row / chunkLength) !== window) open(row);
    expected.set(blank);
    for (const [nth, part] of parts.entries())
      for (const [index, place] of placesOf(part).entries()) {
        if (place < 0) continue;
        expected[place] = part.values[index] as number;
        isLevel[place] = nth > 0 ? 1 : 0;
      }
    for (const [index, column] of read.entries()) {
      if (!column) continue;
      yield {
        name: variables[index]?.[0] ?? '',
        archived: Number(column[row % chunkLength]),
        raw: expected[index] as number,
        isLevel: isLevel[index] === 1,
      };
    }
  };
}

class Differences {
  readonly list: Difference[] = [];
  count = 0;
  readonly #byVariable = new Map<string, { count: number; first: Difference; last: string }>();

  add(time: number, variable: string, archived: number, raw: number): void {
    this.count += 1;
    const one = { time: instantText(time), variable, archived: orNull(archived), raw: orNull(raw) };
    if (this.list.length < mostDifferences) this.list.push(one);
    const known = this.#byVariable.get(variable);
    this.#byVariable.set(variable, { count: (known?.count ?? 0) + 1, first: known?.first ?? one, last: one.time });
  }

  /** One line for each variable. */
  summary(): string[] {
    return [...this.#byVariable].map(
      ([name, { count, first, last }]) =>
        `${name} differs from the raw lines in ${counted(count, 'sample')}: ${String(first.archived)} instead of ${String(first.raw)} at ${first.time}${count > 1 ? `, the last at ${last}` : ''}`,
    );
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
