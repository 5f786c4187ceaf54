// The small picture of a mail: the value of an alert over the last day, with its limit. Loaded only when there is a mail.
import { formatBeside, formatBound, formatMeasure } from '../core/quantity.ts';
import { dayMs } from '../core/time.ts';
import { light } from '../draw/colours.ts';
import { alertTriangle, hatchings } from '../draw/marks.ts';
import { areaPath, linePath, type Place } from '../draw/path.ts';
import { lastOf, type Point, reduce } from '../draw/reduce.ts';
import { durationTicks, linearScale, logScale, niceDomain, type Scale } from '../draw/scale.ts';
import { curve, line, rectangle, text } from '../draw/shapes.ts';
import { type Run, runsOf } from '../draw/strip.ts';
import { type Child, element, type Markup } from '../draw/svg.ts';
import { fitText, textWidth } from '../draw/text-width.ts';
import { lastDayAxis } from '../draw/time-axis.ts';
import { tickWords, unitBesideTitle } from '../draw/words.ts';
import type { Alert } from './files.ts';
import type { Trend } from './trend.ts';

export interface Subject {
  readonly id: string;
  readonly alert: Alert;
  /** Milliseconds since 1970: the end of the day that is drawn. */
  readonly until: number;
}

/** Mail programs show it in this size, or as wide as the phone. */
const [width, height] = [800, 260];
const [left, right, top, bottom] = [84, width - 112, 48, height - 38];
const titleSize = 20;

export function composePicture(subject: Subject, trend: Trend): string {
  const { id, alert, until } = subject;
  const { intervalMs } = trend;
  const { unit } = alert;
  const from = until - dayMs;
  const limit = typeof alert.limit.value === 'number' ? alert.limit.value : undefined;
  const x = linearScale([from, until], [left, right]).at;
  const scale = scaleOf(unit, trend.values, limit);
  const piecesOf = (values: readonly number[]): Point[][] =>
    reduce({ times: trend.times, values }, { from, to: until + 1, columns: right - left, intervalMs });
  const beyond = trend.values.map((value, index) => (trend.isBeyond[index] ? value : Number.NaN));
  const seen = trend.values.map((value) => (Number.isFinite(value) ? 0 : 3));
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': "Inter, 'DejaVu Sans', sans-serif",
      'data-panel': id,
      'data-domain': scale.domain.join(' '),
      'data-top': top,
      'data-bottom': bottom,
    },
    hatchings(light),
    rectangle(0, 0, width, height, light.ground),
    ...heading(id, unit),
    box(left, right, light.panel),
    ...grid(until, unit, x, scale),
    ...runsOf({ times: trend.times, levels: seen }, { from, to: until, until, intervalMs }).map((run) => gap(run, x)),
    ...(limit === undefined ? [] : beyondLimit(limit, alert, areaPath(piecesOf(beyond), x, scale.at, scale.at(limit)), scale)),
    curve(linePath(piecesOf(trend.values), x, scale.at), light.series[0] ?? light.ink, 2.4, { 'data-series': id }),
    ...beginning(alert, from, x),
    ...lastValue(trend, subject, scale),
  ).markup; // prettier-ignore
}

function scaleOf(unit: string, values: readonly number[], limit: number | undefined): Scale {
  const all = [...values.filter(Number.isFinite), ...(limit === undefined ? [] : [limit])];
  if (unit === 's') return logScale([Math.max(1, Math.min(900, ...all)), Math.max(7200, ...all) * 1.15], [bottom, top], durationTicks); // prettier-ignore
  const [least, most] = niceDomain(all);
  // No share is below none or above all.
  return linearScale(unit === 'percent' ? [Math.max(0, least), Math.min(100, most)] : [least, most], [bottom, top], 3);
}

const heading = (id: string, unit: string): Child[] => {
  const shown = fitText(id, right - left - 200, titleSize, 'bold');
  const note = ['the last 24 hours in UTC', unitBesideTitle(unit)].filter((word) => word !== '').join(', ');
  return [
    text(left, 30, shown, { fill: light.ink, bold: true, size: titleSize }),
    text(left + textWidth(shown, titleSize, 'bold') + 12, 30, note, { fill: light.muted }),
  ];
};

function grid(until: number, unit: string, x: Place, { ticks, at }: Scale): Child[] {
  const { lines, labels } = lastDayAxis(until);
  return [
    ...lines.map(({ at: time, isDay }) => line([x(time), top, x(time), bottom], isDay ? light.day : light.grid, 1)),
    ...labels.map(({ at: time, label }) => text(Math.min(Math.max(x(time), left + 20), right - 20), bottom + 25, label, { fill: light.ink, anchor: 'middle' })),
    ...ticks.flatMap((tick) => [
      line([left, at(tick), right, at(tick)], light.grid, 1),
      text(left - 10, at(tick) + 6, tickWords(tick, unit), { fill: light.muted, anchor: 'end' }),
    ]),
  ]; // prettier-ignore
}

/** Violet where the value could not be read, grey where nobody looked. */
function gap({ seen, from, to }: Run, x: Place): Markup | undefined {
  if (seen === 'unknown') return box(x(from), x(to), 'url(#hatch-unknown)', '0.55');
  return seen === 'no snapshot' ? box(x(from), x(to), 'url(#hatch-none)') : undefined;
}

function beyondLimit(limit: number, { unit }: Alert, area: string, { at }: Scale): Child[] {
  const red = light.levels.red;
  const label = `limit ${formatBound(limit, unit)}`;
  const isNearTop = at(limit) - top < 24;
  return [
    element('path', { d: area, fill: red, 'fill-opacity': '0.28' }),
    curve(`M${left},${at(limit).toFixed(1)}H${right}`, red, 1.8, { 'data-limit': String(limit) }),
    text(left + 8, at(limit) + (isNearTop ? 20 : -7), label, { fill: red, halo: light.panel }),
  ];
}

/** Marks the begin of the alert, if that was within the day. */
function beginning({ since }: Alert, from: number, x: Place): Child[] {
  const at = Date.parse(since);
  if (!(at > from)) return [];
  return [line([x(at), top, x(at), bottom], light.levels.red, 1.6), alertTriangle('begin', light, x(at), top + 10)];
} // prettier-ignore

/** Writes the last value beside the end of the line, and its time if no value could be read since. */
function lastValue(trend: Trend, { alert, until }: Subject, { at }: Scale): Child[] {
  const last = lastOf(trend);
  if (!last) return [];
  const [time, value] = last;
  const y = Math.min(Math.max(at(value) + 6, top + 12), bottom - 2);
  const limit = alert.limit.value;
  const shown = typeof limit === 'number' ? formatBeside(value, limit, alert.unit) : formatMeasure(value, alert.unit);
  const label = text(right + 12, y, shown, { fill: light.ink, bold: true });
  if (until - time < 2 * trend.intervalMs) return [label];
  return [label, text(right + 12, y + 20, `at ${new Date(time).toISOString().slice(11, 16)}`, { fill: light.muted })];
}

const box = (from: number, to: number, fill: string, opacity?: string): Markup =>
  element('rect', { x: from, y: top, width: Math.max(1, to - from), height: bottom - top, fill, opacity });
