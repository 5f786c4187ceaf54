// A panel of levels: a strip for each subject that was not green throughout, worst first, and a word about the others.
import { type Run, durations, runsOf } from '../draw/strip.ts';
import { text } from '../draw/shapes.ts';
import { element, type Markup } from '../draw/svg.ts';
import { fitText } from '../draw/text-width.ts';
import type { Episode } from './alerts.ts';
import { left, type Part, right, type Sheet, sizes } from './layout.ts';
import type { LevelsModel } from './panels.ts';
import { alertMarks } from './plot.ts';
import { gapAreas, howLong, stripOf } from './strips.ts';

/** The triangles of alerts stand above the strips: red on red would not be seen. */
const marksHigh = 14;
const plainTitleHigh = 34;
const titleHigh = plainTitleHigh + marksHigh;
const rowHigh = 16;
const labelHigh = 20;
/** Beside the strips there is room for a label of one word only, and the panel is one of many. */
const mostRows = { beside: 6, stacked: 12 };

export function levelRows(
  sheet: Sheet,
  { title, rows, checks, isStacked }: LevelsModel,
  times: ArrayLike<number>,
  episodes: readonly Episode[],
  top: number,
): Part {
  const { scheme } = sheet;
  const all = rows
    .map(({ label, levels }) => ({ label, runs: runsOf({ times, levels }, sheet) }))
    .map((row) => ({ ...row, trouble: troubleOf(row.runs) }))
    .sort((a, b) => b.trouble - a.trouble);
  const troubled = all.filter(({ trouble }) => trouble > 0);
  const shown = (rows.length <= 2 ? all : troubled).slice(0, mostRows[isStacked ? 'stacked' : 'beside']);
  const above = isStacked ? labelHigh : 0;
  const pitch = 22 + above;
  const first = top + (isStacked ? plainTitleHigh : titleHigh) + above;
  const bottom = first + Math.max(1, shown.length) * pitch;
  const strips = shown.map(({ label, runs }, index): Markup => {
    const y = first + index * pitch;
    return element(
      'g',
      {},
      stripOf(sheet, label, runs, y, rowHigh),
      labelOf(sheet, label, y, isStacked),
      howLong(sheet, runs, y + rowHigh - 2),
    );
  });
  const note = noteOf(rows.length, shown.length, troubled.length);
  const markup = element(
    'g',
    { 'data-panel': title },
    text(left, top + 26, title, { size: sizes.panel, bold: true, fill: scheme.ink }),
    note === '' ? undefined : text(left + 850 - 6, top + 26, note, { size: 16, fill: scheme.muted, anchor: 'end' }),
    ...(shown.length === 0 ? [stripOf(sheet, title, all[0]?.runs ?? [], first, rowHigh)] : strips),
    gapAreas(sheet, first, bottom - pitch + rowHigh),
    // In strips of many checks the mark of one alert would cross all others.
    ...(isStacked ? [] : alertMarks(sheet, { checks }, episodes, first - marksHigh, bottom - pitch + rowHigh)),
  );
  return { markup, bottom };
}

function labelOf({ scheme }: Sheet, label: string, y: number, isAbove: true | undefined): Markup {
  if (isAbove) return text(left, y - 5, fitText(label, right - left, 15), { size: 15, fill: scheme.muted });
  const shown = fitText(label.replace(/\.service$/, ''), left - 20, 14);
  return text(left - 12, y + rowHigh - 2, shown, { size: 14, fill: scheme.muted, anchor: 'end' });
}

/** A day of amber is less than a minute of red. */
function troubleOf(runs: readonly Run[]): number {
  const { red, unknown, amber } = durations(runs);
  return red * 1e6 + unknown * 1e3 + amber;
}

function noteOf(all: number, shown: number, troubled: number): string {
  if (shown === 0) return `all ${all} green throughout`;
  const green = all - Math.max(troubled, shown);
  const words = [
    troubled > shown ? `${troubled - shown} more not green` : '',
    green > 0 ? `${green} others green throughout` : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
