// Tables about nodes that fit a terminal: where there is too little room, the least important columns are left out, or a matrix is
// turned, or its nodes are cut, and a line below says so. Pure.
import { alignColumns, displayWidth, fold, padded } from '../core/columns.ts';
import { type Level, worstFirst } from '../core/level.ts';
import { counted } from '../core/text.ts';
import type { Screen } from './view.ts';

export interface Cell {
  readonly text: string;
  readonly style?: Level | 'dim' | 'bold' | undefined;
}

export interface Column {
  readonly title: string;
  /** Default: bold. */
  readonly style?: Cell['style'];
  /** Where there is too little room the columns with the highest rank are left out first, and those of rank 0 never. */
  readonly rank: number;
}

const gap = 2;

/** A row has a cell for each column. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], screen: Screen): string[] {
  const widths = widthsOf(columns, rows);
  const kept = new Set<number>();
  const isKept = (_: unknown, index: number): boolean => kept.has(index);
  const byRank = [...columns.entries()].sort(([, a], [, b]) => a.rank - b.rank);
  for (const [index, { rank }] of byRank) {
    kept.add(index);
    if (rank > 0 && totalOf(widths.filter(isKept)) > screen.width) kept.delete(index);
  }
  // What is left is cut where it is widest.
  const room = widths.filter(isKept);
  while (totalOf(room) > screen.width && Math.max(...room) > narrowest) {
    const widest = room.indexOf(Math.max(...room));
    room[widest] = (room[widest] ?? 0) - 1;
  }
  const cells = [columns.map(({ title, style = 'bold' }): Cell => ({ text: title, style })), ...rows].map((row) =>
    row.filter(isKept).map((cell, index) => painted({ ...cell, text: cutTo(cell.text, room[index] ?? 0) }, screen)),
  );
  const titles = columns.filter((column, index) => !isKept(column, index)).map(({ title }) => title);
  return [
    ...alignColumns(cells),
    ...(titles.length === 0 ? [] : noteLines(`not shown for lack of room: ${titles.join(', ')}`, screen)),
  ];
}

const narrowest = 6;

/** Whether nothing would be left out. */
export const tableFits = (columns: readonly Column[], rows: readonly (readonly Cell[])[], { width }: Screen): boolean =>
  totalOf(widthsOf(columns, rows)) <= width;

const widthsOf = (columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] =>
  columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index]?.text ?? '')), displayWidth(title)),
  );

const totalOf = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + gap, -gap);

const painted = ({ text, style }: Cell, { paint }: Screen): string =>
  style === undefined || text === '' ? text : paint(style, text);

/** Cuts a text to a number of terminal cells. */
function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

const noteLines = (text: string, { paint, width }: Screen): string[] =>
  fold(text, width).map((line) => paint('dim', line));

interface Matrix {
  /** What the things are: `service`. */
  readonly corner: string;
  readonly things: readonly string[];
  readonly nodes: readonly MatrixNode[];
  readonly cellOf: (thing: string, node: string) => Cell;
}

export interface MatrixNode {
  readonly name: string;
  readonly level: Level;
  /** Stands before the name. */
  readonly mark: string;
}

/** Things × nodes: the nodes side by side where they fit, else one below the other, else as many as fit side by side, the worst
 * first. */
export function matrix({ corner, things, nodes, cellOf }: Matrix, screen: Screen): string[] {
  const across = (shown: readonly MatrixNode[]): Built => ({
    columns: [{ title: corner, rank: 0 }, ...shown.map((node) => ({ ...titleOf(node), rank: 0 }))],
    rows: things.map((thing) => [{ text: thing }, ...shown.map(({ name }) => cellOf(thing, name))]),
  });
  const down: Built = {
    columns: ['node', ...things].map((title) => ({ title, rank: 0 })),
    rows: nodes.map((node) => {
      const { title, style } = titleOf(node);
      return [{ text: title, style }, ...things.map((thing) => cellOf(thing, node.name))];
    }),
  };
  const whole = [across(nodes), down].find((one) => tableFits(one.columns, one.rows, screen));
  if (whole) return table(whole.columns, whole.rows, screen);
  const inOrder = [...nodes].sort((a, b) => badness(b) - badness(a));
  let count = inOrder.length;
  let part = across(inOrder);
  while (count > 1 && !tableFits(part.columns, part.rows, screen)) part = across(inOrder.slice(0, (count -= 1)));
  const hidden = inOrder.slice(count);
  return [...table(part.columns, part.rows, screen), ...hiddenNodes(hidden, screen)];
}

interface Built {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const titleOf = ({ name, mark, level }: MatrixNode) => ({
  title: `${mark} ${name}`,
  style: level === 'green' ? undefined : level,
});

const worstLast: readonly Level[] = worstFirst.toReversed();
const badness = ({ level }: MatrixNode): number => worstLast.indexOf(level);

/** Says how many nodes are not shown, and whether something is wrong with them. */
function hiddenNodes(hidden: readonly Pick<MatrixNode, 'level'>[], screen: Screen): string[] {
  if (hidden.length === 0) return [];
  const bad = hidden.filter(({ level }) => level !== 'green').length;
  const which = bad === 0 ? '' : `, ${bad} of them with alerts`;
  return noteLines(`… and ${counted(hidden.length, 'more node')}${which}: --node NAME`, screen);
}

/** A table as it is where it fits; else each row as lines of a title and its value. */
export function turnedTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { paint, width }: Screen,
  indent = '',
): string[] {
  const lines = alignColumns([columns.map((title) => paint('dim', title)), ...rows], { indent });
  if (lines.every((line) => displayWidth(line) <= width)) return lines;
  const first = Math.max(...columns.map(displayWidth)) + gap;
  const hanging = `${indent}${' '.repeat(first)}`;
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...columns.flatMap((title, column) =>
      fold(row[column] ?? '', width - hanging.length).map((line, at) =>
        at === 0 ? `${indent}${paint('dim', padded(title, first))}${line}` : `${hanging}${line}`,
      ),
    ),
  ]);
}
