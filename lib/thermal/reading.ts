// One temperature as it was read, or why it is none. What is no temperature is never a number.
import { plainShape } from '../contract/shape.ts';

/** Told apart, because something else is done about each: nothing is connected, or it is broken, or nobody could look. */
type Problem = 'absent' | 'faulted' | 'implausible' | 'stuck' | 'stale' | 'unreadable';

export type Reading = Sensor & (Measured | { readonly problem: Problem; readonly why: string });

export interface Sensor {
  /** The name of the probe that read it. */
  readonly source: string;
  /** Unique within its source and the same after a boot: where the device sits, not in which order it came up. */
  readonly chip: string;
  /** Its name if that is unique within the chip, else its number: `Package id 0`, `temp3`. */
  readonly sensor: string;
  /** What kind of chip: the name of its driver (`coretemp`), or the type of a zone (`x86_pkg_temp`). */
  readonly driver: string;
  /** `temp1`, where the sensor has a number. */
  readonly id?: string;
}

interface Measured {
  readonly celsius: number;
}

export type Good = Sensor & Measured;

export const isGood = (reading: Reading): reading is Good => 'celsius' in reading;

/** What one source has read. */
export interface Temperatures {
  readonly readings: readonly Reading[];
  /** How old the oldest of it is, where somebody else reads it for us. */
  readonly age_seconds?: number;
  /** What a person could act on, beside the readings. */
  readonly warnings?: readonly string[];
}

/** The section of every source. */
export const temperatures = {
  schema: plainShape<Temperatures>({ readings: 'list', 'age_seconds?': 'number', 'warnings?': 'strings' }),
};

/** Names a sensor for good. */
export const keyOf = ({ source, chip, sensor }: Sensor): string => `${source} ${chip} ${sensor}`;

/** Outside lies what drivers say of nothing: -128, 255, 511, 65261.85, and absolute zero. */
const [coldest, hottest] = [-40, 150];

/** `text` as a file of the kernel gives it: whole thousandths of a degree. */
export function readMillidegrees(sensor: Sensor, text: string): Reading {
  // Not Number() alone: of an empty file it would make 0.
  if (!/^-?\d+\s*$/.test(text))
    return { ...sensor, problem: 'implausible', why: `not a number of millidegrees: ${JSON.stringify(text)}` };
  return readCelsius(sensor, Number(text) / 1000);
}

export function readCelsius(sensor: Sensor, exact: number): Reading {
  const celsius = Math.round(exact * 1000) / 1000;
  const bad = (problem: Problem, why: string): Reading => ({ ...sensor, problem, why });
  // -273150 of a virtual disk, 0 kelvin of a real one: it does not tell its temperature.
  if (celsius <= -273 && celsius >= -274) return bad('absent', `${celsius} C is absolute zero: it is not reported`);
  if (!(celsius > coldest && celsius < hottest))
    return bad('implausible', `${celsius} C is no temperature of a machine`);
  // An open input of a super-IO chip.
  if (celsius >= 127 && celsius <= 128) return bad('implausible', `${celsius} C is what an unconnected sensor says`);
  // Some drivers give whole degrees where thousandths are meant, and many give 0 for nothing at all.
  if (Math.abs(celsius) < 1) return bad('implausible', `${celsius} C is too near to 0 to be believed`);
  return { ...sensor, celsius };
}
