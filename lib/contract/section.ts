// A section of the snapshot: what one probe reads, as it lies on disk. Schemas only; units and long names are in them,
// because the archive, the reference page and `explain` take them from here.
import * as z from 'zod/mini';
import { envelope } from './envelope.ts';

export interface Section<Data extends z.ZodMiniType = z.ZodMiniType, Many extends boolean = boolean> {
  /** Schema of one reading: of the whole section, or of each item where there are many. */
  readonly schema: Data;
  /** Whether the section is a map of items, each with an envelope and a deadline of its own. */
  readonly many: Many;
  /** Where the values come from, for `explain`: which file, program or call a person could try by hand. */
  readonly source: string;
}

export const defineSection = <Data extends z.ZodMiniType, const Many extends boolean>(
  section: Section<Data, Many>,
): Section<Data, Many> => section;

/** A section's place in the snapshot file: an envelope, around a map of envelopes where there are many items. */
export function sectionEnvelope(section: Section): z.ZodMiniType {
  return section.many ? envelope(z.record(z.string(), envelope(section.schema))) : envelope(section.schema);
}
