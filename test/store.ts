// A small power store as files, for tests that have no Python: Zarr 2 without compression, with what xarray needs to open
// it. Stores that real xarray wrote: test/real/zarr.test.ts.

export const names = ['time', 'DCInverterVolts', 'BatterySOC', 'InternalTemperature'] as const;

export interface Store {
  readonly at: Date;
  readonly chunk?: number;
  /** Minutes before `at`, oldest first. */
  readonly minutes: readonly number[];
  /** 1 throughout, where nothing is given. */
  readonly values?: Partial<Record<(typeof names)[number], readonly number[]>>;
  readonly consolidated?: boolean;
}

export function storeFiles({
  at,
  chunk = 4,
  minutes,
  values = {},
  consolidated = false,
}: Store): [path: string, bytes: Uint8Array][] {
  const files: [string, Uint8Array][] = [];
  const put = (path: string, value: unknown) => files.push([path, new TextEncoder().encode(JSON.stringify(value))]);
  const metadata: Record<string, unknown> = { '.zgroup': { zarr_format: 2 } };
  for (const name of names) {
    const times = minutes.map((back) => at.getTime() / 60_000 - back);
    const samples = name === 'time' ? times : (values[name] ?? minutes.map(() => 1));
    metadata[`${name}/.zarray`] = {
      zarr_format: 2,
      shape: [samples.length],
      chunks: [chunk],
      dtype: '<f8',
      compressor: null,
      filters: null,
      order: 'C',
      fill_value: 'NaN',
    };
    const units = name === 'time' ? { units: 'minutes since 1970-01-01' } : {};
    metadata[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: ['time'], ...units };
    for (let first = 0; first < samples.length; first += chunk) {
      const part = new Float64Array(chunk).fill(Number.NaN);
      part.set(samples.slice(first, first + chunk));
      files.push([`${name}/${first / chunk}`, new Uint8Array(part.buffer)]);
    }
  }
  for (const [path, value] of Object.entries(metadata)) put(path, value);
  if (consolidated) put('.zmetadata', { zarr_consolidated_format: 1, metadata });
  return files;
}
