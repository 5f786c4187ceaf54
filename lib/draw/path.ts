// Writes points as the text of an SVG path, rounded to 0.1 px and without the middle points of straight runs: a week's path
// has a fifth of the bytes.
import type { Point } from './reduce.ts';
import { tenth } from './svg.ts';

type Pixels = readonly [x: number, y: number];
export type Place = (value: number) => number;

/** A piece of a single point becomes a dot, where the line has round caps. */
export const linePath = (pieces: readonly (readonly Point[])[], x: Place, y: Place): string =>
  pieces.map((piece) => piecePath(straightened(piece.map((point) => pixelsOf(point, x, y))))).join('');

/** Closed areas between the line and a level of the picture, such as the pixel row of a limit. */
export const areaPath = (pieces: readonly (readonly Point[])[], x: Place, y: Place, base: number): string =>
  pieces
    .filter((piece) => piece.length > 1)
    .map((piece) => {
      const line = straightened(piece.map((point) => pixelsOf(point, x, y)));
      const [first] = line as [Pixels];
      return `${piecePath(line)}V${tenth(base)}H${tenth(first[0])}Z`;
    })
    .join('');

function piecePath(line: readonly Pixels[]): string {
  const [first, ...rest] = line;
  if (!first) return '';
  const start = `M${tenth(first[0])},${tenth(first[1])}`;
  return rest.length === 0 ? `${start}h0` : start + rest.map(([x, y]) => `L${tenth(x)},${tenth(y)}`).join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
const pixelsOf = ([time, value]: Point, x: Place, y: Place): Pixels => [round(x(time)), round(y(value))];

/** Half of the last digit: no dropped point lies further from the drawn line. */
const tolerance = 0.05;

/** Drops points while one straight line passes all of them: `lowest` and `highest` are the slopes from the last kept point. */
function straightened(points: readonly Pixels[]): readonly Pixels[] {
  const [first, ...rest] = points;
  if (!first) return [];
  const kept = [first];
  let [anchor, before] = [first, first];
  let [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const point of rest) {
    let slope = slopeOf(anchor, point, 0);
    if (!(slope >= lowest && slope <= highest)) {
      kept.push(before);
      anchor = before;
      [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      slope = slopeOf(anchor, point, 0);
    }
    lowest = Math.max(lowest, slopeOf(anchor, point, -tolerance));
    highest = Math.min(highest, slopeOf(anchor, point, tolerance));
    // A vertical step has no slope: the next point begins a new line.
    if (!Number.isFinite(slope)) [lowest, highest] = [Number.NaN, Number.NaN];
    before = point;
  }
  if (before !== kept.at(-1)) kept.push(before);
  return kept;
}

const slopeOf = ([ax, ay]: Pixels, [x, y]: Pixels, shift: number): number => (y + shift - ay) / (x - ax);
