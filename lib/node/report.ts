// The report on a node, as it goes over the wire. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isObject, type Shape } from '../contract/shape.ts';
import { plainLines } from '../core/harmless.ts';
import { maskUrls } from '../core/urls.ts';

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
    const { problems, absences, counted: _forTheNext, ...data } = isObject(envelope.data) ? envelope.data : {};
    for (const [name, reason] of reasonsIn(problems)) errors.push({ section, part: name, reason });
    for (const [name, reason] of reasonsIn(absences)) absent.push({ section, part: name, reason });
    const fields = schema.form.type === 'object' ? Object.keys(schema.form.fields) : [];
    const expected = fields.filter((name) => !['problems', 'absences', 'counted'].includes(name));
    const characters = JSON.stringify(data).length;
    if (characters > mostCharacters) {
      errors.push({ ...own, reason: `it has ${characters} characters; more than ${mostCharacters} are not reported` });
      return null;
    }
    return { ...Object.fromEntries(expected.map((name) => [name, null])), ...data };
  };
  for (const [section, { schema, many }] of Object.entries(definitions)) {
    const envelope = read[section] ?? { status: 'failed', kind: 'error', reason: 'it was not read', ms: 0 };
    sections[section] =
      many && envelope.status === 'ok'
        ? Object.fromEntries(itemsIn(envelope).map(([name, one]) => [name, fieldsOf(section, schema, one, name)]))
        : fieldsOf(section, schema, envelope);
  }
  const found = { errors, absent, ...sections };
  return { schema_version: 1, ...about, ...(harmlessIn(found) as typeof found) };
}

/** A section with more is not reported: programs decide how much they answer, and the fleet monitor reads reports of many nodes. */
const mostCharacters = 128 * 1024;

/** Programs, units and processes choose their words, and a reader of the report may show them on a terminal. */
function harmlessIn(value: unknown): unknown {
  if (typeof value === 'string') return plainLines(maskUrls(value));
  if (Array.isArray(value)) return value.map(harmlessIn);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [plainLines(key), harmlessIn(part)]));
}

/** The items of a section that has many, each with its own outcome. */
export const itemsIn = (envelope: Envelope): [string, Envelope][] =>
  envelope.status === 'ok' && isObject(envelope.data) ? (Object.entries(envelope.data) as [string, Envelope][]) : [];

const reasonsIn = (record: unknown): [string, string][] =>
  isObject(record) ? Object.entries(record).map(([part, reason]) => [part, String(reason)]) : [];
