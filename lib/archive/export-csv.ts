// Exports as CSV (RFC 4180): samples.csv has one line a sample, variables.csv describes its columns.
import { csvCell } from '../core/harmless.ts';
import { flagWords, isMissing } from './at.ts';
import { type Excerpt, refuseReplaced, type Writing } from './export.ts';
import { axis, axisAttributes, chunkLength, instantText } from './layout.ts';
import { columnOf } from './read.ts';

/** Lines written in one call. */
const linesAPiece = 256;

export async function exportCsv(excerpt: Excerpt, { folder, onProgress }: Writing): Promise<void> {
  const { files, span, variables } = excerpt;
  folder.write('variables.csv', variablesText(excerpt));
  folder.append('samples.csv', lineOf([axis, ...variables.map(([name]) => name)]));
  const all = span.times.length;
  for (let first = 0, count = 0; first < all; first += count) {
    // Up to the end of a chunk of the archive, so that each chunk is read once.
    count = Math.min(all - first, chunkLength - ((span.begin + first) % chunkLength));
    const columns = variables.map(
      ([name, variable]) => [variable, columnOf(files, span, name, [first, count])] as const,
    );
    for (let row = 0; row < count; row += linesAPiece) {
      const lines: string[] = [];
      for (let at = row; at < Math.min(count, row + linesAPiece); at++) {
        const cells = columns.map(([variable, column]) => {
          const value = Number(column[at]);
          return isMissing(value, variable) ? '' : String(value);
        });
        lines.push(lineOf([instantText(span.times[first + at] ?? 0), ...cells]));
      }
      folder.append('samples.csv', lines.join(''));
      await onProgress(Math.min(all, first + row + linesAPiece), all);
    }
  }
  refuseReplaced(excerpt);
}

function variablesText({ variables }: Excerpt): string {
  const rows = variables.map(([name, variable]) => {
    const { units, long_name } = variable.attributes;
    const meanings = [...flagWords(variable)].map(([value, word]) => `${value}=${word}`).join(' ');
    return [name, variable.type, wordOf(units), wordOf(long_name), meanings];
  });
  return [
    ['name', 'type', 'units', 'long_name', 'flag_meanings'],
    [axis, 'ISO 8601', 'UTC', axisAttributes.long_name, ''],
    ...rows,
  ]
    .map(lineOf)
    .join('');
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const lineOf = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
