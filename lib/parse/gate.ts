// A gate's JSON summary: our own format (ops/docs/gate-summary.md), or another one through a mapping of the configuration.
import { parseInstant } from '../core/time.ts';

export interface GateSummary {
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly decided_at: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly reason?: string;
}

/** Where things stand in a summary that is not ours: keys by dots. */
export interface GateMapping {
  readonly verdict: string;
  readonly 'decided-at': string;
  /** Values that mean so, as text; any other verdict is unknown. */
  readonly pass: readonly string[];
  readonly fail: readonly string[];
  readonly counts: Readonly<Record<string, string>>;
  readonly reason?: string | undefined;
}

export const ownFormat: GateMapping = {
  verdict: 'verdict',
  'decided-at': 'decided_at',
  pass: ['pass'],
  fail: ['fail'],
  counts: {},
  reason: 'reason',
};

export function parseGateSummary(text: string, mapping: GateMapping): GateSummary {
  let summary: unknown;
  try {
    summary = JSON.parse(text);
  } catch (error) {
    throw new Error(`the summary is not JSON (${text.length} characters)`, { cause: error });
  }
  const verdict = at(summary, mapping.verdict);
  if (verdict === undefined) throw new Error(`the summary has no ${mapping.verdict}`);
  const reason = mapping.reason === undefined ? undefined : at(summary, mapping.reason);
  return {
    verdict: meaningOf(verdict, mapping),
    decided_at: instantOf(at(summary, mapping['decided-at']), mapping['decided-at']),
    counts: mapping === ownFormat ? countsOf(at(summary, 'counts') ?? {}) : mappedCounts(summary, mapping.counts),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

/** A verdict that nobody declared to mean pass or fail is unknown: never pass. */
function meaningOf(verdict: unknown, { pass, fail }: GateMapping): GateSummary['verdict'] {
  const text = plain(verdict);
  if (pass.includes(text)) return 'pass';
  return fail.includes(text) ? 'fail' : 'unknown';
}

/** ISO 8601, or unix time in seconds. */
function instantOf(value: unknown, key: string): string {
  if (value === undefined) throw new Error(`the summary has no ${key}`);
  const instant = typeof value === 'number' ? new Date(value * 1000) : parseInstant(plain(value));
  if (!instant || Number.isNaN(instant.getTime()))
    throw new Error(`${key} of the summary is no time: ${JSON.stringify(value)}`);
  return instant.toISOString();
}

function mappedCounts(summary: unknown, counts: Readonly<Record<string, string>>): Record<string, number> {
  return countsOf(Object.fromEntries(Object.entries(counts).map(([name, key]) => [name, at(summary, key)])));
}

/** What is no finite number is no count: it is refused, and not taken for 0. */
function countsOf(counts: unknown): Record<string, number> {
  if (typeof counts !== 'object' || counts === null)
    throw new Error(`counts of the summary is no mapping: ${plain(counts)}`);
  const entries = Object.entries(counts).map(([name, value]): [string, number] => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Error(`${name} of the summary is no number: ${plain(value)}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function at(value: unknown, key: string): unknown {
  let found = value;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
