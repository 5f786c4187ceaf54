// Which readings are the CPU package's, and which an NVMe disk's. Boards have many sensors that are named after the CPU
// and measure something else: those of super-IO chips (CPUTIN), of the firmware (acpitz), of the chipset (pch_…).
import { type Bad, type Good, isGood, type Reading } from './reading.ts';

/** One reading for each package, all from the most trusted source that has any. */
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

/** One reading for each package that cannot be determined. Which other source stands in for it nobody knows: no name links
 * the packages of two sources. */
export function unreadPackages(readings: readonly Reading[]): Bad[] {
  for (const source of ['hwmon', 'thermal_zone']) {
    const chips = Map.groupBy(
      readings.filter((reading) => reading.source === source && isOfCpu(reading.driver)),
      ({ chip }) => chip,
    );
    if (chips.size === 0) continue;
    return [...chips.values()].flatMap((chip) => {
      const bad = chip.filter((one): one is Bad => !isGood(one) && one.problem !== 'absent');
      if (packageOf(chip) !== undefined) return [];
      return bad.find(({ sensor }) => isNamedPackage(sensor)) ?? bad[0] ?? [];
    });
  }
  return [];
}

const isNamedPackage = (sensor: string): boolean => sensor === 'Tdie' || /^(Package|Physical) id \d+$/.test(sensor);

/** True for the zone of an Intel package and for ARM chips and zones: their hottest sensor counts. */
const isPlain = (driver: string): boolean => driver === 'x86_pkg_temp' || /^(cpu|soc)[-_]?\d*[-_]thermal$/.test(driver);

export const isOfCpu = (driver: string): boolean =>
  driver === 'coretemp' || driver === 'k10temp' || driver === 'zenpower' || isPlain(driver);

/** The package reading of one chip; undefined if the chip is no CPU. */
function packageOf(all: readonly Reading[]): Good | undefined {
  const [first] = all;
  if (!first) return undefined;
  // If the package sensor cannot be read now, the package is unknown: the other sensors measure something else.
  const best = all.find(({ sensor }) => isNamedPackage(sensor));
  if (best && !isGood(best) && best.problem === 'unreadable') return undefined;
  const chip = all.filter(isGood);
  if (first.driver === 'coretemp') {
    const temp1 = chip.find(({ id }) => id === 'temp1');
    return (
      chip.find(({ sensor }) => /^(Package|Physical) id \d+$/.test(sensor)) ??
      // sensors.d may rename the package sensor; chips before 2011 have none, and their temp1 is a core.
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

export const isNvmeComposite = ({ driver, sensor, id }: Reading): boolean =>
  driver === 'nvme' && (id === 'temp1' || sensor.toLowerCase() === 'composite');

/** The temperature of a SATA or SAS disk. */
export const isDisk = ({ source, driver, id }: Reading): boolean =>
  source === 'hwmon' && driver === 'drivetemp' && id === 'temp1';

const gpuDrivers: ReadonlySet<string> = new Set(['amdgpu', 'radeon', 'nouveau', 'nvidia', 'i915', 'xe']);

/** The first sensor of a graphics card; the others (junction, memory) have limits of their own in the chip. */
export const isGpu = ({ source, driver, id }: Reading): boolean =>
  source === 'hwmon' && gpuDrivers.has(driver) && id === 'temp1';

/** The one temperature that each disk is judged by; hwmon's, if hwmon shows the disk. */
export function nvmeDisks(readings: readonly Reading[]): Good[] {
  const disks = readings.filter(isGood).filter(isNvmeComposite);
  const known = new Set(disks.filter(({ source }) => source === 'hwmon').map(({ chip }) => chip));
  // `sensors` does not use the kernel's names: if hwmon shows any disk, it shows those of `sensors` too.
  return disks.filter(
    ({ source, chip }) => source === 'hwmon' || !(known.has(chip) || (source === 'sensors' && known.size > 0)),
  );
}
