// Parses a gate's JSON summary: our own format (ops/docs/gate-summary.md), or another through a mapping in the
// configuration.
import { oneLine } from '../core/harmless.ts';
import { parseInstant } from '../core/time.ts';
import { identifierOf, listed } from '../core/text.ts';
import { parseForeignJson, valueAtKey } from './json.ts';

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
  const summary = parseForeignJson(text, 'the summary');
  const verdict = valueAtKey(summary, mapping.verdict);
  if (verdict === undefined) throw new Error(`the summary has no ${mapping.verdict}`);
  const reason = mapping.reason === undefined ? undefined : valueAtKey(summary, mapping.reason);
  return {
    verdict: mapVerdict(verdict, mapping),
    decided_at: parseDecidedAt(valueAtKey(summary, mapping['decided-at']), mapping['decided-at']),
    ...(mapping === ownMapping
      ? parseCounts(valueAtKey(summary, 'counts') ?? {})
      : mappedCounts(summary, mapping.counts)),
    ...(typeof reason === 'string' ? { reason: shortened(reason, longestReason) } : {}),
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
    throw new Error(`${key} of the summary is not a time: ${shortened(JSON.stringify(value), 80)}`);
  return instant.toISOString();
}

function mappedCounts(summary: unknown, counts: Readonly<Record<string, string>>): Counts {
  return parseCounts(Object.fromEntries(Object.entries(counts).map(([name, key]) => [name, valueAtKey(summary, key)])));
}

/** Each count is a variable in the archive: a writer of thousands would fill the disk. */
const mostCounts = 100;
const longestCountName = 64;
const longestReason = 500;

interface Counts {
  readonly counts: Record<string, number>;
  /** Which counts were left out. */
  readonly counts_problem?: string;
}

/** Refuses a count that is not a finite number, instead of reading it as 0, and two names for one variable. */
function parseCounts(counts: unknown): Counts {
  if (typeof counts !== 'object' || counts === null || Array.isArray(counts))
    throw new Error(`counts of the summary is not a mapping: ${shown(counts)}`);
  const all = Object.entries(counts).map(([name, value]): [string, number] => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Error(`${shortened(name, longestCountName)} of the summary is not a number: ${shown(value)}`);
    return [name, value];
  });
  const isUsable = (name: string): boolean =>
    name.length <= longestCountName && name !== '' && oneLine(name) === name && name.isWellFormed();
  const kept = all.filter(([name]) => isUsable(name)).slice(0, mostCounts);
  refuseSharedVariables(kept.map(([name]) => name));
  const usable = Object.fromEntries(kept);
  const left = all.flatMap(([name]) =>
    Object.hasOwn(usable, name) ? [] : JSON.stringify(shortened(name, longestCountName)),
  );
  if (left.length === 0) return { counts: usable };
  const rule = `at most ${mostCounts}, with names of at most ${longestCountName} printable characters`;
  return {
    counts: usable,
    counts_problem: `${left.length} of ${all.length} counts left out (${rule}): ${listed(left, 3)}`,
  };
}

function refuseSharedVariables(names: readonly string[]): void {
  const first = new Map<string, string>();
  for (const name of names) {
    const variable = identifierOf(name);
    const other = first.get(variable);
    if (other !== undefined)
      throw new Error(
        `the counts ${JSON.stringify(other)} and ${JSON.stringify(name)} of the summary would be one variable, ${variable}: rename one`,
      );
    first.set(variable, name);
  }
}

const shortened = (text: string, most: number): string => {
  const line = oneLine(text.slice(0, most + 1));
  return line.length > most ? `${line.slice(0, most - 1).toWellFormed()}…` : line.toWellFormed();
};

const shown = (value: unknown): string => shortened(textOfValue(value), 80);

const textOfValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
