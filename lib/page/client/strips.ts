// The strips of levels per group. Hover, focus and the arrow keys tell what a run is.
import { gapIntervals } from '../../core/age.ts';
import { type Level, worstFirst } from '../../core/level.ts';
import { stripHeight } from '../../draw/colours.ts';
import { shortDay } from '../../draw/time-axis.ts';
import { shortDuration } from '../../draw/words.ts';
import type { Run, Trends } from '../files.ts';
import { byId, make, setChildren, setText } from './dom.ts';
import { minuteOf } from './words.ts';

const [width, height, day] = [1000, 18, 86_400];

export interface TimeSpan {
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly level: Level | 'none';
  readonly ids: readonly string[];
}

export function drawStrips(trends: Trends | undefined, span: TimeSpan): void {
  const signature = `${span.to} ${trends?.made_at} ${trends?.times.length}`;
  setChildren(byId('strips'), signature, () =>
    !trends || trends.times.length === 0
      ? [make('p', {}, 'No history yet: append-zarr and build-dashboard run once an hour.')]
      : [
          hatchings(),
          daysRow(span),
          ...trends.groups.map(({ title, runs }) => stripRow(title, piecesOf(runs, trends, span), span)),
        ],
  );
}

/** A time without snapshots is a piece of its own: a gap is never bridged. */
function piecesOf(runs: readonly Run[], { times, interval_seconds }: Trends, span: TimeSpan): Piece[] {
  const pieces: Piece[] = [];
  let known = span.from;
  for (const { first, last, level, ids } of runs) {
    const from = times[first] ?? 0;
    const next = times[last + 1] ?? Infinity;
    const end = times[last] ?? 0;
    const to = Math.min(next - end <= gapIntervals * interval_seconds ? next : end + interval_seconds, span.to);
    if (from - known > gapIntervals * interval_seconds) pieces.push({ from: known, to: from, level: 'none', ids: [] });
    pieces.push({ from: Math.max(from, span.from), to, level, ids });
    known = to;
  }
  if (span.to - known > gapIntervals * interval_seconds)
    pieces.push({ from: known, to: span.to, level: 'none', ids: [] });
  return pieces.filter(({ from, to }) => to > from);
}

function stripRow(title: string, pieces: readonly Piece[], span: TimeSpan): HTMLElement {
  const x = (time: number): number => Math.round(((time - span.from) / (span.to - span.from)) * width * 10) / 10;
  const rectOf = ({ from, to, level }: Piece): HTMLElement => {
    const high = level === 'none' ? height : height * stripHeight[level];
    // A short state must stay visible in a week.
    return make('rect', {
      class: `f-${level}`,
      x: x(from),
      y: height - high,
      width: Math.max(1.5, x(to) - x(from)),
      height: high,
    });
  };
  // The worse level is drawn over the better one where they share a pixel.
  const order: readonly Piece['level'][] = ['none', ...[...worstFirst].reverse()];
  const rects = order.flatMap((level) => pieces.filter((piece) => piece.level === level).map(rectOf));
  const days = daysIn(span).map((at) => make('line', { class: 'f-day', x1: x(at), x2: x(at), y1: 0, y2: height }));
  const chosen = make('rect', { class: 'f-chosen', x: 0, y: 1, width: 0, height: height - 2 });
  const svg = make(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      tabindex: 0,
      role: 'img',
      'aria-label': `${title}: ${listOf(pieces)}`,
    },
    ...rects,
    ...days,
    chosen,
  );
  listen(svg, chosen, title, pieces, x, span);
  const red = pieces.filter(({ level }) => level === 'red').reduce((sum, { from, to }) => sum + to - from, 0);
  return make(
    'div',
    { class: 'strip' },
    make('span', { class: 'name' }, title),
    svg,
    make('span', { class: 'sum' }, red > 0 ? `red ${shortDuration(red)}` : ''),
  );
}

const mostListed = 8;

function listOf(pieces: readonly Piece[]): string {
  const bad = pieces.filter(({ level }) => level !== 'green');
  if (bad.length === 0) return 'green throughout';
  const words = bad.slice(-mostListed).map(describe).join('; ');
  return bad.length > mostListed ? `the latest ${mostListed} of ${bad.length}: ${words}` : words;
}

function describe({ from, to, level, ids }: Piece): string {
  const [begin, end] = [from, to].map((time) => minuteOf(new Date(time * 1000).toISOString()).replace(' UTC', ''));
  const what = ids.length === 0 ? '' : `: ${ids.join(', ')}`;
  return `${level === 'none' ? 'no snapshot' : level} from ${begin} to ${end} UTC, ${shortDuration(to - from)}${what}`;
}

function listen(
  svg: HTMLElement,
  chosen: HTMLElement,
  title: string,
  pieces: readonly Piece[],
  x: (time: number) => number,
  span: TimeSpan,
): void {
  let current = pieces.length - 1;
  const show = (index: number): void => {
    const piece = pieces[index];
    if (!piece) return;
    current = index;
    chosen.setAttribute('x', String(x(piece.from)));
    chosen.setAttribute('width', String(Math.max(2, x(piece.to) - x(piece.from))));
    setText(byId('told'), `${title}: ${describe(piece)}`);
  };
  const hide = (): void => {
    chosen.setAttribute('width', '0');
    setText(byId('told'), '');
  };
  const at = (event: PointerEvent): void => {
    const { left, width: wide } = svg.getBoundingClientRect();
    const time = span.from + ((event.clientX - left) / wide) * (span.to - span.from);
    show(pieces.findIndex(({ from, to }) => time >= from && time < to));
  };
  svg.addEventListener('pointermove', at);
  svg.addEventListener('pointerdown', at);
  svg.addEventListener('pointerleave', hide);
  svg.addEventListener('focus', () => show(current));
  svg.addEventListener('blur', hide);
  svg.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -pieces.length, End: pieces.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(Math.min(pieces.length - 1, Math.max(0, current + step)));
  });
}

function daysIn({ from, to }: TimeSpan): number[] {
  const first = Math.ceil(from / day) * day;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / day)) }, (_, index) => first + index * day);
}

function daysRow(span: TimeSpan): HTMLElement {
  const starts = daysIn(span);
  // The label of a day that has only begun would lie over that of the day before.
  const labelled = starts.filter((at) => span.to - at > day / 2);
  const labels = labelled.map((at, index) => {
    const middle = (at + Math.min(starts[index + 1] ?? span.to, span.to)) / 2;
    const label = make('span', { class: 'day' });
    const [weekday = '', number = ''] = shortDay(at * 1000).split(' ');
    label.append(make('span', { class: 'wide' }, `${weekday} `), number);
    label.style.left = `${((middle - span.from) / (span.to - span.from)) * 100}%`;
    return label;
  });
  return make(
    'div',
    { class: 'strip days', 'aria-hidden': 'true' },
    make('span'),
    make('div', {}, ...labels),
    make('span'),
  );
}

function hatchings(): HTMLElement {
  const hatching = (id: string, colour: string, degrees: number, wide: number): HTMLElement =>
    make(
      'pattern',
      { id, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${degrees})` },
      make('rect', { width: wide, height: 7, fill: colour }),
    );
  return make(
    'svg',
    { width: 0, height: 0, class: 'unseen', 'aria-hidden': 'true' },
    make(
      'defs',
      {},
      hatching('hatch-unknown', 'var(--unknown)', 45, 4),
      hatching('hatch-none', 'var(--no-snapshot)', -45, 1.4),
    ),
  );
}
