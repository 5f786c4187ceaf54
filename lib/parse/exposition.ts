// Reads the series of one family from Prometheus expositions: text format 0.0.4, or OpenMetrics with its `# EOF`. Lines of
// other families are passed over. A line of the family that cannot be understood is reported, and never becomes a number.
import { oneLine } from '../core/harmless.ts';
import { listed } from '../core/text.ts';

/** Each series is a variable in the archive: a family with thousands would fill the disk. */
export const mostSeries = 100;
/** Lines of one family that are read: a file of 16 MB may have a million, and reading them would take a second. */
const mostLines = 100_000;
const longestLine = 4096;
const longestName = 200;

export interface FamilyWanted {
  readonly family: string;
  /** Only series with these labels. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface FamilyRead {
  /** By the labels that were not asked for: `disk=sda`; `value` where there are none. */
  readonly values: Record<string, number>;
  /** Which lines or values were left out, and why; or why it is not certain that there is no series. */
  readonly problem?: string;
}

interface Named {
  /** A path. */
  readonly name: string;
  readonly text: string;
}

/** A series that two texts have is named by its file: `file=a.prom,disk=sda`. `found` are the texts that have the family. */
export function readFamily<Text extends Named>(
  texts: readonly Text[],
  wanted: FamilyWanted,
): FamilyRead & { readonly found: readonly Text[] } {
  const parts = texts.map((text) => ({ text, file: fileOf(text), ...readText(text.text, wanted) }));
  const times = new Map<string, number>();
  for (const { values } of parts) for (const series of values.keys()) times.set(series, (times.get(series) ?? 0) + 1);
  const named = parts.flatMap(({ file, values }) =>
    [...values].map(([series, value]): [string, number] => {
      if (times.get(series) === 1) return [series, value];
      return [`file=${file}${series === 'value' ? '' : `,${series}`}`, value];
    }),
  );
  const values = Object.fromEntries(named.slice(0, mostSeries));
  const told = (why: (part: (typeof parts)[number]) => string | undefined): string[] =>
    parts.flatMap((part) => {
      const says = why(part);
      return says === undefined ? [] : [texts.length === 1 ? says : `${part.file}: ${says}`];
    });
  const problems = told(({ problem }) => problem);
  if (named.length > mostSeries) problems.push(`left out: all beyond ${mostSeries} series`);
  if (problems.length === 0 && named.length === 0) problems.push(...told(({ doubt }) => doubt));
  const found = parts.filter((part) => part.values.size > 0 || part.problem !== undefined).map(({ text }) => text);
  return { values, found, ...(problems.length === 0 ? {} : { problem: listed(problems, 3) }) };
}

const fileOf = ({ name }: Named): string => oneLine(name.slice(name.lastIndexOf('/') + 1)).toWellFormed();

const empty = 'it is empty';

interface TextRead {
  readonly values: ReadonlyMap<string, number>;
  readonly problem?: string;
  /** Why nothing follows from a series that is not there: the text is empty, or a web page. */
  readonly doubt?: string;
}

function readText(text: string, { family, labels }: FamilyWanted): TextRead {
  const values = new Map<string, number>();
  let left = 0;
  let first: string | undefined;
  let doubt: string | undefined = empty;
  const leaveOut = (why: string): void => {
    left += 1;
    first ??= why;
  };
  let own = 0;
  for (const line of linesOf(text)) {
    if (doubt === empty) doubt = undefined;
    if (line === '# EOF') break;
    if (!line.startsWith(family) || /[\w:]/.test(line.charAt(family.length))) {
      if (doubt === undefined && !isOrdinary(line)) doubt = `${shown(line)} is no line of an exposition`;
      continue;
    }
    own += 1;
    if (own > mostLines) {
      leaveOut(`all after ${mostLines} lines of it`);
      break;
    }
    const series = line.length > longestLine ? undefined : parseSeries(line.slice(family.length));
    if (!series) {
      leaveOut(`${shown(line)} is no line of an exposition`);
      continue;
    }
    if (!Object.entries(labels).every(([name, value]) => series.labels.get(name) === value)) continue;
    const name = nameOf(series.labels, labels);
    const value = numberOf(series.written);
    if (value === undefined) leaveOut(`${shown(name)} is no number: ${shown(series.written)}`);
    else if (values.has(name)) leaveOut(`${shown(name)} a second time`);
    else if (values.size >= mostSeries) leaveOut(`${shown(name)}, beyond ${mostSeries} series`);
    else if (name.length > longestName) leaveOut(`the labels ${shown(name)} are too long`);
    else values.set(name, value);
  }
  if (first === undefined) return { values, ...(doubt === undefined ? {} : { doubt }) };
  return { values, problem: `left out: ${first}${left === 1 ? '' : ` and ${left - 1} more`}` };
}

/** Whether a line of another family is a comment or ends in a number. */
const isOrdinary = (line: string): boolean =>
  line.startsWith('#') ||
  (line.length <= longestLine && /^(?:[A-Za-z_:][\w:]*\s*)?(?:\{.*\}\s*|\s)(?:[+-]?(?:\d|\.\d|Inf)|NaN)/i.test(line));

/** One at a time: a large file split at once would be a million texts. */
function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).trim();
    if (line !== '') yield line;
    at = end < 0 ? text.length : end + 1;
  }
}

interface Series {
  readonly labels: ReadonlyMap<string, string>;
  readonly written: string;
  /** Its timestamp, if it has one. */
  readonly time: string | undefined;
}

/** What follows the family's name: `{a="b"} 1`, perhaps with a time or an exemplar. */
export function parseSeries(text: string): Series | undefined {
  const labels = new Map<string, string>();
  let at = 0;
  if (text.startsWith('{')) {
    const pair = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;
    for (pair.lastIndex = 1; ;) {
      at = pair.lastIndex;
      const [, name, value = ''] = pair.exec(text) ?? [];
      if (name === undefined) break;
      if (labels.has(name)) return undefined;
      labels.set(name, unescaped(value));
    }
    const end = /\s*\}/y;
    end.lastIndex = at;
    if (!end.test(text)) return undefined;
    at = end.lastIndex;
  }
  const [, written, time] = /^\s*(\S+)(?:\s+(-?[\d.]+))?(?:\s+#\s.*)?$/.exec(text.slice(at)) ?? [];
  return written === undefined ? undefined : { labels, written, time };
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));

/** NaN and infinities are no readings. */
function numberOf(written: string): number | undefined {
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(written)) return undefined;
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
}

function nameOf(labels: ReadonlyMap<string, string>, asked: FamilyWanted['labels']): string {
  const others = [...labels].filter(([name]) => !Object.hasOwn(asked, name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const name = others.map(([key, value]) => `${key}=${oneLine(value).toWellFormed()}`).join(',');
  return name === '' ? 'value' : name;
}

function shown(text: string): string {
  const line = oneLine(text.slice(0, 61));
  return JSON.stringify((line.length > 60 ? `${line.slice(0, 59)}…` : line).toWellFormed());
}
