// Text in columns, as wide as a terminal shows it.

// Each range is made into a pattern by its first use, which plain ASCII never comes to.
const isZeroWidth = (character: string): boolean => /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character);
const isWide = (character: string): boolean =>
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]$/u.test(
    character,
  ) || /^(?=\p{Emoji_Presentation})\P{Regional_Indicator}$/u.test(character);

/** The cells that a terminal gives to a text: two for a wide character, none for a combining one, none for colours. */
export function displayWidth(text: string): number {
  // oxlint-disable-next-line no-control-regex -- it is what is looked for
  const plain = text.replaceAll(/\u001B\[[\d;]*m/g, '');
  if (/^[ -~]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) width += isZeroWidth(character) ? 0 : isWide(character) ? 2 : 1;
  return width;
}

const spaces = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text)));

export const padded = (text: string, width: number): string => text + spaces(text, width);

interface Layout {
  readonly indent?: string;
  readonly gap?: string;
  /** By column, a width that it has at least. */
  readonly least?: readonly number[];
  /** The columns that are aligned to the right. */
  readonly right?: readonly number[];
}

/** A line for each row, without spaces at its end. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  { indent = '', gap = '  ', least = [], right = [] }: Layout = {},
): string[] {
  const widths = [...least];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return right.includes(column) ? spaces(cell, width) + cell : padded(cell, width);
  };
  return rows.map((row) => `${indent}${row.map(align).join(gap)}`.trimEnd());
}
