// Parses `nvme smart-log -o json`. Its shape changes from version to version (counters as strings, as floats, or too
// large for a number; critical_warning as a number or an object; junk after the end), but the temperatures are whole
// kelvins in all of them. So only the temperatures and the warning bit are read, by name.

/** A log with all counters has some 4 kB. */
const mostCharacters = 256 * 1024;

/** `kelvin`: temperatures by `composite`, `sensor_1` … `sensor_8`. `warns`: the disk itself reports a temperature
 * beyond its own limits (bit 1 of critical_warning). Throws where the text is not such a log, and with the error that
 * nvme printed. */
export function parseSmartLog(printed: string) {
  if (printed.length > mostCharacters)
    throw new Error(`nvme printed ${printed.length} characters; more than ${mostCharacters} are not read`);
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

/** Reads a number, or in some versions an object of bits that contains the number. */
function criticalWarning(text: string): number | undefined {
  const match = /"critical_warning"\s*:\s*(?:\{[^{}]*?"value"\s*:\s*)?"?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** The first JSON object in the text, up to its closing brace; junk after it is dropped. */
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
