// Why a Pushgateway would refuse a text, as far as the text itself shows it. The server decides about anything uncertain. Pure.
import { oneLine } from '../core/harmless.ts';
import { parseSeries } from '../parse/exposition.ts';
import type { Group } from './group.ts';

/** Lines longer than this are not checked here; the server does. */
const longestLine = 65_536;

/** Returns why the text would be refused; undefined where no reason is found. */
export function refusalOf(text: string, group: Group): string | undefined {
  if (text === '') return 'it is empty, and would clear the group: --method delete does that where it is meant';
  if (!text.endsWith('\n')) return 'it does not end with a newline';
  const seen = new Map<string, number>();
  const told = new Map<string, number>();
  const families = new Set<string>();
  for (const [number, line] of linesOf(text)) {
    const at = `line ${number}`;
    if (/^[ \t]*#/.test(line)) {
      const [, kind, family = ''] = /^[ \t]*#[ \t]*(HELP|TYPE)[ \t]+(\S+)/.exec(line) ?? [];
      if (kind === undefined) continue;
      if (kind === 'TYPE' && line.endsWith('\r')) return carriageReturn(at);
      const before = told.get(`${kind} ${family}`);
      if (before !== undefined) return `${at} is the second ${kind} of ${shown(family)}, after line ${before}`;
      if (kind === 'TYPE' && families.has(family)) return `${at} is the TYPE of ${shown(family)}, after its samples`;
      told.set(`${kind} ${family}`, number);
      continue;
    }
    if (line.endsWith('\r')) return carriageReturn(at);
    const sample = sampleOf(line);
    if (!sample) continue;
    if (sample.time !== undefined) return `${at} has a timestamp (${shown(sample.time)}): ${shown(line)}`;
    const series = seriesOf(sample, group);
    const before = seen.get(series);
    if (before !== undefined) return `line ${before} and ${at} are the same series: ${shown(line)}`;
    seen.set(series, number);
    families.add(sample.family);
  }
  return undefined;
}

const carriageReturn = (at: string): string =>
  `${at} ends with a carriage return: lines must end with a newline alone (dos2unix)`;

/** Labels whose values the group will replace, with the first such value: the server says nothing about them. */
export function replacedLabels(text: string, group: Group): string[] {
  const found = new Map<string, string>();
  for (const [, line] of linesOf(text))
    for (const [name, value] of sampleOf(line)?.labels ?? [])
      if (Object.hasOwn(group, name) && value !== group[name] && !found.has(name)) found.set(name, value);
  return [...found].map(
    ([name, value]) => `its label ${name}=${shown(value)} becomes ${shown(group[name])}: the group has that label`,
  );
}

/** Names of the metrics that a push with POST replaces. */
export const familiesOf = (text: string): ReadonlySet<string> =>
  new Set([...linesOf(text)].flatMap(([, line]) => sampleOf(line)?.family ?? []));

interface Sample {
  readonly family: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly time: string | undefined;
}

function sampleOf(line: string): Sample | undefined {
  if (line.length > longestLine) return undefined;
  const [, family, rest = ''] = /^[ \t]*([A-Za-z_:][\w:]*)[ \t]*((?:\{|(?<=[ \t])).*)$/s.exec(line) ?? [];
  const series = family === undefined ? undefined : parseSeries(rest.trim());
  return series && family !== undefined ? { family, labels: series.labels, time: series.time } : undefined;
}

/** The labels of the group replace those of the text. An empty label is a label here, though Prometheus takes it for none. */
function seriesOf({ family, labels }: Sample, group: Group): string {
  const own = [...labels].filter(([name]) => !Object.hasOwn(group, name));
  return JSON.stringify([family, ...own.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function* linesOf(text: string): Generator<readonly [number: number, line: string]> {
  let number = 0;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    number += 1;
    if (line !== '') yield [number, line];
    at = end < 0 ? text.length : end + 1;
  }
}

function shown(text: string | undefined): string {
  const line = oneLine((text ?? '').slice(0, 81));
  return JSON.stringify((line.length > 80 ? `${line.slice(0, 79)}…` : line).toWellFormed());
}
