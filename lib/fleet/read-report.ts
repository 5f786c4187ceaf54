// Reads the report that a node printed. The node may be anybody's by now: what it wrote is bounded, made harmless, and each section
// is compared with its schema before anything believes it.
import type { Envelope } from '../contract/envelope.ts';
import type { Section } from '../contract/section.ts';
import { isObject, shapeProblem } from '../contract/shape.ts';
import { oneLine } from '../core/harmless.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { maskUrls } from '../core/urls.ts';
import { parseForeignJson } from '../parse/json.ts';

const limits = { characters: 1024 * 1024, depth: 24, values: 100_000 };
const mostCharacters = 2000;
/** Characters of a text that is no report which its error quotes. */
const mostQuoted = 120;

export type Report = Readonly<Record<string, unknown>>;

/** Throws where the text is not a report. */
export function parseReport(text: string): Report {
  const found = readJson(text);
  if (!isObject(found) || found['schema_version'] !== 1)
    throw new Error('its report is not one of this format: schema_version is not 1');
  return harmless(found) as Report;
}

/** What a node prints in place of a report (a message of its shell, of a proxy, of another program) says best what is wrong there. */
function readJson(text: string): unknown {
  try {
    return parseForeignJson(text, 'its report', limits);
  } catch (error) {
    const first = firstLine(maskUrls(text.trimStart().slice(0, mostCharacters)), mostQuoted);
    throw new Error(`${reasonOf(error)}; ${first === '' ? 'it is empty' : `it begins with: ${first}`}`, {
      cause: error,
    });
  }
}

function harmless(value: unknown): unknown {
  if (typeof value === 'string') return cut(oneLine(value));
  if (Array.isArray(value)) return value.map(harmless);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cut(oneLine(key)), harmless(inner)]));
}

const cut = (text: string): string => (text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text);

/** The reverse of how a node writes a section: null with a reason among `errors` or `absent`. */
export function sectionOf(report: Report, name: string, section: Section, at: string): Envelope {
  const value = report[name];
  const reasonIn = (key: 'errors' | 'absent'): string | undefined =>
    reasonsIn(report, key).find((one) => one.section === name && one.part === undefined)?.reason;
  const failed = (reason: string): Envelope => ({ status: 'failed', kind: 'shape', reason, ms: 0 });
  if (value === undefined) return { status: 'absent', reason: `its version of the report has no ${name}` };
  if (value === null) {
    const missing = reasonIn('absent');
    if (missing !== undefined) return { status: 'absent', reason: missing };
    return { status: 'failed', kind: 'error', reason: reasonIn('errors') ?? 'no reason is given', ms: 0 };
  }
  const data = withoutNulls(value);
  const issue = section.schema.wrongIn(data);
  if (issue) return failed(`its report is wrong: ${oneLine(shapeProblem(issue, data))}`);
  return { status: 'ok', ms: 0, collected_at: at, data };
}

export interface Reason {
  readonly section: string;
  readonly part?: string | undefined;
  readonly reason: string;
}

/** What the node could not read, or does not have. */
export function reasonsIn(report: Report, key: 'errors' | 'absent'): Reason[] {
  const all: unknown = report[key];
  return (Array.isArray(all) ? all : []).flatMap((one: unknown) => {
    if (!isObject(one) || typeof one['section'] !== 'string') return [];
    const { section, part, reason } = one;
    return [
      {
        section,
        part: typeof part === 'string' ? part : undefined,
        reason: typeof reason === 'string' ? reason : 'no reason is given',
      },
    ];
  });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}
