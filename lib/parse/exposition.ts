// Reads the series of one family from a Prometheus exposition: text format 0.0.4, or OpenMetrics with its `# EOF`. Lines of
// other families are passed over; a line that cannot be understood is told, and never becomes a number.
import { oneLine } from '../core/harmless.ts';

/** Each series is a variable in the archive: a family with thousands would fill the disk. */
export const mostSeries = 100;
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
  /** Which lines or values were left out, and why. */
  readonly problem?: string;
}

export function readFamily(text: string, { family, labels }: FamilyWanted): FamilyRead {
  const values = new Map<string, number>();
  let left = 0;
  let first: string | undefined;
  const leaveOut = (why: string): void => {
    left += 1;
    first ??= why;
  };
  for (const line of linesOf(text)) {
    if (line === '# EOF') break;
    if (!line.startsWith(family) || /[\w:]/.test(line.charAt(family.length))) continue;
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
  const found = { values: Object.fromEntries(values) };
  if (first === undefined) return found;
  return { ...found, problem: `left out: ${first}${left === 1 ? '' : ` and ${left - 1} more`}` };
}

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
}

/** What follows the family's name: `{a="b"} 1`, with a time that is passed over, or an exemplar. */
function parseSeries(text: string): Series | undefined {
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
  const [, written] = /^\s*(\S+)(?:\s+-?[\d.]+)?(?:\s+#\s.*)?$/.exec(text.slice(at)) ?? [];
  return written === undefined ? undefined : { labels, written };
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
