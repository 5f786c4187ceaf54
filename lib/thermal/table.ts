// The readings as a table for people.
import { alignColumns, padded } from '../core/columns.ts';
import { formatDuration, formatMeasure } from '../core/quantity.ts';
import { oneLine } from '../core/harmless.ts';
import type { Read } from './read-sources.ts';
import { fansOf } from './faults.ts';
import type { Judged } from './judge.ts';
import { isGood, type Reading } from './reading.ts';

export type Paint = (style: 'green' | 'red' | 'unknown' | 'bold' | 'dim', text: string) => string;

export function renderTable(
  reads: readonly Read[],
  readings: readonly Reading[],
  judged: readonly Judged[],
  flat: ReadonlyMap<Reading, string>,
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
    const since = flat.get(reading);
    const notes = [
      isGood(reading) ? limited : `${reading.problem}: ${reading.why}`,
      since === undefined ? '' : `unchanged since ${since}`,
      reading.alarm === true ? 'its own alarm is on' : '',
    ];
    const note = notes.filter((one) => one !== '').join('; ');
    return [source, chip, sensor, paint(style, celsius), note];
  });
  const fans = fansOf(reads).map(({ source, chip, sensor, rpm, min_rpm = 0, alarm }) => {
    const minimum = min_rpm > 0 ? `fan, at least ${min_rpm} rpm` : 'fan';
    const note = alarm === true ? `${minimum}; its own alarm is on` : minimum;
    return [source, chip, sensor, paint('dim', rpm === undefined ? '-' : `${rpm} rpm`), note];
  });
  const head = ['SOURCE', 'CHIP', 'SENSOR', 'READING', 'LIMIT'];
  const [titles = '', ...lines] = alignColumns([head, ...rows, ...fans], { minimumWidths: [0, 0, 0, 9], right: [3] });
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
