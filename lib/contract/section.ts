// A section of the snapshot: what one probe reads, as it lies on disk, and all else there is to say of it. Units and long
// names are in its schema, because the archive, the reference page and `explain` take them from here.
import * as z from 'zod/mini';
import { envelope } from './envelope.ts';

export interface Section<Data extends z.ZodMiniType = z.ZodMiniType, Many extends boolean = boolean, Config = unknown> {
  /** Schema of one reading: of the whole section, or of each item where there are many. */
  readonly schema: Data;
  /** Whether the section is a map of items, each with an envelope and a deadline of its own. */
  readonly many: Many;
  /** Where the values come from, for `explain`: which file, program or call a person could try by hand. */
  readonly source: string;
  /** What messages call one of its subjects: `stream`. */
  readonly noun: string;
  /** What a configuration has it watch, and where that is written; undefined where nobody knows before it is looked for. */
  subjects(config: Config): readonly Named[] | undefined;
  /** The machines that a configuration sends it to, and where each is written; none where it reads this one only. */
  hosts(config: Config): readonly HostNamed[];
  readonly table: Table<Data>;
}

/** Its part of the report. Sections whose tables have the same title share one. */
interface Table<Data extends z.ZodMiniType> {
  readonly title: string;
  readonly columns: readonly string[];
  /** Of the whole section, or of one item. */
  rows(reading: z.output<Data>, item: string): readonly (readonly string[])[];
}

/** A name in the configuration, and the keys under which it stands. */
export interface Named {
  readonly name: string;
  readonly path: readonly string[];
}

/** Without a name, this machine. */
interface HostNamed {
  readonly name: string | undefined;
  readonly path: readonly string[];
}

/** The names of one's own under a key of the configuration. */
export const namesUnder = (key: string, names: object = {}): Named[] =>
  Object.keys(names).map((name) => ({ name, path: [key, name] }));

export const defineSection = <Data extends z.ZodMiniType, const Many extends boolean, Config>(
  section: Section<Data, Many, Config>,
): Section<Data, Many, Config> => section;

/** A section's place in the snapshot file: an envelope, around a map of envelopes where there are many items. */
export function sectionEnvelope(section: Section): z.ZodMiniType {
  return section.many ? envelope(z.record(z.string(), envelope(section.schema))) : envelope(section.schema);
}
