// Reads the archive's columns of a span of time once, for all pictures of a run.
import { columnOf, firstAtOrAfter, openSpan } from '../archive/read.ts';
import type { StoreFiles } from '../contract/store.ts';

export interface History {
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  /** Names of all variables of the archive, whether they have values here or not. */
  readonly names: readonly string[];
  readonly unitOf: (name: string) => string;
  /** NaN, or -1 for flags and levels, where a value is missing. */
  readonly valuesOf: (name: string) => Float64Array | Int8Array;
}

/** `to` is exclusive; both are milliseconds since 1970. */
export function openHistory(files: StoreFiles, path: string, from: number, to: number): History {
  const span = openSpan(files, path, { from: new Date(from), to: new Date(to - 1) });
  const columns = new Map<string, ReturnType<typeof columnOf>>();
  return {
    times: span.times.map((microseconds) => microseconds / 1000),
    names: [...span.metadata.variables.keys()],
    unitOf: (name) => String(span.metadata.variables.get(name)?.attributes['units'] ?? ''),
    valuesOf: (name) => {
      const known = columns.get(name) ?? columnOf(files, span, name);
      columns.set(name, known);
      return known as Float64Array | Int8Array;
    },
  };
}

/** The time of the archive's first snapshot; Infinity where it has none. */
export const firstTime = (files: StoreFiles, path: string): number => {
  const [first = Infinity] = openSpan(files, path).times;
  return first / 1000;
};

/** The part of a history from `from` until before `to`. */
export function partOf(history: History, from: number, to: number): History {
  const [begin, end] = [firstAtOrAfter(history.times, from), firstAtOrAfter(history.times, to)];
  return {
    ...history,
    times: history.times.subarray(begin, end),
    valuesOf: (name) => history.valuesOf(name).subarray(begin, end),
  };
}

/** Whether any value is there: a name that the configuration no longer has stays in the archive, without values. */
export const hasValues = (values: ArrayLike<number>, missing: (value: number) => boolean = Number.isNaN): boolean =>
  Array.prototype.some.call(values, (value: number) => !missing(value));
