// Reduces a series to what a picture can show: for each column of pixels the first, least, greatest and last value, in the
// order of time. A line breaks where a value is missing and where snapshots are: a gap is never bridged.
import { gapIntervals } from '../core/age.ts';

export interface Series {
  /** Milliseconds since 1970, rising. */
  readonly times: ArrayLike<number>;
  /** NaN where the value is missing. */
  readonly values: ArrayLike<number>;
}

export type Point = readonly [time: number, value: number];

export interface Window {
  /** Milliseconds since 1970. `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  /** Milliseconds between two snapshots. A longer distance than 1.5 of them is a gap. */
  readonly intervalMs: number;
}

/** The unbroken pieces of the line. */
export function reduce({ times, values }: Series, { from, to, columns, intervalMs }: Window): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  let column: Column | undefined;
  let before = Number.NaN;
  const endPiece = (): void => {
    if (column) piece.push(...pointsOf(column));
    if (piece.length > 0) pieces.push(piece);
    piece = [];
    column = undefined;
  };
  for (let index = 0; index < times.length; index++) {
    const [time, value] = [times[index] as number, values[index] as number];
    if (time < from || time >= to) continue;
    if (time - before > gapIntervals * intervalMs) endPiece();
    if (!Number.isFinite(value)) {
      endPiece();
      continue;
    }
    before = time;
    const number = Math.floor(((time - from) / (to - from)) * columns);
    const point: Point = [time, value];
    if (column?.number !== number) {
      if (column) piece.push(...pointsOf(column));
      column = { number, first: point, least: point, greatest: point, last: point };
      continue;
    }
    if (value < column.least[1]) column.least = point;
    if (value > column.greatest[1]) column.greatest = point;
    column.last = point;
  }
  endPiece();
  return pieces;
}

interface Column {
  readonly number: number;
  readonly first: Point;
  least: Point;
  greatest: Point;
  last: Point;
}

function pointsOf({ first, least, greatest, last }: Column): Point[] {
  const [one, other] = least[0] < greatest[0] ? [least, greatest] : [greatest, least];
  return [first, one, other, last].filter((point, index, all) => point !== all[index - 1]);
}

/** The worst value of each stretch of time in place of the values that are within their limit: ages and lags rise and fall
 * with every file, and beyond a day they would fill the panel as a solid block. A value beyond its limit stays as it is, so that a fault begins
 * and ends where it did. */
export function worstOfStretches({ times, values }: Series, limit: number, stretchMs: number): Float64Array {
  const smooth = Float64Array.from(values);
  for (let begin = 0, end = 0; begin < smooth.length; begin = end) {
    const stretch = Math.floor((times[begin] as number) / stretchMs);
    let worst = Number.NEGATIVE_INFINITY;
    for (end = begin; end < smooth.length && Math.floor((times[end] as number) / stretchMs) === stretch; end++) {
      const value = smooth[end] as number;
      if (value <= limit && value > worst) worst = value;
    }
    for (let index = begin; index < end; index++) if ((smooth[index] as number) <= limit) smooth[index] = worst;
  }
  return smooth;
}

/** The point with the greatest (`sign` 1) or least (-1) value; the first of several. Undefined where there is none. */
export function extremeOf({ times, values }: Series, sign: 1 | -1): Point | undefined {
  let found: Point | undefined;
  for (let index = 0; index < times.length; index++) {
    const value = values[index] as number;
    if (Number.isFinite(value) && (found === undefined || sign * (value - found[1]) > 0))
      found = [times[index] as number, value];
  }
  return found;
}

export function lastOf({ times, values }: Series): Point | undefined {
  for (let index = times.length - 1; index >= 0; index--)
    if (Number.isFinite(values[index])) return [times[index] as number, values[index] as number];
  return undefined;
}
