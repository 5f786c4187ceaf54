// The report on a node for a person: what could not be read first. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { alignColumns, displayWidth, fold, foldColumns } from '../core/columns.ts';
import { oneLine } from '../core/harmless.ts';
import { formatDuration } from '../core/quantity.ts';
import { itemsIn, type NodeReport } from './report.ts';

export function renderReport(
  definitions: Sections,
  read: Readonly<Record<string, Envelope>>,
  { hostname, timestamp, version, collect_ms, errors, absent }: NodeReport,
  width: number,
): string {
  const words = ({ section, part, reason }: NodeReport['errors'][number]): string =>
    `${section}${part === undefined ? '' : `, ${part}`}: ${oneLine(reason)}`;
  const tables = Object.entries(definitions).flatMap(([name, { table, many }]) => {
    const envelope = read[name];
    if (!envelope) return [];
    const readings: readonly (readonly [string, Envelope])[] = many ? itemsIn(envelope) : [['', envelope]];
    const rows = readings.flatMap(([item, one]) =>
      one.status === 'ok' ? table.rows(one.data as never, item).map((row) => row.map((cell) => oneLine(cell))) : [],
    );
    if (rows.length === 0) return [];
    return ['', table.title, ...linesOf(table.columns, rows, width)];
  });
  return [
    `${hostname} at ${timestamp}, read in ${formatDuration(collect_ms / 1000)} (ops-monitor ${version})`,
    ...(errors.length === 0
      ? []
      : ['', 'Could not be read', ...errors.flatMap((one) => fold(`- ${words(one)}`, width, '  '))]),
    ...tables,
    ...(absent.length === 0 ? [] : ['', 'Not there', ...absent.flatMap((one) => fold(`- ${words(one)}`, width, '  '))]),
  ].join('\n');
}

/** Where the terminal is too narrow for the table, the cells of each row stand below each other. */
function linesOf(columns: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const indent = '  ';
  const lines = alignColumns([columns, ...rows], { indent });
  if (lines.every((line) => displayWidth(line) <= width)) return lines;
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...foldColumns(
      columns.map((column, at) => [column, row[at] ?? '']),
      { indent, width },
    ),
  ]);
}
