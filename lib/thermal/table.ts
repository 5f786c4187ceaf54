// The readings as a person looks at them.
import { formatDuration, formatMeasure } from '../core/quantity.ts';
import { oneLine } from '../core/text.ts';
import type { Read } from './read-sources.ts';
import { isGood, type Reading } from './reading.ts';
import type { Judged } from './thresholds.ts';

export type Paint = (style: 'green' | 'red' | 'unknown' | 'bold' | 'dim', text: string) => string;

export function renderTable(
  reads: readonly Read[],
  readings: readonly Reading[],
  judged: readonly Judged[],
  paint: Paint,
): string {
  const rows = readings.map((reading) => {
    const limit = judged.find((one) => one.reading === reading);
    const { source } = reading;
    const [chip, sensor] = [oneLine(reading.chip), oneLine(reading.sensor)];
    // Cut off, not rounded: what stands beside a limit must not look as if it were on it.
    const celsius = isGood(reading) ? `${(Math.trunc(reading.celsius * 10) / 10).toFixed(1)} C` : '-';
    const style = !isGood(reading) ? 'unknown' : !limit ? 'dim' : reading.celsius > limit.above ? 'red' : 'green';
    const limited = limit ? `${limit.title}, above ${formatMeasure(limit.above, 'C')}` : '';
    const note = isGood(reading) ? limited : `${reading.problem}: ${reading.why}`;
    return { cells: [source, chip, sensor], celsius, style, note } as const;
  });
  const head = ['SOURCE', 'CHIP', 'SENSOR'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[], celsius: string, note: string): string =>
    [...cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)), celsius, note].join('  ').trimEnd();
  return [
    paint('bold', line(head, 'READING'.padStart(9), 'LIMIT')),
    ...rows.map(({ cells, celsius, style, note }) => line(cells, paint(style, celsius.padStart(9)), note)),
    ...(rows.length === 0 ? ['no temperature sensor was found'] : []),
    '',
    ...reads.map((read) => paint('dim', sourceLine(read, readings))),
  ].join('\n');
}

function sourceLine(read: Read, readings: readonly Reading[]): string {
  if (read.status !== 'ok') return `${read.source.padEnd(13)}${read.status}: ${read.reason}`;
  const count = readings.filter((one) => one.source === read.source && isGood(one)).length;
  const age = read.age_seconds === undefined ? '' : `, read ${formatDuration(read.age_seconds)} ago`;
  return `${read.source.padEnd(13)}${count} of ${read.readings.length} sensors${age}`;
}
