// What `nvme smart-log -o json` prints. Its shape changes from version to version (counters as strings, as floats, beyond
// what a number holds; critical_warning as a number or an object; junk behind the end), but the temperatures are whole
// kelvins in all of them. So only those are read, by name.

export interface SmartLog {
  /** Kelvin by `composite`, `sensor_1` … `sensor_8`; those that the disk has. */
  readonly kelvin: Readonly<Record<string, number>>;
  /** The disk itself says that a temperature is beyond its own limits. */
  readonly warns: boolean;
}

/** Throws where it is no such log, or the tool's own words of why there is none. */
export function parseSmartLog(printed: string): SmartLog {
  const text = firstObject(printed);
  const error = /"error"\s*:\s*"([^"]*)"/.exec(text)?.[1];
  if (error !== undefined) throw new Error(`nvme says: ${error}`);
  const kelvin: Record<string, number> = {};
  for (const [, sensor, value] of text.matchAll(/"temperature(_sensor_\d+)?"\s*:\s*"?(-?\d+(?:\.\d+)?)"?\s*[,}]/g)) {
    kelvin[sensor?.slice(1) ?? 'composite'] ??= Number(value);
  }
  if (Object.keys(kelvin).length === 0) throw new Error(`no temperature in what nvme printed: ${shortened(text)}`);
  return { kelvin, warns: ((criticalWarning(text) ?? 0) & 2) !== 0 };
}

/** A number, or in some versions an object of its bits with the number in it. */
function criticalWarning(text: string): number | undefined {
  const match = /"critical_warning"\s*:\s*(?:\{[^{}]*?"value"\s*:\s*)?"?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** Up to the brace that ends it: what stands behind is no part of it. */
function firstObject(text: string): string {
  const start = text.indexOf('{');
  if (start < 0) throw new Error(text.trim() === '' ? 'nvme printed nothing' : `nvme printed ${shortened(text)}`);
  let depth = 0;
  const rest = text.slice(start);
  for (const { index, 0: mark } of rest.matchAll(/"[^"\n]*"|[{}]/g)) {
    if (mark === '{') depth += 1;
    if (mark === '}') depth -= 1;
    if (depth === 0 && mark === '}') return rest.slice(0, index + 1);
  }
  throw new Error(`the output of nvme is cut off after ${text.length} characters`);
}

const shortened = (text: string): string => JSON.stringify(text.trim().slice(0, 60));
