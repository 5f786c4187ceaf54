// The report on a node for a person: what could not be read first. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isObject } from '../contract/shape.ts';
import { alignColumns, fold } from '../core/columns.ts';
import { oneLine } from '../core/harmless.ts';
import { formatDuration } from '../core/quantity.ts';
import type { NodeReport } from './report.ts';

export function renderReport(
  definitions: Sections,
  read: Readonly<Record<string, Envelope>>,
  { hostname, timestamp, version, collect_ms, errors, absent }: NodeReport,
  width: number,
): string {
  const words = ({ section, part, reason }: NodeReport['errors'][number]): string =>
    `${section}${part === undefined ? '' : `, ${part}`}: ${oneLine(reason)}`;
  const tables = Object.entries(definitions).flatMap(([name, { table }]) => {
    const envelope = read[name];
    if (envelope?.status !== 'ok') return [];
    const rows = table.rows(envelope.data as never, '').map((row) => row.map((cell) => oneLine(cell)));
    if (rows.length === 0) return [];
    return ['', table.title, ...alignColumns([table.columns, ...rows], { indent: '  ' })];
  });
  return [
    `${hostname} at ${timestamp}, read in ${formatDuration(collect_ms / 1000)} (ops-monitor ${version})`,
    ...(errors.length === 0
      ? []
      : ['', 'Could not be read', ...errors.flatMap((one) => fold(`- ${words(one)}`, width))]),
    ...tables,
    ...(absent.length === 0 ? [] : ['', 'Not there', ...absent.flatMap((one) => fold(`- ${words(one)}`, width))]),
  ].join('\n');
}

/** For each section: where it was read, how its program was found, and what a person can try by hand. */
export function renderFound(definitions: Sections, { absent, errors, ...report }: NodeReport, width: number): string {
  return Object.entries(definitions)
    .flatMap(([name, { source }]) => {
      const fields = isObject(report[name]) ? report[name] : {};
      const whole = [...absent, ...errors].find(({ section, part }) => section === name && part === undefined);
      const found = whole ? [whole.reason] : [...foundIn(fields), ...membersOf(fields, name).flatMap(foundIn)];
      return [
        name,
        ...[...found, source].flatMap((words) => fold(`- ${oneLine(words)}`, width).map((line) => `  ${line}`)),
      ];
    })
    .join('\n');
}

/** `http://127.0.0.1:4001: the process rqlited (100)`. */
function foundIn(fields: Readonly<Record<string, unknown>>): string[] {
  const pairs = [
    [fields['address'] ?? fields['interface'] ?? fields['name'], fields['found_by']],
    [fields['cluster_address'], fields['cluster_found_by']],
  ];
  return pairs.flatMap(([where, by]) =>
    typeof by === 'string' ? [`${typeof where === 'string' ? `${where}, by ` : 'by '}${by}`] : [],
  );
}

const membersOf = (fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>>[] => {
  const members: unknown = fields[name];
  return Array.isArray(members) ? (members as unknown[]).filter(isObject) : [];
};
