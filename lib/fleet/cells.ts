// Parts that several views of a fleet show: the cell of a reading, the mark of a level, the heading, and a line for each alert. Pure.
import { fold } from '../core/columns.ts';
import { type Level, worst } from '../core/level.ts';
import { formatDuration } from '../core/quantity.ts';
import { countsOf } from '../core/severity.ts';
import { counted, listed } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import { type Fleet, type FleetAlert, subsystemOf, worstOf } from './assess.ts';
import { type Data, type Missing, missingIn, readingOf, type Sections } from './reading.ts';
import { alertsOn, nodesInOrder, nodeStatuses, shownNodes, statusOf } from './summary.ts';
import type { Cell, MatrixNode } from './table.ts';
import type { Screen } from './view.ts';

/** Each level has a sign of its own, for readers and terminals without colours. */
const marks: Readonly<Record<Level, string>> = { green: '●', amber: '▲', red: '✖', unknown: '?' };

export const markCell = (level: Level): Cell => ({ text: marks[level], style: level });

export const unknownCell: Cell = { text: '?', style: 'unknown' };
export const absentCell: Cell = { text: '-', style: 'dim' };

/** `?` where the value could not be read, `-` where the node does not have it. */
export const missingCell = (missing: Missing): Cell => (missing === 'absent' ? absentCell : unknownCell);

export function readCell<Name extends keyof Sections>(
  fleet: Fleet,
  name: Name,
  node: string,
  show: (data: Data<Name>) => Cell | string | undefined,
): Cell {
  const { status, data } = readingOf(fleet, name, node);
  if (!data) return missingCell(status === 'absent' ? 'absent' : 'unknown');
  const shown = show(data) ?? missingCell(missingIn(fleet, name, node));
  return typeof shown === 'string' ? { text: shown } : shown;
}

/** The worst level of a node in the subsystems, or by the checks, with these names. What is folded under another alert counts; notes do
 * not. */
export type Judged = (node: string, ...words: readonly string[]) => Level;

export function judgedIn({ observations, alerts }: Fleet): Judged {
  const notes = new Set(alerts.filter(({ severity }) => severity === 'info').map(({ id }) => id));
  const found = new Map<string, Level>();
  for (const { id, check, subject, level } of observations) {
    if (level === 'green' || notes.has(id)) continue;
    const node = subject.split('/', 1)[0] ?? '';
    for (const word of [check, subsystemOf(check)]) {
      const key = JSON.stringify([node, word]);
      found.set(key, worst([level, found.get(key) ?? 'green']));
    }
  }
  return (node, ...words) => worst(words.map((word) => found.get(JSON.stringify([node, word])) ?? 'green'));
}

/** A value that looks bad is painted only where the node is judged so: limits and roles decide that, not the view. */
export const badCell = (text: string, judged: Level): Cell => ({
  text,
  style: judged === 'green' ? undefined : judged,
});

export const goodCell = (text: string): Cell => ({ text, style: 'green' });

/** An age in two units at most, such as `2h 5m`. */
export const shortAge = (seconds: number): string =>
  formatDuration(seconds < 120 ? Math.round(seconds) : seconds < 86_400 ? Math.round(seconds / 60) * 60 : seconds);

export const levelOfNode = (fleet: Fleet, name: string): Level => worstOf(alertsOn(fleet, name));

export const matrixNodes = (fleet: Fleet): MatrixNode[] =>
  nodesInOrder(fleet).map((name) => {
    const level = levelOfNode(fleet, name);
    return { name, level, mark: marks[level] };
  });

/** `1 critical, 2 warnings`. */
export function alertCounts(alerts: readonly FleetAlert[]): string {
  const { critical, warning, info } = countsOf(alerts);
  return [
    ...(critical === 0 ? [] : [`${critical} critical`]),
    ...(warning === 0 ? [] : [counted(warning, 'warning')]),
    ...(info === 0 ? [] : [counted(info, 'note')]),
  ].join(', ');
}

/** Above every view: how bad it is, how many nodes there are, and when they were asked. */
export function heading(fleet: Fleet, { paint, width }: Screen): string[] {
  const { environment, collected_at: at, duration_seconds: took, alerts } = fleet;
  const shown = shownNodes(fleet);
  const all = Object.keys(fleet.facts);
  const each = nodeStatuses.toReversed().flatMap((status) => {
    const count = all.filter((name) => statusOf(fleet, name) === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const level = worstOf(alerts);
  const nodes =
    shown.length < all.length
      ? `${listed(shown)}, of ${counted(all.length, 'node')}`
      : `${counted(all.length, 'node')}: ${each.join(', ')}`;
  const alertWords = paint(level, alertCounts(alerts) || 'no alerts');
  const when = `${clockMinute(new Date(at))}, in ${formatDuration(took)}`;
  return fold(
    `${paint(level, marks[level])} ${paint('bold', environment)}: ${alertWords}; ${nodes}; ${when}`,
    width,
    '  ',
  );
}

/** The mark before an alert. */
export const alertMark = ({ severity, level }: FleetAlert, { paint }: Screen): string =>
  severity === 'info' ? paint('dim', 'i') : paint(level, marks[level]);

/** Whether an alert is about one of these subsystems. Of a section that could not be read, its name counts as one. */
function isAbout({ subsystem, subject }: FleetAlert, subsystems: readonly string[]): boolean {
  const [section = ''] = subsystem === 'report' ? (subject.split('/')[1] ?? '').split('.') : [];
  return subsystems.includes(subsystem) || subsystems.includes(section);
}

const mostAlerts = 8;

/** The alerts of some subsystems, or all, in a line each. */
export function alertLines({ alerts }: Fleet, screen: Screen, subsystems?: readonly string[]): string[] {
  const found = alerts.filter((alert) => subsystems === undefined || isAbout(alert, subsystems));
  if (found.length === 0) return [];
  const lines = found
    .slice(0, mostAlerts)
    .flatMap((alert) => fold(`${alertMark(alert, screen)} ${alert.message}`, screen.width, '  '));
  const rest = found.length - mostAlerts;
  return [
    '',
    ...lines,
    ...(rest > 0 ? [screen.paint('dim', `… and ${counted(rest, 'more alert')}: monitor alerts`)] : []),
  ];
}

/** The id of an alert, below its message: limits, silences and acknowledgements name it. */
export const idLines = (id: string, { paint, width }: Screen): string[] =>
  fold(id, width - 4).map((line) => `    ${paint('dim', line)}`);
