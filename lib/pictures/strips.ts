// The upper part of a picture: title, shares of the levels, a strip for each group, and the lane of the alerts.
import { levels, worstFirst } from '../core/level.ts';
import { dayMs } from '../core/time.ts';
import { stripHeight } from '../draw/colours.ts';
import { alertTriangle } from '../draw/marks.ts';
import { bandPath, bandsOf, durations, type Run, runsOf } from '../draw/strip.ts';
import { line, rectangle, text } from '../draw/shapes.ts';
import { element, join, type Markup } from '../draw/svg.ts';
import { textWidth } from '../draw/text-width.ts';
import { spanName } from '../draw/time-axis.ts';
import { shortMeasure } from '../draw/words.ts';
import type { Episode } from './alerts.ts';
import { left, margin, type Part, right, type Sheet, sizes, width } from './layout.ts';
import type { LevelRow } from './panels.ts';

const stripHigh = 18;
const pitch = 24;
/** Pixels. */
const hatchedFrom = 4;

export function titleLine(title: string, { scheme, from, to }: Sheet): Markup {
  const span = text(width - margin, 45, spanName(from, to), { size: 24, bold: true, fill: scheme.ink, anchor: 'end' });
  return join([text(margin, 46, title, { size: sizes.title, bold: true, fill: scheme.ink }), span]);
}

/** The strip of a row, from its top: the levels, and white lines between days where these are wide enough. */
export function stripOf(sheet: Sheet, name: string, runs: readonly Run[], top: number, high = stripHigh): Markup {
  const { scheme, x, from, to, axis } = sheet;
  const bands = bandsOf(runs, x);
  const paths = [...worstFirst].reverse().map((level) => {
    const own = bands.filter((band) => band.level === level);
    const d = bandPath(own, top + high, high * stripHeight[level]);
    return d === '' ? undefined : element('path', { d, fill: scheme.levels[level], 'data-level': level });
  });
  const unknown = bands.filter(({ level }) => level === 'unknown');
  // Slanting stripes could leave nothing of a narrow band, and a solid one would pass for red in greyscale.
  const stripes = [
    ['hatch-light', unknown.filter(({ width: wide }) => wide > hatchedFrom)],
    ['hatch-narrow', unknown.filter(({ width: wide }) => wide <= hatchedFrom)],
  ] as const;
  const bounds = to - from > 8 * dayMs ? [] : axis.lines;
  return element(
    'g',
    { 'data-strip': name },
    rectangle(left, top, right - left, high, scheme.track),
    ...paths,
    ...stripes.map(([id, own]) =>
      own.length === 0 ? undefined : element('path', { d: bandPath(own, top + high, high), fill: `url(#${id})` }),
    ),
    ...bounds.map(({ at }) => line([x(at), top, x(at), top + high], scheme.ground, 1.5)),
  );
}

/** Grey hatching wherever nobody looked, between two heights. */
export const gapAreas = ({ gaps, x, scheme }: Sheet, top: number, bottom: number): Markup =>
  join(
    gaps.map(({ from, to }) => {
      const wide = Math.max(1, x(to) - x(from));
      return element(
        'g',
        { 'data-gap': new Date(from).toISOString(), 'data-until': new Date(to).toISOString() },
        rectangle(x(from), top, wide, bottom - top, scheme.ground),
        rectangle(x(from), top, wide, bottom - top, 'url(#hatch-none)'),
      );
    }),
  );

function legend({ scheme }: Sheet, runs: readonly Run[], y: number): Markup {
  const lasted = durations(runs);
  const known = lasted.green + lasted.amber + lasted.red + lasted.unknown;
  const parts: Markup[] = [];
  const about = 'overall:';
  parts.push(text(margin, y, about, { fill: scheme.muted }));
  let x = margin + textWidth(about, sizes.label) + 12;
  const add = (sign: (at: number) => Markup, wide: number, words: string): void => {
    parts.push(sign(x), text(x + wide + 8, y, words, { fill: scheme.ink }));
    x += wide + 8 + textWidth(words, sizes.label) * 1.03 + 24;
  };
  for (const level of levels) {
    const high = stripHigh * stripHeight[level];
    const sign = (at: number): Markup =>
      join([
        rectangle(at, y - 15, 22, stripHigh, scheme.track),
        rectangle(at, y + 3 - high, 22, high, scheme.levels[level]),
        level === 'unknown' ? rectangle(at, y + 3 - high, 22, high, 'url(#hatch-light)') : undefined,
      ]);
    add(sign, 22, `${level} ${shareWords(lasted[level], known)}`);
  }
  add((at) => rectangle(at, y - 15, 22, stripHigh, 'url(#hatch-none)'), 22, 'no snapshot');
  add((at) => alertTriangle('begin', scheme, at + 6, y), 12, 'alert begins');
  add((at) => alertTriangle('end', scheme, at + 6, y), 12, 'ends');
  return join(parts);
}

function shareWords(part: number, all: number): string {
  const percent = all > 0 ? (100 * part) / all : 0;
  if (percent > 0 && percent < 1) return '<1 %';
  // Only all of the time is 100 %.
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : 100} %`;
}

/** Legend and strips. */
export function strips(sheet: Sheet, rows: readonly LevelRow[], times: ArrayLike<number>, top: number): Part {
  const { scheme } = sheet;
  const drawn = rows.map((row, index) => {
    const runs = runsOf({ times, levels: row.levels }, sheet);
    return { ...row, runs, top: top + 42 + index * pitch + (index > 0 ? 6 : 0) };
  });
  const bottom = (drawn.at(-1)?.top ?? top) + stripHigh;
  const runs = drawn[0]?.runs ?? [];
  const markups = drawn.map(({ label, runs: own, top: y }, index) =>
    join([
      stripOf(sheet, label, own, y),
      text(left - 12, y + stripHigh - 3, label, {
        fill: index === 0 ? scheme.ink : scheme.muted,
        bold: index === 0,
        anchor: 'end',
      }),
      howLong(sheet, own, y + stripHigh - 3),
    ]),
  );
  return { markup: join([legend(sheet, runs, top + 18), ...markups, gapAreas(sheet, top + 42, bottom)]), bottom };
}

/** `red 3.4 d`: a bar that is all red for ten seconds of trouble would mislead. Amber is named where nothing worse was. */
export function howLong({ scheme }: Sheet, runs: readonly Run[], y: number): Markup {
  const lasted = durations(runs);
  const worse = (['red', 'unknown'] as const).filter((level) => lasted[level] > 0);
  const named = worse.length > 0 ? worse : (['amber'] as const).filter((level) => lasted[level] > 0);
  const size = named.length > 1 ? 14 : sizes.label;
  let x = right + 12;
  return join(
    named.map((level) => {
      const words = `${level} ${shortMeasure(lasted[level] / 1000, 's')}`;
      const at = x;
      x += textWidth(words, size) + 10;
      return text(at, y, words, { size, fill: scheme.words[level] });
    }),
  );
}

const laneHigh = 23;

/** Alerts as numbered lines; those that would overlap lie in lanes below one another. */
export function alertLane(sheet: Sheet, episodes: readonly Episode[], top: number): Part {
  const { scheme, x, from, to, until } = sheet;
  if (episodes.length === 0) return { markup: join([]), bottom: top };
  const ends: number[] = [];
  const marks = episodes.map(({ number, begin, end }) => {
    const [x1, x2] = [x(Math.max(begin, from)), x(Math.min(end ?? until, to, until))];
    const wide = textWidth(String(number), 15, 'bold') + 8;
    let lane = ends.findIndex((edge) => edge < x1);
    if (lane === -1) lane = ends.length;
    if (lane >= mostLanes) return undefined;
    ends[lane] = Math.max(x2, x1 + wide) + 6;
    const y = top + lane * laneHigh + 18;
    const label = x1 + wide > right + 4 ? { x: x1 - 4, anchor: 'end' as const } : { x: x1 + 4, anchor: 'start' as const };
    return element(
      'g',
      { 'data-alert': number, 'data-begin': new Date(begin).toISOString(), 'data-end': end === undefined ? undefined : new Date(end).toISOString() },
      rectangle(x1, y, Math.max(2, x2 - x1), 4, scheme.levels.red),
      begin >= from ? rectangle(x1, y - 9, 2, 13, scheme.levels.red) : undefined,
      text(label.x, y - 3, String(number), { size: 15, bold: true, fill: scheme.ink, anchor: label.anchor, halo: scheme.ground }),
    );
  }); // prettier-ignore
  const label = text(left - 12, top + 20, 'alerts', { bold: true, fill: scheme.ink, anchor: 'end' });
  return { markup: join([label, ...marks]), bottom: top + ends.length * laneHigh + 4 };
}

/** More alerts at one time are only in the table. */
const mostLanes = 8;
