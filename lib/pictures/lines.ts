// The lines of a panel: their order, colours and unbroken pieces.
import { extremeOf, type Point, reduce, type Series, worstOfStretches } from '../draw/reduce.ts';
import type { DrawnLimits } from '../engine/limits.ts';
import { left, right, type Sheet } from './layout.ts';
import { isUpward } from './limits.ts';
import type { Line, ValuesModel } from './panels.ts';

export interface Drawn extends Line {
  readonly colour: string;
  readonly isColoured: boolean;
  readonly series: Series;
  readonly pieces: readonly (readonly Point[])[];
}

/** Beyond a day, ages are drawn as the worst of this share of the time. */
export const stretches = 84;

/** At most four lines are coloured: those that broke a limit, worst first; or all, where there are one or two. */
export function drawnLines(sheet: Sheet, { lines }: ValuesModel, times: ArrayLike<number>, isSmooth: boolean): Drawn[] {
  const { scheme, from, to, intervalMs } = sheet;
  const colours = scheme.series;
  const inOrder = lines.toSorted((a, b) => b.severity - a.severity || excess(b) - excess(a));
  return inOrder.map((one, index) => {
    const isColoured = index < colours.length && (one.severity > 0 || lines.length <= 2 || lines.every(({ limits }) => !limits));
    const limit = one.limits?.amber ?? one.limits?.red ?? Infinity;
    const values = isSmooth ? worstOfStretches({ times, values: one.values }, limit, (to - from) / stretches) : one.values;
    const pieces = reduce({ times, values }, { from, to, columns: right - left, intervalMs });
    const colour = (isColoured ? colours[index] : undefined) ?? scheme.context;
    return { ...one, series: { times, values: one.values }, pieces, isColoured, colour };
  }); // prettier-ignore
}

/** How far the worst value is from its limit, as a share of the limit. */
function excess({ values, limits }: Line): number {
  const limit = limits?.red ?? limits?.amber ?? 1;
  const sign = signOf(limits);
  const [, worst = 0] = extremeOf({ times: values, values }, sign) ?? [];
  return (sign * (worst - limit)) / Math.max(Math.abs(limit), 1e-9);
}

export const signOf = (limits: DrawnLimits | undefined): 1 | -1 => (limits && !isUpward(limits.side) ? -1 : 1);

export function within({ times, values }: Series, from: number, to: number): Series {
  const inside = Float64Array.from(values, (value, index) => {
    const time = times[index] ?? Number.NaN;
    return time >= from && time < to ? value : Number.NaN;
  });
  return { times, values: inside };
}
