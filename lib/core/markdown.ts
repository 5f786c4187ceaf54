// Escapes text for Markdown: a path or message must not become markup or break a table.
import { escapeCell } from './harmless.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A table under its title; nothing where there are no rows. */
export const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : joined([`## ${title}`, table(head, rows)]);

/** Joins the parts that are not empty by blank lines. */
export const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');
