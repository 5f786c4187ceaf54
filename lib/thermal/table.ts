// The readings as a table for people.
import { alignColumns, padded } from '../core/columns.ts';
import { formatDuration, formatMeasure } from '../core/quantity.ts';
import { oneLine } from '../core/harmless.ts';
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
    // Truncated, not rounded: a value just below a limit must not look as if it had reached it.
    const celsius = isGood(reading) ? `${(Math.trunc(reading.celsius * 10) / 10).toFixed(1)} C` : '-';
    const style = !isGood(reading) ? 'unknown' : !limit ? 'dim' : reading.celsius > limit.above ? 'red' : 'green';
    const limited = limit ? `${limit.title}, above ${formatMeasure(limit.above, 'C')}` : '';
    const note = isGood(reading) ? limited : `${reading.problem}: ${reading.why}`;
    return [source, chip, sensor, paint(style, celsius), note];
  });
  const head = ['SOURCE', 'CHIP', 'SENSOR', 'READING', 'LIMIT'];
  const [titles = '', ...lines] = alignColumns([head, ...rows], { minimumWidths: [0, 0, 0, 9], right: [3] });
  return [
    paint('bold', titles),
    ...lines,
    ...(rows.length === 0 ? ['no temperature sensor was found'] : []),
    '',
    ...reads.map((read) => paint('dim', sourceLine(read, readings))),
  ].join('\n');
}

function sourceLine(read: Read, readings: readonly Reading[]): string {
  if (read.status !== 'ok') return `${padded(read.source, 13)}${read.status}: ${read.reason}`;
  const count = readings.filter((one) => one.source === read.source && isGood(one)).length;
  const age = read.age_seconds === undefined ? '' : `, read ${formatDuration(read.age_seconds)} ago`;
  return `${padded(read.source, 13)}${count} of ${read.readings.length} sensors${age}`;
}
