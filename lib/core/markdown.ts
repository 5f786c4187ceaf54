// Builds Markdown tables; cells are escaped.
import { escapeCell } from './harmless.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A table under a title; an empty string without rows. */
export const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : joined([`## ${title}`, table(head, rows)]);

/** Joins the non-empty parts with blank lines between them. */
export const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');
