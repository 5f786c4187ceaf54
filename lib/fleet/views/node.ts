// Each node in detail: its alerts, the sections of its report, and what is not there.
import { fold } from '../../core/columns.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Section } from '../../contract/section.ts';
import { nodeSections } from '../../node/sections/index.ts';
import type { Fleet } from '../assess.ts';
import { alertMark, idLines, levelOfNode, markCell } from '../cells.ts';
import { documentOf } from '../documents.ts';
import { reasonsIn } from '../read-report.ts';
import { alertsOn, statusOf, worstNodes } from '../summary.ts';
import { turnedTable } from '../table.ts';
import { defineView, type Screen } from '../view.ts';

export const node = defineView({
  name: 'node',
  summary:
    'each node in detail, or with --node one: its alerts, what each section of its report says, what could not be read',
  render: (fleet, screen) =>
    worstNodes(fleet).flatMap((name, index) => [...(index === 0 ? [] : ['']), ...linesOf(fleet, name, screen)]),
  json: (fleet) => documentOf(fleet, { nodes: worstNodes(fleet).map((name) => detailOf(fleet, name)) }),
});

function linesOf(fleet: Fleet, name: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const level = levelOfNode(fleet, name);
  const mark = markCell(level);
  const { text } = mark;
  return [
    ...fold([`${paint(level, text)} ${paint('bold', name)}`, ...factsOf(fleet, name)].join(', '), width, '  '),
    ...alertsOn(fleet, name).flatMap((alert) => [
      ...fold(`  ${alertMark(alert, screen)} ${alert.message}`, width, '    '),
      ...idLines(alert.id, screen),
      ...fold(`    ${paint('dim', alert.advice)}`, width, '    '),
    ]),
    ...(fleet.facts[name]?.reached === true ? sectionLines(fleet, name, screen) : []),
  ];
}

function factsOf(fleet: Fleet, name: string): string[] {
  const { role, version, clock_offset_seconds: offset, clock_uncertainty_seconds: room = 0 } = fleet.facts[name] ?? {};
  const took = formatDuration((fleet.nodes[name]?.collection_ms ?? 0) / 1000);
  const status = statusOf(fleet, name);
  return [
    ...(role === undefined ? [] : [role]),
    status,
    ...(status === 'unreachable' ? [`tried for ${took}`] : [`answered in ${took}`]),
    ...(version === undefined ? [] : [`ops-monitor ${version}`]),
    ...(offset === undefined ? [] : [`clock ${offset < 0 ? '' : '+'}${offset} s (within ${room} s)`]),
  ];
}

function sectionLines(fleet: Fleet, name: string, screen: Screen): string[] {
  const { paint, width } = screen;
  const report = (fleet.nodes[name]?.report ?? {}) as Readonly<Record<string, unknown>>;
  const tables = Object.entries<Section>(nodeSections).flatMap(([section, { table }]) => {
    const envelope = fleet.sections[section]?.[name];
    const rows = envelope?.status === 'ok' ? table.rows(envelope.data, '') : [];
    return rows.length === 0
      ? []
      : ['', `  ${paint('bold', table.title)}`, ...turnedTable(table.columns, rows, screen, '  ')];
  });
  const absent = reasonsIn(report, 'absent').flatMap(({ section, part, reason }) =>
    part === undefined ? fold(`  - ${section}: ${reason}`, width, '    ') : [],
  );
  return [...tables, ...(absent.length === 0 ? [] : ['', `  ${paint('bold', 'Not there')}`, ...absent])];
}

function detailOf(fleet: Fleet, name: string) {
  const { role = null, error = null, version = null } = fleet.facts[name] ?? {};
  const { clock_offset_seconds: offset = null, clock_uncertainty_seconds: room = null } = fleet.facts[name] ?? {};
  return {
    host: name,
    role,
    status: statusOf(fleet, name),
    error,
    collection_ms: fleet.nodes[name]?.collection_ms ?? 0,
    version,
    clock_offset_seconds: offset,
    clock_uncertainty_seconds: room,
    alerts: alertsOn(fleet, name),
    sections: Object.fromEntries(
      Object.entries(fleet.sections).map(([section, items]) => {
        const found = items[name];
        if (found?.status === 'ok') return [section, { status: 'ok', reason: null, data: found.data }];
        const status = found?.status === 'failed' ? 'unknown' : 'absent';
        return [section, { status, reason: found?.reason ?? null, data: null }];
      }),
    ),
  };
}
