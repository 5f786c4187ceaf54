// A section of the snapshot: the schema of what one probe reads, and how the section is explained and reported. The schema
// contains units and long names; the archive, the reference page and `explain` take them from there.
import { identifierOf } from '../core/text.ts';
import { type Envelope, envelope } from './envelope.ts';
import { type ContentOf, recordOf, type Shape } from './shape.ts';

export interface Section<Data extends Shape = Shape, Many extends boolean = boolean, Config = unknown> {
  /** Schema of one reading: of the whole section, or of each item where the section has many. */
  readonly schema: Data;
  /** Whether the section is a map of items, each with its own envelope and deadline. */
  readonly many: Many;
  /** Source of the values, shown by `explain`: the file, program or call that a person can try by hand. */
  readonly source: string;
  /** The word for one of its subjects in messages: `stream`. */
  readonly noun: string;
  /** Begins the names of its items' variables in the archive; default: the section's name without the s of its plural. */
  readonly singular?: string;
  /** The subjects that the configuration lists; undefined where the probe finds them on the machine. */
  subjects(config: Config): readonly Named[] | undefined;
  /** Checks may have subjects `ITEM.PART`, of parts that the probe finds on the machine (the GPUs of a machine). */
  readonly hasParts?: true;
  /** The places that the configuration lets the probe read; absent where it reads only this machine as a whole. */
  places?(config: Config): readonly Place[];
  readonly table: Table<Data>;
  /** The strip of levels, in pictures and on the page, that its checks belong to. Sections may share a group. */
  readonly group: string;
  /** Its panels in pictures. Panels with the same title are drawn as one. */
  readonly panels?: readonly Panel[];
}

/** A panel of a picture: the values of one field of the section, or the levels of one check. */
export type Panel = ValuesPanel | LevelsPanel;

interface AnyPanel {
  readonly title: string;
  /** The panel stands in the summary too, not only among the housekeeping data. */
  readonly inSummary?: true;
}

export interface ValuesPanel extends AnyPanel {
  /** A field of the schema, which has the unit: percent is drawn from 0 to 100, seconds logarithmically. */
  readonly field: string;
  /** Begin of the axis, where it is not 0 %. */
  readonly least?: number;
  readonly limits?: PanelLimits;
}

/** The limits of a check (times a field, where the check counts in multiples), or a field that is itself the limit of a check. */
export type PanelLimits =
  | { readonly check: string; readonly times?: string }
  | { readonly field: string; readonly level: 'amber' | 'red'; readonly side: 'above'; readonly judgedBy: string };

interface LevelsPanel extends AnyPanel {
  /** The check whose levels are drawn as one strip for each subject. */
  readonly levelsOf: string;
}

/** The section's table in the report. Sections with the same title share one table. */
interface Table<Data extends Shape> {
  readonly title: string;
  readonly columns: readonly string[];
  /** Rows for the whole section, or for one item. */
  rows(reading: ContentOf<Data>, item: string): readonly (readonly string[])[];
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

/** The archive's variables of a field: `filesystem_data_used_percent`, `power_charge_percent`. The item `data_inodes` with the
 * field `used_percent` is the item `data` with the longer field `inodes_used_percent`. */
export function variablesOf(key: string, section: Section, field: string, names: readonly string[]) {
  const { many, schema, hasParts } = section;
  if (!many && schema.form.type !== 'record') {
    const variable = `${key}_${field}`;
    return names.includes(variable) ? [{ variable, prefix: key, item: undefined }] : [];
  }
  const singular = singularOf(key, section);
  const whole = schema.form.type === 'record' ? schema.form.each.form : schema.form;
  const parts = hasParts ? partsIn(whole) : undefined;
  const form = parts?.form ?? whole;
  const longer = Object.keys(form.type === 'object' ? form.fields : {}).filter((other) => other.endsWith(`_${field}`));
  return names
    .filter((variable) => variable.startsWith(`${singular}_`) && variable.endsWith(`_${field}`))
    .filter((variable) => !longer.some((other) => variable.endsWith(`_${other}`)))
    .map((variable) => {
      const prefix = variable.slice(0, -field.length - 1);
      const item = prefix.slice(singular.length + 1);
      // As its checks name the part: `crunch_3b_00` for `crunch_card_3b_00`.
      return { variable, prefix, item: parts ? item.replace(`_${parts.key}_`, '_') : item };
    });
}

/** The record of the parts in the reading of an item, and the form of one part. */
function partsIn(form: Shape['form']): { key: string; form: Shape['form'] } | undefined {
  for (const [key, shape] of Object.entries(form.type === 'object' ? form.fields : {}))
    if (shape.form.type === 'record') return { key, form: shape.form.each.form };
  return undefined;
}

/** As subjects stand in names of variables → as the configuration writes them: `weather_gws` → `weather.gws`. */
export const subjectNames = (section: Section, config: object): ReadonlyMap<string, string> =>
  new Map((section.subjects(config) ?? []).map(({ name }) => [identifierOf(name), name]));

/** The word that the names of its items begin with in the archive: `filesystem` of `filesystems`. */
export const singularOf = (key: string, { singular = key.replace(/s$/, '') }: Pick<Section, 'singular'>): string =>
  singular;

export const namesUnder = (key: string, names: object = {}): Named[] =>
  Object.keys(names).map((name) => ({ name, path: [key, name] }));

export const defineSection = <Data extends Shape, const Many extends boolean, Config>(
  section: Section<Data, Many, Config>,
): Section<Data, Many, Config> => section;

/** Shape of a section in the snapshot file: an envelope; with many items, an envelope around a map of envelopes. */
export const sectionEnvelope = ({ many, schema }: Section): Shape<Envelope> =>
  many ? envelope(recordOf(envelope(schema))) : envelope(schema);
