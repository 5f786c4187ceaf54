// The power supply's Zarr store, in version 2 of the format as xarray writes it: a pure function from time and path to
// a file's bytes. One chunk holds a day with a sample every five minutes; after the newest sample all values are NaN.
import { archiveBegins, day, minute, newestSample, powerAt } from './scenario.ts';

const everyMs = 5 * minute;
const perDay = day / everyMs;

const variables = {
  DCInverterVolts: { units: 'V', long_name: 'battery voltage', of: 'volts' },
  BatterySOC: { units: 'percent', long_name: 'state of charge', of: 'charge' },
  InternalTemperature: { units: 'degree_Celsius', long_name: 'internal temperature', of: 'celsius' },
} as const;

type Variable = keyof typeof variables;
const names = Object.keys(variables) as Variable[];

/** The instant, and by how many milliseconds the times in the store are later than the scenario's. */
export interface StoreTime {
  readonly at: number;
  readonly shift: number;
}

const days = ({ at }: StoreTime): number => Math.floor((newestSample(at) - archiveBegins) / day) + 1;

/** The paths of all files of the store, below its folder. */
export function powerPaths(time: StoreTime): string[] {
  const chunks = Array.from({ length: days(time) }, (_, index) => String(index));
  return [
    ...metadataPaths,
    ...['time', ...names].flatMap((name) => [
      `${name}/.zarray`,
      `${name}/.zattrs`,
      ...chunks.map((chunk) => `${name}/${chunk}`),
    ]),
  ];
}
const metadataPaths = ['.zgroup', '.zattrs', '.zmetadata'];

/** The bytes of a file; undefined where the store has no such file. */
export function powerFile(path: string, time: StoreTime): Uint8Array | undefined {
  const [name = '', key = ''] = path.split('/');
  if (/^\d+$/.test(key)) return chunkOf(name, Number(key), time);
  const content =
    path === '.zmetadata' ? { zarr_consolidated_format: 1, metadata: metadataOf(time) } : metadataOf(time)[path];
  return content === undefined ? undefined : Buffer.from(`${JSON.stringify(content, undefined, 4)}\n`);
}

function metadataOf(time: StoreTime): Record<string, unknown> {
  return {
    '.zgroup': { zarr_format: 2 },
    '.zattrs': { title: 'Aurora power supply' },
    'time/.zarray': arrayOf('<i8', null, time),
    'time/.zattrs': { _ARRAY_DIMENSIONS: ['time'], units: 'seconds since 1970-01-01', calendar: 'proleptic_gregorian' },
    ...Object.fromEntries(
      names.flatMap((name) => {
        const { units, long_name } = variables[name];
        return [
          [`${name}/.zarray`, arrayOf('<f8', 'NaN', time)],
          [`${name}/.zattrs`, { _ARRAY_DIMENSIONS: ['time'], units, long_name }],
        ];
      }),
    ),
  };
}

const arrayOf = (dtype: string, fill_value: 'NaN' | null, time: StoreTime) => ({
  chunks: [perDay],
  compressor: null,
  dtype,
  fill_value,
  filters: null,
  order: 'C',
  shape: [days(time) * perDay],
  zarr_format: 2,
});

function chunkOf(name: string, index: number, time: StoreTime): Uint8Array | undefined {
  if (index >= days(time)) return undefined;
  const bytes = Buffer.alloc(perDay * 8);
  const newest = newestSample(time.at);
  for (let slot = 0; slot < perDay; slot++) {
    const at = archiveBegins + index * day + slot * everyMs;
    if (name === 'time') bytes.writeBigInt64LE(BigInt(Math.round((at + time.shift) / 1000)), slot * 8);
    else if (Object.hasOwn(variables, name))
      bytes.writeDoubleLE(at > newest ? Number.NaN : powerAt(at)[variables[name as Variable].of], slot * 8);
    else return undefined;
  }
  return bytes;
}
