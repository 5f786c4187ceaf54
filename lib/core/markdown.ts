// Markdown that shows text as it is: what is in a path or a message must not become markup or break a table.
import { escapeCell } from './harmless.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A table under its title; without rows there is neither. */
export const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : joined([`## ${title}`, table(head, rows)]);

/** Parts with an empty line between them; those that say nothing are left out. */
export const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');
