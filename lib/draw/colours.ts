// Colours of pictures and page, in two schemes. Levels differ in height, shape and hatching too, for readers who do not see
// the colours. No series has the hue of a level.
import type { Level } from '../core/level.ts';

export interface Scheme {
  readonly levels: Readonly<Record<Level, string>>;
  /** Colours of levels that words are readable in, and their grounds. */
  readonly words: Readonly<Record<Level, string>>;
  readonly wordGrounds: Readonly<Record<Level, string>>;
  readonly noSnapshot: string;
  readonly stale: string;
  readonly staleGround: string;
  readonly ground: string;
  readonly panel: string;
  readonly track: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly day: string;
  readonly focus: string;
  /** At most four series are coloured: those that broke a limit, worst first. */
  readonly series: readonly string[];
  /** All other series. */
  readonly context: string;
}

export const light: Scheme = {
  levels: { green: '#2a9d8f', amber: '#cc7700', red: '#a80f2c', unknown: '#5b3fb8' },
  words: { green: '#0b6b58', amber: '#8a4b00', red: '#a80f2c', unknown: '#4b34a8' },
  wordGrounds: { green: '#e3f4ef', amber: '#fdf0dc', red: '#fbe6e9', unknown: '#ebe8fa' },
  noSnapshot: '#b9c3ce',
  stale: '#3c4651',
  staleGround: '#e6eaef',
  ground: '#ffffff',
  panel: '#f6f8fa',
  track: '#f3f6f9',
  ink: '#1b2430',
  muted: '#56616f',
  grid: '#e3e8ee',
  day: '#c3ccd6',
  focus: '#0b57d0',
  series: ['#0b4f9e', '#3d8fd1', '#c04a98', '#6b4423'],
  context: '#b3bfcc',
};

export const dark: Scheme = {
  levels: { green: '#3fd6b8', amber: '#f0b021', red: '#ee4a5c', unknown: '#8b7bff' },
  words: { green: '#5fe0c4', amber: '#f5b52e', red: '#ff8a96', unknown: '#b3a9ff' },
  wordGrounds: { green: '#12302a', amber: '#33270d', red: '#3a161c', unknown: '#231f45' },
  noSnapshot: '#4a5766',
  stale: '#c3ccd6',
  staleGround: '#232c37',
  ground: '#0f141a',
  panel: '#171e26',
  track: '#1b232d',
  ink: '#e8edf3',
  muted: '#9aa7b5',
  grid: '#232c37',
  day: '#3d4a59',
  focus: '#8ab4ff',
  series: ['#6ea8ff', '#c3e4ff', '#ff8ad1', '#c9a27c'],
  context: '#516070',
};

/** Height of a level in a strip, as a share of the strip. */
export const stripHeight: Readonly<Record<Level, number>> = { green: 0.3, amber: 0.62, red: 1, unknown: 1 };
