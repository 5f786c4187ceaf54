// The report on a node, as it goes over the wire. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isObject, type Shape } from '../contract/shape.ts';

interface About {
  readonly timestamp: string;
  readonly hostname: string;
  readonly version: string;
  readonly collect_ms: number;
}

interface Missing {
  readonly section: string;
  /** The part of the section; absent where it is the whole section. */
  readonly part?: string;
  readonly reason: string;
}

/** Section → its fields; null for a section, or a field, that was not read. `errors` and `absent` say why. */
export type NodeReport = About & {
  readonly schema_version: 1;
  readonly errors: readonly Missing[];
  readonly absent: readonly Missing[];
  readonly [section: string]: unknown;
};

export function reportOf(definitions: Sections, read: Readonly<Record<string, Envelope>>, about: About): NodeReport {
  const errors: Missing[] = [];
  const absent: Missing[] = [];
  const sections: Record<string, unknown> = {};
  const fieldsOf = (section: string, schema: Shape, envelope: Envelope, part?: string): object | null => {
    const own = part === undefined ? { section } : { section, part };
    if (envelope.status !== 'ok') {
      (envelope.status === 'absent' ? absent : errors).push({ ...own, reason: envelope.reason });
      return null;
    }
    const { problems, absences, ...data } = isObject(envelope.data) ? envelope.data : {};
    for (const [name, reason] of reasonsIn(problems)) errors.push({ section, part: name, reason });
    for (const [name, reason] of reasonsIn(absences)) absent.push({ section, part: name, reason });
    const fields = schema.form.type === 'object' ? Object.keys(schema.form.fields) : [];
    const expected = fields.filter((name) => name !== 'problems' && name !== 'absences');
    return { ...Object.fromEntries(expected.map((name) => [name, null])), ...data };
  };
  for (const [section, { schema, many }] of Object.entries(definitions)) {
    const envelope = read[section] ?? { status: 'failed', kind: 'error', reason: 'it was not read', ms: 0 };
    sections[section] =
      many && envelope.status === 'ok'
        ? Object.fromEntries(itemsIn(envelope).map(([name, one]) => [name, fieldsOf(section, schema, one, name)]))
        : fieldsOf(section, schema, envelope);
  }
  return { schema_version: 1, ...about, errors, absent, ...sections };
}

/** Of a section with many items. */
export const itemsIn = (envelope: Envelope): [string, Envelope][] =>
  envelope.status === 'ok' && isObject(envelope.data) ? (Object.entries(envelope.data) as [string, Envelope][]) : [];

const reasonsIn = (record: unknown): [string, string][] =>
  isObject(record) ? Object.entries(record).map(([part, reason]) => [part, String(reason)]) : [];
