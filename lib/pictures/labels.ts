// Words in and beside a panel of values: the extreme, the last values, how many lines are within their limits.
import { dayMs } from '../core/time.ts';
import { extremeOf, lastOf } from '../draw/reduce.ts';
import type { Scale } from '../draw/scale.ts';
import { rectangle, text } from '../draw/shapes.ts';
import { element, join, type Markup } from '../draw/svg.ts';
import { fitText, textWidth } from '../draw/text-width.ts';
import { dayName } from '../draw/time-axis.ts';
import { evenMeasure } from '../draw/words.ts';
import { left, panelHigh, right, type Sheet, sizes, width } from './layout.ts';
import { type Drawn, signOf, within } from './lines.ts';
import type { ValuesModel } from './panels.ts';

/** A ring and the value at the worst value of the worst line, where it broke a limit. */
export function extremeMark(
  { scheme, x, from, to }: Sheet,
  { unit, lines: all }: ValuesModel,
  lines: readonly Drawn[],
  { at }: Scale,
  top: number,
  marks: readonly number[],
): Markup | undefined {
  const [worst] = lines;
  const point =
    worst && worst.severity > 0 ? extremeOf(within(worst.series, from, to), signOf(worst.limits)) : undefined;
  if (!worst || !point) return undefined;
  const [cx, cy] = [x(point[0]), Math.min(Math.max(at(point[1]), top + 4), top + panelHigh - 4)];
  const words = `${evenMeasure(point[1], unit)}${all.length > 1 ? ` ${worst.label}` : ''}`;
  const wide = 14 + textWidth(words, sizes.label, 'bold');
  const isFree = (begin: number, end: number): boolean => marks.every((mark) => mark < begin || mark > end);
  const fitsRight = cx + wide < right - 4;
  // On the other side where the line of an alert would cross the words.
  const isLeftBetter = cx - wide > left && !isFree(cx + 4, cx + wide) && isFree(cx - wide, cx - 4);
  const isRight = fitsRight && !isLeftBetter;
  const style = { bold: true, fill: scheme.ink, halo: scheme.panel, anchor: isRight ? 'start' : 'end' } as const;
  return element(
    'g',
    { 'data-extreme': worst.label, 'data-value': String(point[1]), 'data-time': new Date(point[0]).toISOString() },
    element('circle', { cx, cy, r: 4.5, fill: scheme.ground, stroke: worst.colour, 'stroke-width': 2.2 }),
    text(cx + (isRight ? 10 : -10), Math.min(Math.max(cy + 6, top + (marks.length > 0 ? 30 : 16)), top + panelHigh - 6), words, style),
  ); // prettier-ignore
}

const [labelHigh, mostLabels] = [19, 5];

/** Right of the panel: the last value of each line, or in a word how many are within their limits. */
export function lastValues(
  sheet: Sheet,
  { unit }: ValuesModel,
  lines: readonly Drawn[],
  { at }: Scale,
  top: number,
): Markup[] {
  const { scheme } = sheet;
  const coloured = lines.filter(({ isColoured }) => isColoured);
  const named = lines.length <= mostLabels ? lines : coloured;
  const labels = named.flatMap((one) => {
    const [time, value] = lastOf(one.series) ?? [];
    return time === undefined || value === undefined
      ? []
      : [{ one, words: evenMeasure(value, unit) + dateOf(time, sheet), y: at(value) }];
  });
  labels.sort((a, b) => a.y - b.y);
  const last = top + panelHigh - 2 - Math.max(0, labels.length - 1) * labelHigh;
  let least = top - 4;
  const placed = labels.map(({ one, words, y }, index) => {
    least = Math.max(least, Math.min(y, last + index * labelHigh));
    const at = least;
    least += labelHigh;
    return label(scheme, one, words, lines.length > 1, at + 6);
  });
  const others = lines.filter((one) => !named.includes(one));
  if (others.length === 0 || coloured.length > 2) return placed;
  const y = placed.length === 0 ? top + panelHigh / 2 - 6 : least > top + panelHigh - 30 ? top + 12 : least + 14;
  return [...placed, ...summary(sheet, others, unit, y)];
}

/** `, 14:20`, in a longer picture `, 27 Oct`: a line that ended earlier has no present value. */
function dateOf(time: number, { from, to, endsBefore }: Sheet): string {
  if (time >= endsBefore) return '';
  return `, ${to - from > dayMs ? dayName(time) : new Date(time).toISOString().slice(11, 16)}`;
}

function label(
  scheme: Sheet['scheme'],
  { colour, label: name, isColoured }: Drawn,
  value: string,
  isNamed: boolean,
  y: number,
): Markup {
  const x = right + 24;
  const style = isColoured ? { bold: true, fill: scheme.ink } : { fill: scheme.muted };
  const after = x + Math.max(50, textWidth(value, sizes.label, isColoured ? 'bold' : 'regular') + 9);
  return join([
    isColoured ? rectangle(right + 6, y - 8, 13, 4, colour) : undefined,
    text(x, y, value, style),
    isNamed ? text(after, y, fitText(name, width - after - 4, 16), { size: 16, fill: isColoured ? scheme.ink : scheme.muted }) : undefined,
  ]); // prettier-ignore
}

/** `14 within limits`, `last: lowest 99.8 %`, and of how many the values ended earlier. */
function summary({ scheme, endsBefore }: Sheet, lines: readonly Drawn[], unit: string, y: number): Markup[] {
  const lasts = lines
    .filter(({ severity }) => severity === 0)
    .flatMap(({ series }) => {
      const last = lastOf(series);
      return last ? [last] : [];
    });
  const present = lasts.filter(([time]) => time >= endsBefore).map(([, value]) => value);
  const sign = signOf(lines[0]?.limits);
  const word = unit === 's' ? 'longest' : sign === 1 ? 'highest' : 'lowest';
  const extreme = sign === 1 ? Math.max(...present) : Math.min(...present);
  const count = lines.some(({ limits }) => limits) ? `${present.length} within limits` : `${present.length} others`;
  const ended = lasts.length - present.length;
  const words = [
    ...(present.length > 0 ? [count, `last: ${word} ${evenMeasure(extreme, unit)}`] : []),
    ...(ended > 0 ? [`${ended} ended earlier`] : []),
  ];
  return words.map((content, index) => text(right + 12, y + 20 * index, content, { size: 16, fill: scheme.muted }));
}
