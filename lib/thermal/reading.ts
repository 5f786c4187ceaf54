// One temperature, or the reason why there is none. An invalid value is never kept as a number.
import { listOf, number, object, opaque, optional, string } from '../contract/shape.ts';

/** Each has another remedy: nothing is connected, the sensor is broken, or it could not be read. */
type Problem = 'absent' | 'faulted' | 'implausible' | 'stale' | 'unreadable';

export type Reading = Good | Bad;

export interface Sensor {
  /** The name of the probe that read it. */
  readonly source: string;
  /** Unique within its source and stable across boots: named by the device's location, not by the order of start. */
  readonly chip: string;
  /** Its name if that is unique within the chip, else its number: `Package id 0`, `temp3`. */
  readonly sensor: string;
  /** The kind of chip: the name of its driver (`coretemp`), or the type of a zone (`x86_pkg_temp`). */
  readonly driver: string;
  /** `temp1`, where the sensor has a number. */
  readonly id?: string;
  /** The chip's own critical limit, where it is plausible. */
  readonly crit?: number;
  /** Whether the chip itself raises an alarm for this sensor; absent where it has none. */
  readonly alarm?: boolean;
}

export type Good = Sensor & { readonly celsius: number };
export type Bad = Sensor & { readonly problem: Problem; readonly why: string };

/** `rpm` is absent where the fan could not be read. */
export interface Fan extends Sensor {
  readonly rpm?: number;
  readonly min_rpm?: number;
}

export const isGood = (reading: Reading): reading is Good => 'celsius' in reading;

/** The readings of one source. */
export interface Temperatures {
  readonly readings: readonly Reading[];
  readonly fans?: readonly Fan[];
  /** Age of the oldest reading, if another unit reads the sensors for us. */
  readonly age_seconds?: number;
  /** Messages that a person could act on. */
  readonly warnings?: readonly string[];
}

export const temperatures = {
  schema: object({
    readings: listOf(opaque<Reading>()),
    fans: optional(listOf(opaque<Fan>())),
    age_seconds: optional(number),
    warnings: optional(listOf(string)),
  }),
};

/** Identifies a sensor across beats and boots. */
export const keyOf = ({ source, chip, sensor }: Sensor): string => `${source} ${chip} ${sensor}`;

/** Celsius. Drivers report an unconnected sensor as -128, 255, 511, 65261.85 or absolute zero, all outside. */
export const believable = [-40, 150] as const;

/** Critical limits below this were never set: many boards leave 0 there. */
const leastCrit = 40;

/** Undefined where the chip's critical limit is none: 0, -274, 65261.85. */
export function readCrit(text: string): number | undefined {
  const crit = Number(text.trim() || 'none') / 1000;
  return crit >= leastCrit && crit <= believable[1] ? crit : undefined;
}

/** `text` as a file of the kernel gives it: whole thousandths of a degree. */
export function readMillidegrees(sensor: Sensor, text: string): Reading {
  // Number() alone would turn an empty file into 0.
  if (!/^-?\d+\s*$/.test(text))
    return { ...sensor, problem: 'implausible', why: `not a number of millidegrees: ${JSON.stringify(text)}` };
  return readCelsius(sensor, Number(text) / 1000);
}

export function readCelsius(sensor: Sensor, exact: number): Reading {
  const celsius = Math.round(exact * 1000) / 1000;
  const bad = (problem: Problem, why: string): Reading => ({ ...sensor, problem, why });
  // A virtual disk gives -273150 and a real one 0 kelvin if it does not report its temperature.
  if (celsius <= -273 && celsius >= -274) return bad('absent', `${celsius} C is absolute zero: it is not reported`);
  if (!(celsius > believable[0] && celsius < believable[1]))
    return bad('implausible', `${celsius} C is no temperature of a machine`);
  // An open input of a super-IO chip reads 127 to 128 C.
  if (celsius >= 127 && celsius <= 128) return bad('implausible', `${celsius} C is what an unconnected sensor says`);
  // Some drivers give whole degrees where thousandths are meant, and many give 0 for nothing at all.
  if (Math.abs(celsius) < 1) return bad('implausible', `${celsius} C is too near to 0 to be believed`);
  return { ...sensor, celsius };
}
