// Composes a picture: title, strips, alerts, panels, axis, table of alerts, footer.
import { gapIntervals } from '../core/age.ts';
import { hourMs } from '../core/time.ts';
import { light } from '../draw/colours.ts';
import { hatchings } from '../draw/marks.ts';
import { linearScale } from '../draw/scale.ts';
import { runsOf } from '../draw/strip.ts';
import { line, rectangle, text } from '../draw/shapes.ts';
import { element, join, type Markup } from '../draw/svg.ts';
import { fitText, textWidth } from '../draw/text-width.ts';
import { dayAndMinute, timeAxis } from '../draw/time-axis.ts';
import { shortMeasure } from '../draw/words.ts';
import type { Episode } from './alerts.ts';
import { left, margin, type Part, right, type Sheet, sizes, width } from './layout.ts';
import type { LevelRow, PanelModel } from './panels.ts';
import { plot } from './plot.ts';
import { levelRows } from './rows.ts';
import { alertLane, strips, titleLine } from './strips.ts';

export interface Picture {
  readonly title: string;
  /** Milliseconds since 1970, beginnings of UTC days; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly until: number;
  readonly intervalMs: number;
  readonly times: ArrayLike<number>;
  readonly strips: readonly LevelRow[];
  readonly panels: readonly PanelModel[];
  readonly episodes: readonly Episode[];
  /** Begins the footer: who drew it. */
  readonly by: string;
  readonly drawnAt: Date;
  /** Nothing is missing that may still come: the picture need not be drawn again. */
  readonly isComplete: boolean;
}

/** Marks a picture that need not be drawn again. */
export const completeMark = 'data-complete="yes"';

export function composePicture(picture: Picture): string {
  const { from, to, until, intervalMs, times, episodes } = picture;
  const sheet: Sheet = {
    scheme: light,
    from,
    to,
    until,
    endsBefore: endsBefore(picture),
    intervalMs,
    axis: timeAxis(from, to),
    gaps: runsOf({ times, levels: [] }, picture).filter(({ seen }) => seen === 'no snapshot'),
    x: linearScale([from, to], [left, right]).at,
  };
  const top = strips(sheet, picture.strips, times, 58);
  const lane = alertLane(sheet, episodes, top.bottom + 4);
  const panels: Part[] = [];
  let y = lane.bottom + 8;
  for (const panel of picture.panels) {
    const part = panel.kind === 'values' ? plot(sheet, panel, times, episodes, y) : levelRows(sheet, panel, times, episodes, y); // prettier-ignore
    panels.push(part);
    y = part.bottom;
  }
  const axis = timeLabels(sheet, y);
  const table = alertTable(sheet, episodes, axis.bottom);
  const foot = footer(picture, sheet, table.bottom);
  const parts = [titleLine(picture.title, sheet), top.markup, lane.markup, ...panels.map(({ markup }) => markup), axis.markup, table.markup, foot.markup]; // prettier-ignore
  const high = Math.ceil(foot.bottom);
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height: high, viewBox: `0 0 ${width} ${high}`, role: 'img', 'aria-label': picture.title, 'font-family': "Inter, 'DejaVu Sans', sans-serif", 'data-complete': picture.isComplete ? 'yes' : 'no' },
    hatchings(sheet.scheme),
    rectangle(0, 0, width, high, sheet.scheme.ground),
    ...parts,
  ).markup; // prettier-ignore
}

/** The archive gets new values once an hour: on the day that it is drawn, a picture may lack the last hour. */
function endsBefore({ to, until, drawnAt, intervalMs }: Picture): number {
  const expected = Math.max(until, drawnAt.getTime() - hourMs);
  return Math.min(to, expected) - gapIntervals * intervalMs;
}

function timeLabels({ scheme, axis, x }: Sheet, top: number): Part {
  const y = top + 22;
  const tones = { plain: scheme.ink, strong: scheme.ink, muted: scheme.muted };
  const labels = axis.labels.map(({ at, label, tone }) => {
    const isEdge = label === '00:00' ? 'start' : label === '24:00' ? 'end' : 'middle';
    return text(x(at), y, label, { fill: tones[tone], bold: tone === 'strong', anchor: isEdge });
  });
  return { markup: join([...labels, text(right + 12, y, 'UTC', { fill: scheme.ink })]), bottom: y + 4 };
}

const mostListed = 24;

/** The longest alerts, numbered as in the lane, in two columns. */
function alertTable({ scheme, until }: Sheet, episodes: readonly Episode[], top: number): Part {
  const lasted = ({ begin, end = until }: Episode): number => end - begin;
  const longest = new Set([...episodes].sort((a, b) => lasted(b) - lasted(a)).slice(0, mostListed));
  const listed = episodes.filter((episode) => longest.has(episode));
  const half = Math.ceil(listed.length / 2);
  const column = (width - 2 * margin) / 2;
  const rows = listed.map((episode, index): Markup => {
    const x = margin + (index < half ? 0 : column);
    const y = top + 66 + (index % half) * 26;
    const state = episode.end === undefined ? ', active' : '';
    const when = `${dayAndMinute(episode.begin)}, ${shortMeasure(lasted(episode) / 1000, 's')}${state}`;
    const room = column - 72 - textWidth(when, sizes.label) - 24;
    return join([
      text(x + 28, y, String(episode.number), { bold: true, fill: scheme.levels.red, anchor: 'end' }),
      text(x + 40, y, fitText(episode.label, room, sizes.label), { fill: scheme.ink }),
      text(x + column - 28, y, when, { fill: scheme.muted, anchor: 'end' }),
    ]);
  });
  const title = text(margin, top + 36, `Alerts (${episodes.length})`, {
    size: sizes.panel,
    bold: true,
    fill: scheme.ink,
  });
  const rest = episodes.length - listed.length;
  const bottom = top + 44 + half * 26;
  const more = rest === 0 ? undefined : text(margin + 40, bottom + 20, `and ${rest} shorter ${rest === 1 ? 'one' : 'ones'}`, { fill: scheme.muted }); // prettier-ignore
  return { markup: join([title, ...rows, more]), bottom: bottom + (rest === 0 ? 0 : 26) };
}

function footer({ by, drawnAt, times, from, to, until, intervalMs }: Picture, { scheme }: Sheet, top: number): Part {
  const due = Math.max(0, Math.round((Math.min(to, until) - from) / intervalMs));
  const parts = [
    by,
    `${times.length} of ${Math.max(due, times.length)} snapshots`,
    `drawn ${drawnAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    'lines: min and max per pixel',
    `one step = ${shortMeasure(intervalMs / 1000, 's')}`,
  ];
  const rule = line([margin, top + 12, width - margin, top + 12], scheme.grid, 1);
  return {
    markup: join([rule, text(margin, top + 34, parts.join(' · '), { size: sizes.foot, fill: scheme.muted })]),
    bottom: top + 52,
  };
}
