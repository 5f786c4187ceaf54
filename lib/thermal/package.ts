// Which readings are the CPU package's, and which an NVMe disk's. Boards have many sensors that are called after the CPU
// and show something else: those of super-IO chips (CPUTIN), of the firmware (acpitz), of the chipset (pch_…).
import { type Good, isGood, type Reading } from './reading.ts';

/** One of each package; of the source that is believed most, of those that know one. */
export function cpuPackages(readings: readonly Reading[]): Good[] {
  for (const source of ['hwmon', 'sensors', 'thermal_zone'] as const) {
    const chips = Map.groupBy(
      readings.filter((reading) => reading.source === source),
      ({ chip }) => chip,
    );
    const packages = [...chips.values()].flatMap((chip) => packageOf(chip) ?? []);
    if (packages.length > 0) return packages;
  }
  return [];
}

/** A zone of an Intel package, or a chip or zone of ARM, where the hottest sensor stands for all. */
const isPlain = (driver: string): boolean => driver === 'x86_pkg_temp' || /^(cpu|soc)[-_]?\d*[-_]thermal$/.test(driver);

/** The processor's own chips and zones, by what they are called. */
export const isOfCpu = (driver: string): boolean =>
  driver === 'coretemp' || driver === 'k10temp' || driver === 'zenpower' || isPlain(driver);

/** Of one chip; undefined where it is none of a CPU's. */
function packageOf(all: readonly Reading[]): Good | undefined {
  const [first] = all;
  if (!first) return undefined;
  // One that could not be read just now is unknown: what stands in its place means something else.
  const best = all.find(({ sensor }) => sensor === 'Tdie' || /^(Package|Physical) id \d+$/.test(sensor));
  if (best && !isGood(best) && best.problem === 'unreadable') return undefined;
  const chip = all.filter(isGood);
  if (first.driver === 'coretemp') {
    const temp1 = chip.find(({ id }) => id === 'temp1');
    return (
      chip.find(({ sensor }) => /^(Package|Physical) id \d+$/.test(sensor)) ??
      // Renamed in sensors.d; before 2011 there was none, and temp1 is a core.
      (temp1 && !temp1.sensor.startsWith('Core') ? temp1 : undefined) ??
      hottest(chip.filter(({ sensor, id }) => sensor.startsWith('Core') || sensor === id))
    );
  }
  // Tctl carries an offset for the fans on some models, so it comes last.
  if (first.driver === 'k10temp' || first.driver === 'zenpower')
    return (
      chip.find(({ sensor }) => sensor === 'Tdie') ??
      hottest(chip.filter(({ sensor }) => sensor.startsWith('Tccd'))) ??
      chip.find(({ sensor }) => sensor === 'Tctl') ??
      chip.find(({ id }) => id === 'temp1')
    );
  if (isPlain(first.driver)) return hottest(chip);
  return undefined;
}

const hottest = (readings: readonly Good[]): Good | undefined =>
  readings.reduce<Good | undefined>((most, one) => (most && most.celsius >= one.celsius ? most : one), undefined);

/** Of each disk the one temperature that it is judged by; hwmon's where it knows the disk. */
export function nvmeDisks(readings: readonly Reading[]): Good[] {
  const disks = readings
    .filter(isGood)
    .filter(({ driver, sensor, id }) => driver === 'nvme' && (/^composite$/i.test(sensor) || id === 'temp1'));
  const known = new Set(disks.filter(({ source }) => source === 'hwmon').map(({ chip }) => chip));
  // The names of `sensors` are not those of the kernel: where hwmon knows disks, it knows those of `sensors` too.
  return disks.filter(
    ({ source, chip }) => source === 'hwmon' || !(known.has(chip) || (source === 'sensors' && known.size > 0)),
  );
}
