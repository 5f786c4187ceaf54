// Texts, lines and areas of a picture.
import { element, type Markup } from './svg.ts';

/** Default size of a text, in pixels. */
export const textSize = 17;

interface Style {
  readonly size?: number;
  readonly fill: string;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Colour of an outline that keeps the text readable on lines. */
  readonly halo?: string;
}

export const text = (
  x: number,
  y: number,
  content: string,
  { size = textSize, fill, bold, anchor, halo }: Style,
): Markup =>
  element(
    'text',
    {
      x,
      y,
      'font-size': size,
      fill,
      'font-weight': bold ? '700' : undefined,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      ...(halo === undefined
        ? {}
        : { stroke: halo, 'stroke-width': 4, 'stroke-linejoin': 'round', 'paint-order': 'stroke' }),
    },
    content,
  );

/** A line of values. `data` are attributes for readers of the SVG, such as tests. */
export const curve = (d: string, stroke: string, wide: number, data: Readonly<Record<string, string>>): Markup =>
  element('path', {
    d,
    fill: 'none',
    stroke,
    'stroke-width': wide,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
    ...data,
  });

export const rectangle = (x: number, y: number, wide: number, high: number, fill: string): Markup =>
  element('rect', { x, y, width: wide, height: high, fill });

export const line = (
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  stroke: string,
  wide: number,
  dash?: string,
): Markup =>
  element('path', { d: `M${round(x1)},${round(y1)}L${round(x2)},${round(y2)}`, stroke, 'stroke-width': wide, 'stroke-dasharray': dash, fill: 'none' }); // prettier-ignore

const round = (value: number): number => Math.round(value * 10) / 10;
