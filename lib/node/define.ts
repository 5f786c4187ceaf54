// The tools of the sections and probes of the report on a node: parts that are read side by side, and cells of tables.
import type { Converse, Resolve } from '../contract/converse.ts';
import { Absent } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import type { Probe } from '../contract/probe.ts';
import { optional, recordOf, type Shape } from '../contract/shape.ts';
import { words } from '../contract/fields.ts';
import { readingReason } from '../core/text.ts';
import type { NodeConfig } from './config.ts';

export const defineProbe = <Data extends Shape>(probe: Probe<Data, NodeConfig>): Probe<Data, NodeConfig> => probe;

/** Fields of every section: part → why it could not be read, or why there is none. The report lists the first under `errors`, the
 * second under `absent`. */
export const partsFields = {
  problems: optional(recordOf(words('why it could not be read'))),
  absences: optional(recordOf(words('why there is none'))),
};

type Parts = Readonly<Record<string, (() => Promise<Readonly<Record<string, unknown>>>) | undefined>>;

/** The answer to a question on which several parts depend, or the reason why there is no answer. */
export async function attempt<Answer>(read: () => Promise<Answer>) {
  try {
    return { answer: await read() };
  } catch (failure) {
    return { failure };
  }
}

/** A part whose reading fails for this reason. */
export const failing = (failure: unknown) => async (): Promise<{ readonly nothing?: undefined }> =>
  Promise.reject(failure);

/** The union of records as one record of which each field may be missing. */
type Merged<All extends Parts> = All extends Parts
  ? Partial<
      { [Name in keyof All]-?: (record: Awaited<ReturnType<NonNullable<All[Name]>>>) => void }[keyof All] extends (
        record: infer Whole,
      ) => void
        ? Whole
        : never
    >
  : never;

/** Reads the parts of a section side by side. The fields of a part that cannot be read, or is not there, are missing, and the reason stands
 * under the name of the part. Where no part can be read, the whole section fails, or is absent where all parts are. */
export async function readParts<All extends Parts>(
  parts: All,
): Promise<Merged<All> & { problems?: Record<string, string>; absences?: Record<string, string> }> {
  const problems: Record<string, string> = {};
  const absences: Record<string, string> = {};
  const failures: unknown[] = [];
  const read = await Promise.all(
    Object.entries(parts).map(async ([name, part]) => {
      try {
        return (await part?.()) ?? {};
      } catch (error) {
        if (error instanceof Absent) absences[name] = error.message;
        else problems[name] = readingReason(error);
        failures.push(error);
        return {};
      }
    }),
  );
  // A failure says more than an absence.
  if (failures.length === read.length) throw failures.find((failure) => !(failure instanceof Absent)) ?? failures[0];
  const unless = (record: Record<string, string>, key: string) =>
    Object.keys(record).length === 0 ? {} : { [key]: record };
  return Object.assign({}, ...read, unless(problems, 'problems'), unless(absences, 'absences')) as Merged<All>;
}

/** Cells of the tables. */
export const yes = (is: boolean | undefined): string => (is === undefined ? '-' : is ? 'yes' : 'no');
export const shown = (value: number | undefined): string => (value === undefined ? '-' : String(value));

/** The functions by which this machine talks with its programs. */
export function converseOf({ converse, resolve }: Host): { readonly converse: Converse; readonly resolve: Resolve } {
  if (converse && resolve) return { converse, resolve };
  throw new Error('programs can be asked on this machine only');
}
