// The report on a node, as it goes over the wire. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isObject } from '../contract/shape.ts';

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
  for (const [section, { schema }] of Object.entries(definitions)) {
    const envelope = read[section] ?? { status: 'failed', kind: 'error', reason: 'it was not read', ms: 0 };
    if (envelope.status !== 'ok') {
      (envelope.status === 'absent' ? absent : errors).push({ section, reason: envelope.reason });
      sections[section] = null;
      continue;
    }
    const { problems, absences, ...data } = isObject(envelope.data) ? envelope.data : {};
    for (const [part, reason] of reasonsIn(problems)) errors.push({ section, part, reason });
    for (const [part, reason] of reasonsIn(absences)) absent.push({ section, part, reason });
    const fields = schema.form.type === 'object' ? Object.keys(schema.form.fields) : [];
    const expected = fields.filter((name) => name !== 'problems' && name !== 'absences');
    sections[section] = { ...Object.fromEntries(expected.map((name) => [name, null])), ...data };
  }
  return { schema_version: 1, ...about, errors, absent, ...sections };
}

const reasonsIn = (record: unknown): [string, string][] =>
  isObject(record) ? Object.entries(record).map(([part, reason]) => [part, String(reason)]) : [];
