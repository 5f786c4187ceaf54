// Decodes the stored samples of an array into values and instants: missing values, packed integers and times follow the
// CF conventions, as xarray reads them.

/** One sample as the array stores it, before decoding. */
export type Raw = number | bigint;

export interface Encoding {
  /** A Zarr 3 data type name: `int16`, `float32`. */
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The array's own fill value, where it also marks a missing sample: in Zarr 2, but not in Zarr 3. */
  readonly fill?: unknown;
}

/** Returns a function from a stored sample to its value; a missing sample gives NaN. */
export function valueDecoder({ type, attributes, fill }: Encoding): (raw: Raw) => number {
  const asUnsigned = unsignedView(type, attributes['_Unsigned']);
  const isMissing = missingTest(type, [attributes['_FillValue'], attributes['missing_value'], fill], asUnsigned);
  const scale = numberOr(attributes['scale_factor'], 1, 'scale_factor');
  const offset = numberOr(attributes['add_offset'], 0, 'add_offset');
  // xarray keeps float32 data in 32 bits, so each step is rounded; integers it unpacks in 64 bits.
  const unpack = type.startsWith('float') && type !== 'float64' ? unpackFloat32 : unpackFloat64;
  return (raw) => {
    const stored = asUnsigned(raw);
    return isMissing(stored) ? Number.NaN : unpack(Number(stored), scale, offset);
  };
}

const unpackFloat64 = (stored: number, scale: number, offset: number): number => stored * scale + offset;

const unpackFloat32 = (stored: number, scale: number, offset: number): number =>
  Math.fround(Math.fround(stored * Math.fround(scale)) + Math.fround(offset));

/** Returns a function from a stored time to milliseconds since 1970; a missing time gives NaN. */
export function timeDecoder({ type, attributes, fill }: Encoding): (raw: Raw) => number {
  const isMissing = missingTest(type, [attributes['_FillValue'], attributes['missing_value'], fill], (raw) => raw);
  const { unit, reference } = timeUnits(attributes['units'], attributes['calendar']);
  return (raw) => {
    // numpy stores NaT (not a time) as the smallest int64.
    if (isMissing(raw) || raw === notATime) return Number.NaN;
    if (typeof raw === 'number' && !Number.isInteger(raw)) return Math.round(reference + (raw * Number(unit)) / 1e6);
    return reference + Number(floorDivide(BigInt(raw) * unit, 1_000_000n));
  };
}

const notATime = -(2n ** 63n);

const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** Length in nanoseconds, and the names of the unit. */
const timeSteps: readonly (readonly [bigint, ...names: string[]])[] = [
  [86_400_000_000_000n, 'day', 'd'],
  [3_600_000_000_000n, 'hour', 'hr', 'h'],
  [60_000_000_000n, 'minute', 'min'],
  [1_000_000_000n, 'second', 'sec', 's'],
  [1_000_000n, 'millisecond', 'millisec', 'msec', 'ms'],
  [1000n, 'microsecond', 'microsec', 'us'],
  [1n, 'nanosecond', 'ns'],
];

/** `hours since 2026-01-01 06:00 +01:00` → the unit in nanoseconds, and the reference in milliseconds since 1970. */
export function timeUnits(units: unknown, calendar: unknown): { unit: bigint; reference: number } {
  const [, step = '', since = ''] =
    /^\s*([a-z]+)\s+since\s+(.+?)\s*$/i.exec(typeof units === 'string' ? units : '') ?? [];
  const word = step.toLowerCase();
  const singular = word.length > 2 && word.endsWith('s') ? word.slice(0, -1) : word;
  const [unit] = timeSteps.find(([, ...names]) => names.includes(singular)) ?? [];
  if (unit === undefined)
    throw new Error(`its units are not a supported unit of time: ${JSON.stringify(units) ?? 'missing'}`);
  const name = calendar === undefined ? 'standard' : calendar;
  if (typeof name !== 'string' || !['standard', 'gregorian', 'proleptic_gregorian'].includes(name))
    throw new Error(`its calendar is not supported: ${JSON.stringify(name)}`);
  return { unit, reference: parseReferenceDate(since, name !== 'proleptic_gregorian') };
}

function parseReferenceDate(text: string, julianBefore1582: boolean): number {
  const match =
    /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?)?)?\s*(Z|UTC|GMT|([+-])(\d{1,2})(?::?(\d{2}))?)?$/i.exec(
      text,
    );
  if (!match || Number(match[2]) > 12 || Number(match[3]) > 31)
    throw new Error(`its reference date is not readable: ${JSON.stringify(text)}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const offsetMinutes = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === '-' ? -1 : 1);
  const days = daysSince1970(year, month, day, julianBefore1582);
  return days * 86_400_000 + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000;
}

/** The standard calendar is the Julian one before 15 October 1582: `days since 0001-01-01` begins two days earlier. */
function daysSince1970(year: number, month: number, day: number, julianBefore1582: boolean): number {
  const isJulian = julianBefore1582 && year * 10_000 + month * 100 + day < 1582_10_15;
  const beforeMarch = month < 3 ? 1 : 0;
  const years = year + 4800 - beforeMarch;
  const months = month + 12 * beforeMarch - 3;
  const leapDays = isJulian
    ? Math.floor(years / 4) - 38
    : Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  // The terms before the last add up to the Julian day number; that of 1 January 1970 is 2,440,588.
  return day + Math.floor((153 * months + 2) / 5) + 365 * years + leapDays - 32_045 - 2_440_588;
}

/** netCDF-3 has signed integers only; the attribute `_Unsigned` marks the arrays whose bytes are meant as unsigned. */
function unsignedView(type: string, unsigned: unknown): (raw: Raw) => Raw {
  const bits = Number(/^u?int(8|16|32)$/.exec(type)?.[1] ?? 0);
  if (bits === 0 || (unsigned !== 'true' && unsigned !== 'false')) return (raw) => raw;
  const span = 2 ** bits;
  if (unsigned === 'true') return (raw) => (Number(raw) < 0 ? Number(raw) + span : raw);
  return (raw) => (Number(raw) >= span / 2 ? Number(raw) - span : raw);
}

function missingTest(type: string, fillValues: readonly unknown[], view: (raw: Raw) => Raw): (raw: Raw) => boolean {
  const values = fillValues
    .flatMap((fill) => (Array.isArray(fill) ? (fill as unknown[]) : [fill]))
    .flatMap((fill) => (fill === undefined || fill === null ? [] : [asStored(type, parseFillValue(fill), view)]));
  return (raw) => values.some((value) => value === raw || (Number.isNaN(value) && Number.isNaN(raw)));
}

/** Converts a fill value to the array's own type: 1e20, rounded to 32 bits, is another number. */
function asStored(type: string, value: Raw, view: (raw: Raw) => Raw): Raw {
  if (type.startsWith('float')) return type === 'float32' ? Math.fround(Number(value)) : Number(value);
  return type.endsWith('int64') && Number.isInteger(Number(value)) ? BigInt(value) : view(value);
}

/** Zarr 3 attributes cannot hold every float, so xarray writes a float's eight bytes in base64. */
function parseFillValue(fill: unknown): Raw {
  if (typeof fill === 'number' || typeof fill === 'bigint') return fill;
  if (fill === 'NaN') return Number.NaN;
  if (typeof fill === 'string' && /^[\d.+-]+(e[+-]?\d+)?$/i.test(fill)) return Number(fill);
  const bytes = typeof fill === 'string' ? Buffer.from(fill, 'base64') : Buffer.alloc(0);
  if (bytes.length === 8) return bytes.readDoubleLE();
  throw new Error(`its fill value is not readable: ${JSON.stringify(fill)}`);
}

function numberOr(value: unknown, fallback: number, name: string): number {
  const scalar: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (scalar === undefined || scalar === null) return fallback;
  if (typeof scalar === 'number' && Number.isFinite(scalar)) return scalar;
  throw new Error(`its ${name} is not a number: ${JSON.stringify(value)}`);
}

export function refuseNonNumeric(type: string): void {
  if (!/^(float(16|32|64)|u?int(8|16|32|64))$/.test(type)) throw new Error(`its data type ${type} is not numeric`);
}
