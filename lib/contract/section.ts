// A section of the snapshot: the schema of what one probe reads, and how the section is explained and reported. The schema
// contains units and long names; the archive, the reference page and `explain` take them from there.
import * as z from 'zod/mini';
import { envelope } from './envelope.ts';

export interface Section<Data extends z.ZodMiniType = z.ZodMiniType, Many extends boolean = boolean, Config = unknown> {
  /** Schema of one reading: of the whole section, or of each item where the section has many. */
  readonly schema: Data;
  /** Whether the section is a map of items, each with its own envelope and deadline. */
  readonly many: Many;
  /** Source of the values, shown by `explain`: the file, program or call that a person can try by hand. */
  readonly source: string;
  /** The word for one of its subjects in messages: `stream`. */
  readonly noun: string;
  /** The subjects that the configuration lists; undefined where the probe finds them on the machine. */
  subjects(config: Config): readonly Named[] | undefined;
  /** The places that the configuration lets the probe read; absent where it reads only this machine as a whole. */
  places?(config: Config): readonly Place[];
  readonly table: Table<Data>;
}

/** The section's table in the report. Sections with the same title share one table. */
interface Table<Data extends z.ZodMiniType> {
  readonly title: string;
  readonly columns: readonly string[];
  /** Rows for the whole section, or for one item. */
  rows(reading: z.output<Data>, item: string): readonly (readonly string[])[];
}

/** A name in the configuration, and its path of keys there. */
export interface Named {
  readonly name: string;
  readonly path: readonly string[];
}

interface Place {
  /** The item whose reading looks there; absent where the section has no items. */
  readonly item?: string;
  /** Undefined for this machine. */
  readonly host?: string | undefined;
  readonly path: string;
  /** Path of keys of the host in the configuration. */
  readonly key: readonly string[];
}

export const namesUnder = (key: string, names: object = {}): Named[] =>
  Object.keys(names).map((name) => ({ name, path: [key, name] }));

export const defineSection = <Data extends z.ZodMiniType, const Many extends boolean, Config>(
  section: Section<Data, Many, Config>,
): Section<Data, Many, Config> => section;

/** Schema of a section in the snapshot file: an envelope; with many items, an envelope around a map of envelopes. */
export function sectionEnvelope(section: Section): z.ZodMiniType {
  return section.many ? envelope(z.record(z.string(), envelope(section.schema))) : envelope(section.schema);
}
