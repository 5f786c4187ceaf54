// Sizes and shared parts of a picture. It is 1200 px wide and is read at half of that.
import { type Scheme } from '../draw/colours.ts';
import type { Place } from '../draw/path.ts';
import type { Run } from '../draw/strip.ts';
import type { TimeAxis } from '../draw/time-axis.ts';
import { element, type Markup } from '../draw/svg.ts';

export const width = 1200;
export const left = 150;
export const right = width - 206;
export const margin = 24;
export const panelHigh = 92;

export const sizes = { title: 30, panel: 19, label: 17, foot: 14 } as const;

/** What all parts of a picture share. */
export interface Sheet {
  readonly scheme: Scheme;
  /** Milliseconds since 1970; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** What lies after this is not known yet. */
  readonly until: number;
  /** A line that has no value after this has ended: its last value is not the present one. */
  readonly endsBefore: number;
  readonly intervalMs: number;
  readonly axis: TimeAxis;
  /** Where nobody looked. */
  readonly gaps: readonly Run[];
  /** Time → pixels. */
  readonly x: Place;
}

/** A part of the picture, and where the next one begins. */
export interface Part {
  readonly markup: Markup;
  readonly bottom: number;
}

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
  { size = sizes.label, fill, bold, anchor, halo }: Style,
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
