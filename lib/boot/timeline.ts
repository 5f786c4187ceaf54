// The timeline of a boot as SVG: a row for each component, a bar for each attempt. Pure.
import { formatDuration } from '../core/quantity.ts';
import { light } from '../draw/colours.ts';
import { levelShape } from '../draw/marks.ts';
import { linearScale } from '../draw/scale.ts';
import { line, rectangle, text } from '../draw/shapes.ts';
import { element, type Markup } from '../draw/svg.ts';
import { fitText } from '../draw/text-width.ts';
import { shortDuration } from '../draw/words.ts';
import type { BootSummary, ComponentResult } from './files.ts';

const width = 1200;
const left = 260;
const right = 1000;
const top = 70;
const rowHeight = 34;
const barHeight = 18;
/** A line below the bar, for the reason of a failure: over a bar nobody can read it. */
const reasonHeight = 22;
const size = 15;

const levelOf = { ready: 'green', failed: 'red', skipped: 'unknown' } as const;

export function drawTimeline(summary: BootSummary): string {
  const { components, counts, seconds, started_at } = summary;
  const tops = [top];
  for (const component of components) tops.push((tops.at(-1) ?? top) + heightOf(component));
  const bottom = tops.at(-1) ?? top;
  const height = bottom + 50;
  const scale = linearScale([0, Math.max(seconds, 0.001)], [left, right], 6);
  const title = `Boot of ${started_at.slice(0, 19).replace('T', ' ')} UTC: ${counts['components_ready']} of ${components.length} components ready in ${formatDuration(seconds)}`;
  return `${
    element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: 'img',
        'aria-label': title,
        'font-family': "Inter, 'DejaVu Sans', sans-serif",
      },
      rectangle(0, 0, width, height, light.ground),
      text(24, 38, title, { fill: light.ink, size: 19, bold: true }),
      ...scale.ticks.flatMap((tick) => [
        line([scale.at(tick), top, scale.at(tick), bottom], light.grid, 1),
        text(scale.at(tick), bottom + 24, shortDuration(tick), { fill: light.muted, size, anchor: 'middle' }),
      ]),
      ...components.flatMap((component, index) => drawRow(component, tops[index] ?? top, scale.at)),
    ).markup
  }\n`;
}

const heightOf = ({ outcome }: ComponentResult): number => rowHeight + (outcome === 'failed' ? reasonHeight : 0);

function drawRow(component: ComponentResult, y: number, x: (seconds: number) => number): Markup[] {
  const { name, outcome, attempts, began_seconds, seconds, reason = '' } = component;
  const middle = y + rowHeight / 2;
  const end = x(began_seconds + seconds);
  return [
    levelShape(levelOf[outcome], light, 32, middle),
    text(52, middle + 5, fitText(name, left - 70, size), { fill: light.ink, size }),
    line([x(began_seconds), middle, end, middle], light.stale, 2, '2 4'),
    ...attempts.map((attempt) =>
      rectangle(
        x(attempt.began_seconds),
        middle - barHeight / 2,
        Math.max(2, x(attempt.began_seconds + attempt.seconds) - x(attempt.began_seconds)),
        barHeight,
        attempt.reason === undefined ? light.levels.green : light.levels.red,
      ),
    ),
    ...(outcome === 'skipped'
      ? [text(left, middle + 5, fitText(`skipped: ${reason}`, width - left - 24, size), { fill: light.muted, size })]
      : [text(end + 10, middle + 5, formatDuration(seconds), { fill: light.muted, size })]),
    ...(outcome === 'failed'
      ? [text(left, middle + rowHeight / 2 + 8, fitText(reason, width - left - 24, size), { fill: light.ink, size })]
      : []),
  ];
}
