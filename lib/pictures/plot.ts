// A panel of values: lines over time with their limits, gaps, extremes and the beginnings and ends of alerts.
import { dayMs } from '../core/time.ts';
import { alertTriangle } from '../draw/marks.ts';
import { areaPath, linePath, type Place } from '../draw/path.ts';
import { extremeOf } from '../draw/reduce.ts';
import { durationTicks, linearScale, logScale, type Scale } from '../draw/scale.ts';
import { runsOf } from '../draw/strip.ts';
import { curve, line, rectangle, text } from '../draw/shapes.ts';
import { element, join, type Markup } from '../draw/svg.ts';
import { textWidth } from '../draw/text-width.ts';
import { shortMeasure, tickWords, unitBesideTitle } from '../draw/words.ts';
import type { Episode } from './alerts.ts';
import { extremeMark, lastValues } from './labels.ts';
import { left, panelHigh, type Part, right, type Sheet, sizes } from './layout.ts';
import { isUpward, limitValue, limitWords } from './limits.ts';
import { type Drawn, drawnLines, stretches } from './lines.ts';
import type { Line, ValuesModel } from './panels.ts';
import { gapAreas } from './strips.ts';

const titleHigh = 36;

export function plot(
  sheet: Sheet,
  model: ValuesModel,
  times: ArrayLike<number>,
  episodes: readonly Episode[],
  top: number,
): Part {
  const { scheme, x } = sheet;
  const isSmooth = model.unit === 's' && sheet.to - sheet.from > dayMs;
  const drawn = drawnLines(sheet, model, times, isSmooth);
  const plotTop = top + titleHigh;
  const bottom = plotTop + panelHigh;
  const scale = scaleOf(model, drawn, [bottom, plotTop]);
  const order = [...drawn].reverse(); // the worst line is drawn last, over the others
  const marks = alertMarks(sheet, model, episodes, plotTop, bottom);
  const markup = element(
    'g',
    { 'data-panel': model.title, 'data-unit': model.unit, 'data-scale': scale.kind, 'data-domain': scale.domain.join(' '), 'data-top': plotTop, 'data-bottom': bottom },
    titleOf(sheet, model, drawn, isSmooth ? (sheet.to - sheet.from) / stretches : undefined, top + 26),
    rectangle(left, plotTop, right - left, panelHigh, scheme.panel),
    ...sheet.axis.lines.map(({ at, isDay }) => line([x(at), plotTop, x(at), bottom], isDay ? scheme.day : scheme.grid, 1)),
    ...ticksOf(sheet, model, scale, bottom),
    unreadAreas(sheet, drawn, plotTop),
    gapAreas(sheet, plotTop, bottom),
    ...order.map((one) => areasOf(sheet, one, scale)),
    ...limitLines(sheet, drawn, scale),
    ...order.map((one) =>
      curve(linePath(one.pieces, x, scale.at), one.colour, one.isColoured ? 2.2 : 1.4, { 'data-series': one.label }),
    ),
    ...marks,
    extremeMark(sheet, model, drawn, scale, plotTop, markTimes(episodes, model).map(x)),
    ...lastValues(sheet, model, drawn, scale, plotTop),
  ); // prettier-ignore
  return { markup, bottom };
}

const [quarter, mostLog] = [900, 1.15];

function scaleOf({ unit, least }: ValuesModel, lines: readonly Drawn[], range: readonly [number, number]): Scale {
  if (unit === 'percent') return linearScale([least ?? 0, 100], range, 2);
  const limits = lines.flatMap(({ limits: own }) => [own?.amber, own?.red]).filter((value) => value !== undefined);
  const values = lines.flatMap(({ series }) => [extremeOf(series, 1)?.[1], extremeOf(series, -1)?.[1]]);
  const all = [...limits, ...values.filter((value) => value !== undefined)];
  if (unit === 's') return logScale([quarter, Math.max(7200, ...all) * mostLog], range, durationTicks);
  // Counts and times of readings begin at zero: a bar of 80 to 90 ms would look like a mountain.
  const isFromZero = unit === '1' || unit === 'ms';
  return linearScale(padded(isFromZero ? [0, 1, ...all] : all, isFromZero), range, 3);
}

/** A limit on the very edge of a panel is hard to see. */
function padded(values: readonly number[], isFromZero: boolean): Scale['domain'] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const slack = 0.08 * (most - least) || 1;
  return [isFromZero ? least : least - slack, most + slack];
}

function titleOf(
  { scheme }: Sheet,
  { title, unit }: ValuesModel,
  lines: readonly Drawn[],
  stretchMs: number | undefined,
  y: number,
): Markup {
  const notes = [
    unitBesideTitle(unit),
    unit === 's' ? 'log scale' : '',
    stretchMs === undefined ? '' : `worst of ${shortMeasure(stretchMs / 1000, 's')}`,
  ];
  const note = notes.filter((word) => word !== '').join(', ');
  const parts = [
    text(left, y, title, { size: sizes.panel, bold: true, fill: scheme.ink }),
    text(left + textWidth(title, sizes.panel, 'bold') + 12, y, note, { size: 16, fill: scheme.muted }),
  ];
  let x = right;
  for (const level of ['red', 'amber'] as const) {
    const words = limitsWords(level, lines, unit);
    if (words === undefined) continue;
    x -= textWidth(words, 16);
    parts.push(text(x, y, words, { size: 16, fill: scheme.muted }));
    parts.push(line([x - 32, y - 6, x - 8, y - 6], scheme.levels[level], 2, level === 'amber' ? '7 4' : undefined));
    x -= 54;
  }
  return join(parts);
}

/** The limit that most lines have, and the others in brackets: `red above 1.5 h (hatpro 3 h)`. */
function limitsWords(level: 'amber' | 'red', lines: readonly Line[], unit: string): string | undefined {
  const having = lines.filter(({ limits }) => limits?.[level] !== undefined);
  const groups = Map.groupBy(having, ({ limits }) => limits?.[level]);
  const [usual, ...others] = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const limits = usual?.[1][0]?.limits;
  if (!usual || !limits) return undefined;
  const [first] = others;
  const names = first?.[1].map(({ label }) => label) ?? [];
  const value = limitValue(first?.[0] ?? 0, unit);
  const one = names.length === 1 ? `${names[0]} ${value}` : `${names.length} at ${value}`;
  const shown =
    others.length === 0 ? '' : others.length === 1 ? ` (${one})` : ` (${having.length - usual[1].length} others)`;
  return limitWords(level, limits, unit) + shown;
}

function ticksOf({ scheme }: Sheet, { unit }: ValuesModel, { ticks, at }: Scale, bottom: number): Markup[] {
  let before = Infinity;
  const shown = unit === '1' ? ticks.filter(Number.isInteger) : ticks;
  return shown.flatMap((tick) => {
    const y = at(tick);
    const grid = line([left, y, right, y], scheme.grid, 1);
    if (before - y < 18) return grid;
    before = y;
    return [grid, text(left - 12, Math.min(y + 6, bottom + 4), tickWords(tick, unit), { fill: scheme.muted, anchor: 'end' })];
  }); // prettier-ignore
}

/** Violet hatching where snapshots were taken, but none of the lines has a value. */
function unreadAreas(sheet: Sheet, lines: readonly Drawn[], top: number): Markup {
  const times = lines[0]?.series.times ?? [];
  const levels = new Int8Array(times.length).fill(3);
  for (const { values } of lines)
    for (let index = 0; index < levels.length; index++) if (Number.isFinite(values[index])) levels[index] = 0;
  const unread = runsOf({ times, levels }, sheet).filter(({ seen }) => seen === 'unknown');
  return join(
    unread.map(({ from, to }) =>
      element('rect', { x: sheet.x(from), y: top, width: Math.max(1, sheet.x(to) - sheet.x(from)), height: panelHigh, fill: 'url(#hatch-unknown)', opacity: '0.55', 'data-unread': new Date(from).toISOString() }),
    ),
  ); // prettier-ignore
}

/** Between a limit and the line beyond it. */
function areasOf(
  { scheme, x }: Sheet,
  { pieces, limits, isColoured, severity }: Drawn,
  { at }: Scale,
): Markup | undefined {
  if (!limits || !isColoured || severity === 0) return undefined;
  const edge = isUpward(limits.side) ? -1e6 : 1e6;
  const bounds = [['amber', limits.amber, limits.red], ['red', limits.red, undefined]] as const; // prettier-ignore
  return join(
    bounds.map(([level, near, far]) => {
      if (near === undefined) return undefined;
      const [begin, end] = [at(near), far === undefined ? edge : at(far)];
      const clamped: Place = (value) => Math.min(Math.max(at(value), Math.min(begin, end)), Math.max(begin, end));
      const d = areaPath(pieces.filter((piece) => piece.some(([, value]) => clamped(value) !== begin)), x, clamped, begin); // prettier-ignore
      return d === '' ? undefined : element('path', { d, fill: scheme.levels[level], 'fill-opacity': '0.28' });
    }),
  );
}

/** Each limit once, however many lines share it. A limit that only some lines have is drawn thinner. */
function limitLines({ scheme }: Sheet, lines: readonly Drawn[], { at, domain }: Scale): Markup[] {
  return (['amber', 'red'] as const).flatMap((level) => {
    const groups = Map.groupBy(lines.filter(({ limits }) => limits?.[level] !== undefined), ({ limits }) => limits?.[level] ?? 0); // prettier-ignore
    const most = Math.max(...[...groups.values()].map(({ length }) => length));
    return [...groups]
      .filter(([value]) => value >= domain[0] && value <= domain[1])
      .map(([value, own]) =>
        element('path', { d: `M${left},${at(value).toFixed(1)}H${right}`, fill: 'none', stroke: scheme.levels[level], 'stroke-width': own.length === most ? 1.8 : 0.9, 'stroke-dasharray': level === 'amber' ? '7 4' : undefined, 'data-limit': level, 'data-value': String(value) }),
      ); // prettier-ignore
  });
}

const week = 7 * dayMs;

/** When the alerts of a panel begin and end. */
const markTimes = (episodes: readonly Episode[], { checks }: Pick<ValuesModel, 'checks'>): number[] =>
  episodes
    .filter((episode) => episode.checks.some((check) => checks.includes(check)))
    .flatMap(({ begin, end = begin }) => [begin, end]);

export function alertMarks(
  sheet: Sheet,
  { checks }: Pick<ValuesModel, 'checks'>,
  episodes: readonly Episode[],
  top: number,
  bottom: number,
): Markup[] {
  const { scheme, x, from, to } = sheet;
  const red = scheme.levels.red;
  return episodes
    .filter((episode) => episode.checks.some((check) => checks.includes(check)))
    .flatMap(({ number, begin, end }) => [
      ...(begin < from ? [] : [
        line([x(begin), top, x(begin), bottom], red, 1.8),
        alertTriangle('begin', scheme, x(begin), top + 9),
        ...(to - from > week ? [] : [text(x(begin) - 9, top + 10, String(number), { size: 15, bold: true, fill: red, anchor: 'end', halo: scheme.panel })]),
      ]),
      ...(end === undefined || end >= to ? [] : [
        line([x(end), top, x(end), bottom], red, 1.8, '2 3'),
        alertTriangle('end', scheme, x(end), top + 9),
      ]),
    ]); // prettier-ignore
}
