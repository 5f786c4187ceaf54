// Sizes and shared parts of a picture. It is 1200 px wide and is read at half of that.
import { type Scheme } from '../draw/colours.ts';
import type { Place } from '../draw/path.ts';
import { textSize } from '../draw/shapes.ts';
import type { Run } from '../draw/strip.ts';
import type { TimeAxis } from '../draw/time-axis.ts';
import type { Markup } from '../draw/svg.ts';

export const width = 1200;
export const left = 150;
export const right = width - 206;
export const margin = 24;
export const panelHigh = 92;

export const sizes = { title: 30, panel: 19, label: textSize, foot: 14 } as const;

/** Properties that all parts of a picture share. */
export interface Sheet {
  readonly scheme: Scheme;
  /** Milliseconds since 1970; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** End of the data: later times are not known yet. */
  readonly until: number;
  /** A line that has no value after this has ended: its last value is not the present one. */
  readonly endsBefore: number;
  readonly intervalMs: number;
  readonly axis: TimeAxis;
  /** Times without snapshots. */
  readonly gaps: readonly Run[];
  /** Time → pixels. */
  readonly x: Place;
}

/** A part of the picture, and where the next one begins. */
export interface Part {
  readonly markup: Markup;
  readonly bottom: number;
}
