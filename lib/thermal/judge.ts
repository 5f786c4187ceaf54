// Which sensors have a limit, and which of those cannot be read. Pure.
import { wildcard } from '../core/text.ts';
import type { ThermalConfig } from './config.ts';
import { cpuPackages, isDisk, isGpu, isNvmeComposite, nvmeDisks, unreadPackages } from './package.ts';
import { type Bad, type Good, isGood, keyOf, type Reading, type Sensor } from './reading.ts';

export type Limits = Pick<
  ThermalConfig['thermal'],
  'cpu' | 'nvme' | 'disk' | 'gpu' | 'for' | 'samples' | 'unread' | 'clear'
>;

export interface Judged {
  /** Stable from beat to beat; a package keeps its key when another core becomes the hottest. */
  readonly key: string;
  readonly reading: Good;
  readonly title: string;
  readonly above: number;
  readonly limit_key: string;
}

/** A judged sensor without a temperature. */
export interface Unread {
  readonly key: string;
  readonly reading: Bad;
  readonly title: string;
}

const packageKey = ({ source, chip }: Sensor): string => `${source} ${chip} package`;

/** Every reading that has a limit. */
export function judge(readings: readonly Reading[], limits: Limits): Judged[] {
  const cpu = new Set<Reading>(cpuPackages(readings));
  const nvme = new Set<Reading>(nvmeDisks(readings));
  return readings.filter(isGood).flatMap((reading) => {
    const isCpu = cpu.has(reading);
    const key = isCpu ? packageKey(reading) : keyOf(reading);
    const byDefault = defaultLimit();
    const index = limits.for.findIndex((exception) => fits(exception, reading));
    if (index < 0) return byDefault === undefined ? [] : [{ key, reading, ...byDefault }];
    const above = limits.for[index]?.above;
    const title = byDefault?.title ?? reading.sensor;
    return above === undefined ? [] : [{ key, reading, title, above, limit_key: `thermal.for.${index}.above` }];

    function defaultLimit(): Pick<Judged, 'title' | 'above' | 'limit_key'> | undefined {
      const { above: cpuAbove } = limits.cpu;
      if (isCpu) return { title: 'CPU package', above: cpuAbove, limit_key: 'thermal.cpu.above' };
      if (nvme.has(reading)) return { title: 'NVMe disk', above: limits.nvme.above, limit_key: 'thermal.nvme.above' };
      if (isDisk(reading)) return { title: 'disk', above: limits.disk.above, limit_key: 'thermal.disk.above' };
      if (isGpu(reading)) return { title: 'GPU', above: limits.gpu.above, limit_key: 'thermal.gpu.above' };
      const { sensor, id, crit } = reading;
      return crit === undefined ? undefined : { title: sensor, above: crit, limit_key: `${id}_crit of the chip` };
    }
  });
}

/** Judged sensors that have no temperature now, and chips that may be the CPU's: not even their names can be read. */
export function unreadSensors(readings: readonly Reading[], limits: Limits): Unread[] {
  const packages = new Set<Reading>(unreadPackages(readings));
  const disksRead = new Set(nvmeDisks(readings).map(({ chip }) => chip));
  const disksShown = new Set(readings.filter(({ source }) => source === 'hwmon').map(({ chip }) => chip));
  return readings.flatMap((reading): Unread[] => {
    // A sensor that is not there is not missed: a virtual disk has no temperature.
    if (isGood(reading) || reading.problem === 'absent') return [];
    const isCpu = packages.has(reading);
    const exception = limits.for.find((one) => fits(one, reading));
    const title = titleByDefault();
    if (exception ? !isMissed(exception) : title === undefined) return [];
    const key = `unread ${isCpu ? packageKey(reading) : keyOf(reading)}`;
    return [{ key, reading, title: title ?? reading.sensor }];

    /** A pattern may fit inputs to which nothing is connected: their nonsense is no fault. */
    function isMissed({ above, sensor }: Limits['for'][number]): boolean {
      const isNamed = title !== undefined || (sensor !== undefined && !sensor.includes('*'));
      return above !== undefined && (isNamed || !isNonsense(reading as Bad));
    }

    function titleByDefault(): string | undefined {
      const { source, chip, driver, crit } = reading;
      if (isCpu) return 'CPU package';
      if (isNvmeComposite(reading) && source !== 'sensors' && !disksRead.has(chip))
        return source === 'hwmon' || !disksShown.has(chip) ? 'NVMe disk' : undefined;
      if (isDisk(reading)) return 'disk';
      if (driver === '') return 'a chip without a readable name';
      // A graphics card that sleeps cannot be read, and is well.
      return crit === undefined || isOfGpu(reading) || isNonsense(reading as Bad) ? undefined : reading.sensor;
    }
  });
}

const isOfGpu = (reading: Reading): boolean => isGpu({ ...reading, id: 'temp1' });

const isNonsense = ({ problem }: Bad): boolean => problem === 'implausible' || problem === 'faulted';

/** An entry under `for` without `above`: the sensor, or the fan, is not judged. */
export const isExempt = (sensor: Sensor, { for: list }: Pick<Limits, 'for'>): boolean => {
  const exception = list.find((one) => fits(one, sensor));
  return exception !== undefined && exception.above === undefined;
};

const fits = ({ source, chip, sensor }: Limits['for'][number], of: Sensor): boolean =>
  matches(source, of.source) && matches(chip, of.chip) && matches(sensor, of.sensor);

/** Only a pattern with a `*` is compiled: that costs a beat as much as reading two sensors. */
const matches = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined || pattern === text || (pattern.includes('*') && wildcard(pattern).test(text));
