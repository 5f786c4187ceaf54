// Parses a gate's JSON summary: our own format (ops/docs/gate-summary.md), or another through a mapping in the
// configuration.
import { parseInstant } from '../core/time.ts';

/** Dotted keys under which a summary in another format holds the fields of ours. */
export interface GateMapping {
  readonly verdict: string;
  readonly 'decided-at': string;
  /** Verdicts, as text, that count as pass or as fail; any other verdict is unknown. */
  readonly pass: readonly string[];
  readonly fail: readonly string[];
  readonly counts: Readonly<Record<string, string>>;
  readonly reason?: string | undefined;
}

export const ownMapping: GateMapping = {
  verdict: 'verdict',
  'decided-at': 'decided_at',
  pass: ['pass'],
  fail: ['fail'],
  counts: {},
  reason: 'reason',
};

export function parseGateSummary(text: string, mapping: GateMapping) {
  let summary: unknown;
  try {
    summary = JSON.parse(text);
  } catch (error) {
    throw new Error(`the summary is not JSON (${text.length} characters)`, { cause: error });
  }
  const verdict = valueAtKey(summary, mapping.verdict);
  if (verdict === undefined) throw new Error(`the summary has no ${mapping.verdict}`);
  const reason = mapping.reason === undefined ? undefined : valueAtKey(summary, mapping.reason);
  return {
    verdict: mapVerdict(verdict, mapping),
    decided_at: parseDecidedAt(valueAtKey(summary, mapping['decided-at']), mapping['decided-at']),
    counts:
      mapping === ownMapping ? parseCounts(valueAtKey(summary, 'counts') ?? {}) : mappedCounts(summary, mapping.counts),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

/** A verdict that the mapping lists neither as pass nor as fail is unknown, never pass. */
function mapVerdict(verdict: unknown, { pass, fail }: GateMapping): 'pass' | 'fail' | 'unknown' {
  const text = textOfValue(verdict);
  if (pass.includes(text)) return 'pass';
  return fail.includes(text) ? 'fail' : 'unknown';
}

/** Accepts ISO 8601, or Unix time in seconds. */
function parseDecidedAt(value: unknown, key: string): string {
  if (value === undefined) throw new Error(`the summary has no ${key}`);
  const instant = typeof value === 'number' ? new Date(value * 1000) : parseInstant(textOfValue(value));
  if (!instant || Number.isNaN(instant.getTime()))
    throw new Error(`${key} of the summary is not a time: ${JSON.stringify(value)}`);
  return instant.toISOString();
}

function mappedCounts(summary: unknown, counts: Readonly<Record<string, string>>): Record<string, number> {
  return parseCounts(Object.fromEntries(Object.entries(counts).map(([name, key]) => [name, valueAtKey(summary, key)])));
}

/** Refuses a count that is not a finite number, instead of reading it as 0. */
function parseCounts(counts: unknown): Record<string, number> {
  if (typeof counts !== 'object' || counts === null)
    throw new Error(`counts of the summary is not a mapping: ${textOfValue(counts)}`);
  const entries = Object.entries(counts).map(([name, value]): [string, number] => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Error(`${name} of the summary is not a number: ${textOfValue(value)}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function valueAtKey(value: unknown, key: string): unknown {
  let found = value;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

const textOfValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
