// Parses what a program prints that speaks the Nagios plugin API: a message, further text, and performance data
// (`'label'=value[UOM];warn;crit;min;max`); and ranges in its syntax. Its words come from outside: they are shortened here.
import { oneLine } from '../core/harmless.ts';
import { identifierOf, listed } from '../core/text.ts';

/** Each label is a variable in the archive: a program with thousands would fill the disk. */
export const mostLabels = 100;
const longestLabel = 64;
const longestMessage = 500;
const longestDetails = 2000;

/** Values by label, in one record for each unit: the archive gives all values of a record the same unit. */
interface Performance {
  readonly seconds: Record<string, number>;
  readonly bytes: Record<string, number>;
  readonly percent: Record<string, number>;
  /** Plain numbers and counters. */
  readonly values: Record<string, number>;
}

export interface PluginOutput extends Performance {
  readonly message: string;
  readonly details?: string;
  /** Which performance data were left out, and why. */
  readonly performance_problem?: string;
}

/** Units as the plugins write them, and the factor to ours. KB is 1000 bytes and KiB 1024, as in Icinga. */
const units: Readonly<Record<string, readonly [kind: keyof Performance, factor: number]>> = {
  '': ['values', 1],
  c: ['values', 1],
  s: ['seconds', 1],
  ms: ['seconds', 1e-3],
  us: ['seconds', 1e-6],
  '%': ['percent', 1],
  B: ['bytes', 1],
  kB: ['bytes', 1e3],
  KB: ['bytes', 1e3],
  MB: ['bytes', 1e6],
  GB: ['bytes', 1e9],
  TB: ['bytes', 1e12],
  KiB: ['bytes', 2 ** 10],
  MiB: ['bytes', 2 ** 20],
  GiB: ['bytes', 2 ** 30],
  TiB: ['bytes', 2 ** 40],
};

export function parsePluginOutput(text: string): PluginOutput {
  const { message, details, performance } = splitOutput(text);
  const further = shortened(details, longestDetails);
  return {
    message: shortened(message, longestMessage),
    ...(further === '' ? {} : { details: further }),
    ...parsePerformance(performance),
  };
}

/** A bar in the first line begins performance data; a bar in a later line ends the further text, and all after it is performance data. */
function splitOutput(text: string): { message: string; details: string; performance: string } {
  const [first = '', ...rest] = text.trim().split(/\r?\n/);
  const [message, performance] = atBar(first);
  const [details, more] = atBar(rest.join('\n'));
  return { message, details, performance: `${performance} ${more}` };
}

function atBar(text: string): [before: string, after: string] {
  const bar = text.indexOf('|');
  return bar < 0 ? [text, ''] : [text.slice(0, bar), text.slice(bar + 1)];
}

function parsePerformance(text: string): Performance & { performance_problem?: string } {
  const found: Performance = { seconds: {}, bytes: {}, percent: {}, values: {} };
  const problems: string[] = [];
  const variables = new Map<string, string>();
  for (const { label, written, junk } of labelled(text)) {
    const problem =
      junk === undefined
        ? (labelProblem(label, variables) ?? putValue(found, label, written))
        : `${quoted(junk)} is no label=value`;
    if (problem === undefined) variables.set(identifierOf(label), label);
    else problems.push(problem);
  }
  return problems.length === 0 ? found : { ...found, performance_problem: `left out: ${listed(problems, 3)}` };
}

interface Labelled {
  readonly label: string;
  readonly written: string;
  /** A word that is no performance data. */
  readonly junk?: string;
}

/** A label with a blank, an equals sign or a quote stands in single quotes; a quote in it is doubled. */
function* labelled(text: string): Generator<Labelled> {
  const entry = /\s*(?:'((?:[^']|'')*)'|([^\s'=]+))=(\S*)/y;
  const word = /\s*(\S+)/y;
  for (let at = 0; at < text.length;) {
    entry.lastIndex = at;
    const match = entry.exec(text);
    if (match) {
      const [, inQuotes, plain = '', written = ''] = match;
      yield { label: inQuotes?.replaceAll("''", "'") ?? plain, written };
      at = entry.lastIndex;
      continue;
    }
    word.lastIndex = at;
    const junk = word.exec(text)?.[1];
    if (junk === undefined) return;
    yield { label: '', written: '', junk };
    at = word.lastIndex;
  }
}

function labelProblem(label: string, variables: ReadonlyMap<string, string>): string | undefined {
  const isUsable = label !== '' && label.length <= longestLabel && oneLine(label) === label && label.isWellFormed();
  if (!isUsable) return `the label ${quoted(label)} is not 1 to ${longestLabel} printable characters`;
  const other = variables.get(identifierOf(label));
  if (other === label) return `${quoted(label)} a second time`;
  if (other !== undefined) return `${quoted(label)} would be the same variable as ${quoted(other)}`;
  return variables.size >= mostLabels ? `${quoted(label)}, beyond ${mostLabels} labels` : undefined;
}

/** Puts a finite number of a known unit under its label, or returns what is wrong. U, NaN and inf are no readings. */
function putValue(into: Performance, label: string, written: string): string | undefined {
  const [text = ''] = written.split(';', 1);
  const [, digits, unit = ''] = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(\D*)$/.exec(text) ?? [];
  if (digits === undefined) return `${quoted(label)} is no number: ${quoted(text)}`;
  const known = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (!known) return `${quoted(label)} has an unknown unit: ${quoted(text)}`;
  const [kind, factor] = known;
  const value = Number((Number(digits) * factor).toPrecision(15));
  if (!Number.isFinite(value)) return `${quoted(label)} is no number: ${quoted(text)}`;
  // Not by assignment: a label may be __proto__.
  Object.defineProperty(into[kind], label, { value, enumerable: true, writable: true, configurable: true });
  return undefined;
}

/** A range in the syntax of the plugins: values outside it raise an alert, with `@` those inside it. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly alertsInside: boolean;
}

/** `10` (0 to 10), `10:`, `~:10`, `10:20`, `@10:20`. Undefined where the text is none of these. */
export function parseRange(text: string): Range | undefined {
  const number = String.raw`-?\d+(?:\.\d+)?`;
  const pattern = new RegExp(`^(@?)(?:(~|${number})?:)?(${number})?$`);
  const match = pattern.exec(text.trim());
  const [, at = '', start = '0', end = ''] = match ?? [];
  if (!match || (end === '' && match[2] === undefined)) return undefined;
  const from = start === '~' ? -Infinity : Number(start);
  const to = end === '' ? Infinity : Number(end);
  return from <= to ? { from, to, alertsInside: at === '@' } : undefined;
}

export const isAlerted = (value: number, { from, to, alertsInside }: Range): boolean =>
  (value >= from && value <= to) === alertsInside;

const quoted = (text: string): string => JSON.stringify(shortened(text, 40));

function shortened(text: string, most: number): string {
  const line = oneLine(text);
  return (line.length > most ? `${line.slice(0, most - 1)}…` : line).toWellFormed();
}
