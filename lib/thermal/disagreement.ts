// A thermal zone and hwmon mostly show the same sensors. If their values differ, one of them is wrong.
import { formatMeasure } from '../core/quantity.ts';
import { cpuPackages } from './package.ts';
import { type Good, isGood, type Reading } from './reading.ts';

/** Between two readings some milliseconds apart, a processor that gets work may warm up by half of this. */
const mostCelsius = 15;

/** `counts`: beats in a row in which a pair differed. `warnings`: one for each pair that reached `samples`. */
export function countDisagreements(
  readings: readonly Reading[],
  before: Readonly<Record<string, number>>,
  samples: number,
): { counts: Record<string, number>; warnings: string[] } {
  const found = [...disagreements(readings)];
  const counts = Object.fromEntries(found.map(([pair]) => [pair, (before[pair] ?? 0) + 1]));
  return { counts, warnings: found.filter(([pair]) => (counts[pair] ?? 0) >= samples).map(([, says]) => says) };
}

/** Type of the thermal zone → warning. */
export function disagreements(readings: readonly Reading[]): Map<string, string> {
  const good = readings.filter(isGood);
  const zones = Map.groupBy(
    good.filter(({ source }) => source === 'thermal_zone'),
    ({ driver }) => driver,
  );
  const hwmon = good.filter(({ source }) => source === 'hwmon');
  const packages = cpuPackages(hwmon);
  const found = new Map<string, string>();
  for (const [type, zone] of zones) {
    const same = hwmon.filter(({ driver }) => driver === type.replaceAll('-', '_') || driver === type);
    const [one, other] = furthestApart(descending(zone), descending(type === 'x86_pkg_temp' ? packages : same));
    if (one === undefined || other === undefined || Math.abs(one - other) <= mostCelsius) continue;
    found.set(
      type,
      `the thermal zone ${type} says ${formatMeasure(one, 'C')}, hwmon ${formatMeasure(other, 'C')} of the same: one of them is wrong`,
    );
  }
  return found;
}

const descending = (readings: readonly Good[]): number[] =>
  readings.map(({ celsius }) => celsius).sort((a, b) => b - a);

/** The pair that differs most. No name links the two sides: equal counts are paired by rank, else only the hottest. */
function furthestApart(some: readonly number[], others: readonly number[]): (number | undefined)[] {
  const apart = (index: number): number => Math.abs((some[index] ?? 0) - (others[index] ?? 0));
  const indices = some.length === others.length ? [...some.keys()] : [0];
  const most = indices.reduce((widest, index) => (apart(index) > apart(widest) ? index : widest), 0);
  return [some[most], others[most]];
}
