// Aligns text in columns, by the width that a terminal gives it.

// The regular expressions stand inside the functions so that they are compiled only for text beyond ASCII.
const isZeroWidth = (character: string): boolean => /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character);
const isWide = (character: string): boolean =>
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$/u.test(
    character,
  ) || /^(?=\p{Emoji_Presentation})\P{Regional_Indicator}$/u.test(character);

// oxlint-disable-next-line no-control-regex -- colour codes begin with the control character ESC
const colourCode = /\u001B\[[\d;]*m/g;

export const withoutColour = (text: string): string => text.replaceAll(colourCode, '');

/** Terminal cells: two for a wide character, none for a combining character or a colour code. */
export function displayWidth(text: string): number {
  const plain = withoutColour(text);
  if (/^[ -~]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) width += cellsOf(character);
  return width;
}

const cellsOf = (character: string): number => (isZeroWidth(character) ? 0 : isWide(character) ? 2 : 1);

/** Cuts a line that is too wide, and marks the cut. Colours that were switched on are switched off again. */
export function cutLine(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [line, room] = ['', width - 1];
  // oxlint-disable-next-line no-control-regex -- as above
  for (const part of text.match(/\u001B\[[\d;]*m|./gsu) ?? []) {
    const isColour = part.length > 2;
    if (!isColour) room -= cellsOf(part);
    if (isColour || room >= 0) line += part;
  }
  return width < 1 ? '' : `${line}…`;
}

/** Drops cells of a line behind the first ones, which stay. A wide character that lies across the edge becomes a space; colours
 * stay. */
export function dropCells(text: string, count: number, first = 0): string {
  let [line, before, left] = ['', first, count];
  // oxlint-disable-next-line no-control-regex -- as above
  for (const part of text.match(/\u001B\[[\d;]*m|./gsu) ?? []) {
    if (part.length > 2 || before > 0 || left === 0) {
      line += part;
      if (part.length <= 2) before -= cellsOf(part);
      continue;
    }
    left -= cellsOf(part);
    if (left < 0) [line, left] = [`${line} `, 0];
  }
  return line;
}

const spaces = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text)));

export const padded = (text: string, width: number): string => text + spaces(text, width);

interface Layout {
  readonly indent?: string;
  readonly gap?: string;
  readonly minimumWidths?: readonly number[];
  readonly right?: readonly number[];
}

export function alignColumns(
  rows: readonly (readonly string[])[],
  { indent = '', gap = '  ', minimumWidths = [], right = [] }: Layout = {},
): string[] {
  const widths = [...minimumWidths];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return right.includes(column) ? spaces(cell, width) + cell : padded(cell, width);
  };
  return rows.map((row) => `${indent}${row.map(align).join(gap)}`.trimEnd());
}

/** Like alignColumns; the last column is broken at spaces to fit a width, and stands below the others where beside them there is
 * too little room. */
export function foldColumns(
  rows: readonly (readonly string[])[],
  { indent, width }: { readonly indent: string; readonly width: number },
): string[] {
  const lines = alignColumns(rows, { indent });
  if (lines.every((line) => displayWidth(line) <= width)) return lines;
  const heads = alignColumns(rows.map((row) => row.slice(0, -1)), { indent }); // prettier-ignore
  const first = Math.max(0, ...heads.map(displayWidth)) + 2;
  const below = indent.length + 4;
  return rows.flatMap((row, index) => {
    const [head = '', text = ''] = [heads[index], row.at(-1)];
    if (text === '') return [head];
    // Below, a long path has more room.
    const longest = Math.max(...text.split(' ').map(displayWidth));
    const isBeside = width - first >= Math.max(narrowest, longest);
    const hanging = ' '.repeat(isBeside ? first : below);
    const folded = fold(text, width - hanging.length);
    return isBeside
      ? folded.map((line, at) => (at === 0 ? padded(head, first) : hanging) + line)
      : [head, ...folded.map((line) => hanging + line)];
  });
}

const narrowest = 30;

/** Breaks a text at spaces; all lines but the first are indented by `hanging`. A word that is wider than the width stands in a
 * line of its own. */
export function fold(text: string, width: number, hanging = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `${hanging}${word}`);
  }
  return lines;
}
