// The trend cards: the value of the latest snapshot, and the line of seven days with its limits.
import { isObject } from '../../contract/shape.ts';
import type { Level } from '../../core/level.ts';
import { worst } from '../../core/level.ts';
import { linePath } from '../../draw/path.ts';
import { reduce, worstOfStretches } from '../../draw/reduce.ts';
import { shortMeasure } from '../../draw/words.ts';
import type { Card, Trends } from '../files.ts';
import { byId, make, markOf, setChildren } from './dom.ts';
import type { TimeSpan } from './strips.ts';
import type { SeenHealth, SeenSnapshot } from './verdict.ts';

const [width, height, pad] = [240, 72, 4];

export function drawCards(
  trends: Trends | undefined,
  span: TimeSpan,
  snapshot: SeenSnapshot | undefined,
  health: SeenHealth | undefined,
): void {
  const signature = `${span.to} ${trends?.made_at} ${trends?.times.length} ${snapshot?.run_id} ${health?.run_id}`;
  setChildren(byId('cards'), signature, () =>
    !trends || trends.cards.length === 0
      ? [make('p', {}, 'No history yet.')]
      : trends.cards.map((card) => drawCard(card, trends, span, snapshot, health)),
  );
}

function drawCard(
  card: Card,
  trends: Trends,
  span: TimeSpan,
  snapshot: SeenSnapshot | undefined,
  health: SeenHealth | undefined,
): HTMLElement {
  const { title, unit, check, amber, red, side, values, key } = card;
  const now = snapshot && valueIn(snapshot, card);
  const judged = health?.observations.filter((one) => one.check === check).map((one): Level => one.level) ?? [];
  const [number, ...symbol] = now === undefined ? ['–'] : shortMeasure(now, unit).split(' ');
  const read = values.filter((value) => value !== null);
  const limits = [
    ...(amber === undefined ? [] : [`amber ${side === 'above' ? 'from' : 'below'} ${bare(amber, unit)}`]),
    ...(red === undefined ? [] : [`red ${side === 'above' ? 'from' : 'below'} ${bare(red, unit)}`]),
  ];
  const range =
    read.length === 0
      ? 'nothing was read'
      : `${bare(Math.min(...read), unit)} to ${shortMeasure(Math.max(...read), unit)}`;
  return make(
    'article',
    { class: 'card', 'data-card': key },
    make('h3', {}, title),
    make(
      'p',
      { class: 'value' },
      ...(judged.length === 0 ? [] : [markOf(worst(judged)), ' ']),
      number ?? '–',
      ' ',
      make('small', {}, symbol.join(' ')),
    ),
    lineOf(card, trends, span),
    make('p', { class: 'notes' }, range),
    make('p', { class: 'notes' }, limits.join(', ')),
  );
}

/** Without its unit, which stands beside the card's value; a duration needs its own. */
const bare = (value: number, unit: string): string => {
  const text = shortMeasure(value, unit);
  return unit === 's' ? text : (text.split(' ')[0] ?? text);
};

/** Ages and lags rise and fall with every file: within their limit they are drawn as the worst of each stretch. */
const stretches = 84;

function lineOf(
  { title, unit, values, amber, red }: Card,
  { times, interval_seconds }: Trends,
  span: TimeSpan,
): HTMLElement {
  const finite = values.filter((value) => value !== null);
  const all = [...finite, ...(amber === undefined ? [] : [amber]), ...(red === undefined ? [] : [red])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const spread = most - least || 1;
  const x = (ms: number): number => ((ms / 1000 - span.from) / (span.to - span.from)) * width;
  const y = (value: number): number => height - pad - ((value - least) / spread) * (height - 2 * pad);
  const raw = { times: times.map((time) => time * 1000), values: values.map((value) => value ?? Number.NaN) };
  const stretchMs = ((span.to - span.from) * 1000) / stretches;
  const drawn = unit === 's' ? worstOfStretches(raw, red ?? Infinity, stretchMs) : raw.values;
  const pieces = reduce(
    { times: raw.times, values: drawn },
    { from: span.from * 1000, to: span.to * 1000 + 1, columns: width * 2, intervalMs: interval_seconds * 1000 },
  );
  const level = (value: number | undefined, name: string): HTMLElement[] =>
    value === undefined ? [] : [make('path', { class: name, d: `M0,${y(value).toFixed(1)}H${width}` })];
  const first = Math.ceil(span.from / 86_400) * 86_400;
  const days = Array.from({ length: 7 }, (_, index) => x((first + index * 86_400) * 1000).toFixed(1));
  return make(
    'svg',
    {
      class: 'line',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${title} over seven days`,
      'data-domain': `${least} ${most}`,
      'data-span': `${span.from} ${span.to}`,
    },
    make('path', { class: 's-grid', d: days.map((at) => `M${at},0V${height}`).join('') }),
    ...level(red, 's-red'),
    ...level(amber, 's-amber'),
    make('path', { class: 's-line', d: linePath(pieces, x, y) }),
  );
}

/** The worst of all items, as in the archive; undefined where nothing was read. */
function valueIn(
  { sections }: SeenSnapshot,
  { reads, worst: which }: Pick<Card, 'reads' | 'worst'>,
): number | undefined {
  const data = dataOf(sections[reads.section]);
  if (!isObject(data)) return undefined;
  const own = numberIn(data, reads.field);
  const values =
    own === undefined ? Object.values(data).flatMap((item) => numberIn(dataOf(item), reads.field) ?? []) : [own];
  if (values.length === 0) return undefined;
  return which === 'most' ? Math.max(...values) : Math.min(...values);
}

const dataOf = (envelope: unknown): unknown => (isObject(envelope) ? (envelope as { data?: unknown }).data : undefined);

function numberIn(data: unknown, field: string): number | undefined {
  const value = isObject(data) ? (data as Record<string, unknown>)[field] : undefined;
  return typeof value === 'number' ? value : undefined;
}
