// Reads one sample: the newest at or before a given time.
import type { StoreFiles } from '../contract/store.ts';
import { missingFlag, type Variable } from './flatten.ts';
import { instantText } from './layout.ts';
import { columnOf, openSpan } from './read.ts';
import { selectNames } from './select.ts';

interface SampleValue {
  readonly name: string;
  /** Null where the value is missing. */
  readonly value: number | null;
  /** The meaning of a flag's value. */
  readonly word?: string;
  readonly units?: string;
}

export type Sample = ReturnType<typeof sampleAt>;

export function sampleAt(files: StoreFiles, path: string, at: Date, only?: string) {
  const span = openSpan(files, path, { to: at });
  const last = span.times.length - 1;
  const time = span.times[last];
  if (time === undefined) {
    const first = openSpan(files, path).times[0];
    const begins = first === undefined ? 'it has no sample' : `it begins at ${instantText(first)}`;
    throw new Error(`${path} has no sample at or before ${at.toISOString()}: ${begins}`);
  }
  const { variables } = span.metadata;
  const names = selectNames(only, [...variables.keys()]);
  return {
    /** The sample's own time, which may be well before the requested time. */
    time: instantText(time),
    values: names.map((name) => {
      const [raw = Number.NaN] = columnOf(files, span, name, [last, 1]);
      return valueOf(name, Number(raw), variables.get(name));
    }),
  };
}

function valueOf(name: string, raw: number, variable: Variable | undefined): SampleValue {
  const { units } = variable?.attributes ?? {};
  if (isMissing(raw, variable)) return { name, value: null, ...(typeof units === 'string' ? { units } : {}) };
  if (variable?.type !== 'int8') return { name, value: raw, ...(typeof units === 'string' ? { units } : {}) };
  const word = flagWords(variable).get(raw);
  return { name, value: raw, ...(word === undefined ? {} : { word }) };
}

export const isMissing = (raw: number, variable: Variable | undefined): boolean =>
  variable?.type === 'int8' ? raw === missingFlag : Number.isNaN(raw);

/** Flag value → its meaning. */
export function flagWords({ attributes }: Variable): ReadonlyMap<number, string> {
  const { flag_values, flag_meanings } = attributes;
  const words = typeof flag_meanings === 'string' ? flag_meanings.split(' ') : [];
  const values = Array.isArray(flag_values) ? (flag_values as number[]) : [];
  return new Map(values.flatMap((value, index) => (words[index] === undefined ? [] : [[value, words[index]]])));
}
