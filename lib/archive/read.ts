// Reads from the store only the requested variables and days, for pictures, cards and commands.
import type { StoreFiles } from '../contract/store.ts';
import { listed, nearest, reasonOf } from '../core/text.ts';
import { adviseAdopting, chunkLength, Foreign, type Metadata } from './layout.ts';
import { chunkPath, type Column, columns, openMetadata, readTimes } from './store.ts';

export interface Series {
  readonly metadata: Metadata;
  /** Microseconds since 1970. */
  readonly times: Float64Array;
  /** A missing number is NaN, a missing flag -1. */
  readonly columns: ReadonlyMap<string, Column>;
}

export interface Asked {
  /** All variables where not given. */
  readonly names?: readonly string[];
  /** `from` and `to` are inclusive. */
  readonly from?: Date;
  readonly to?: Date;
}

/** A range of samples whose columns can be read one by one. */
export interface Span {
  readonly path: string;
  readonly metadata: Metadata;
  /** Times of the samples in the range; microseconds since 1970. */
  readonly times: Float64Array;
  /** Index of the range's first sample in the store. */
  readonly begin: number;
}

/** A consistent view: the root gives the length, and samples appended later lie beyond it. */
export function openSpan(files: StoreFiles, path: string, { from, to }: Omit<Asked, 'names'> = {}): Span {
  const metadata = readMetadata(files, path);
  const all = readTimes(files, path, metadata.length);
  const begin = from ? firstAtOrAfter(all, from.getTime() * 1000) : 0;
  const end = to ? firstAtOrAfter(all, to.getTime() * 1000 + 1) : all.length;
  return { path, metadata, times: all.slice(begin, Math.max(begin, end)), begin };
}

export function readSeries(files: StoreFiles, path: string, { names, from, to }: Asked): Series {
  const span = openSpan(files, path, { ...(from && { from }), ...(to && { to }) });
  const known = [...span.metadata.variables.keys()];
  const read = (names ?? known).map((name) => {
    if (!known.includes(name)) throw new Error(`${path} has ${unknownName(name, known)}`);
    return [name, columnOf(files, span, name)] as const;
  });
  return { metadata: span.metadata, times: span.times, columns: new Map(read) };
}

/** `count` values from the span's sample `first` on; the whole span by default. */
export function columnOf(
  files: StoreFiles,
  { path, metadata, times, begin }: Span,
  name: string,
  [first, count] = [0, times.length],
): Column {
  const type = metadata.variables.get(name)?.type;
  if (type === undefined) throw new Error(`${path} has no ${name}`);
  return readColumn(files, path, { name, type, begin: begin + first, end: begin + first + count });
}

export function readMetadata(files: StoreFiles, path: string): Metadata {
  const metadata = tryMetadata(files, path);
  if (!metadata) throw new Error(`there is no archive at ${path}: append-zarr creates it`);
  return metadata;
}

function tryMetadata(files: StoreFiles, path: string): Metadata | undefined {
  try {
    return openMetadata(files, path);
  } catch (error) {
    const what = error instanceof Foreign ? 'is not our archive' : 'cannot be read';
    const next = error instanceof Foreign ? adviseAdopting(path) : 'archive rebuild replaces it';
    throw new Error(`${path} ${what}: ${reasonOf(error)}; ${next}`, { cause: error });
  }
}

export function unknownName(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `no ${name}${meant === undefined ? ` (there: ${listed(known)})` : `; did you mean ${meant}?`}`;
}

function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Part {
  readonly name: string;
  readonly type: 'float64' | 'int8';
  readonly begin: number;
  readonly end: number;
}

function readColumn(files: StoreFiles, path: string, { name, type, begin, end }: Part): Column {
  const found = columns[type](Math.max(0, end - begin));
  for (let chunk = Math.floor(begin / chunkLength); chunk * chunkLength < end; chunk++) {
    const bytes = files.readBytes(chunkPath(path, name, chunk));
    if (!bytes) continue; // no chunk: the variable had no value in these 14 days
    const whole = columns[type](chunkLength);
    if (bytes.length !== whole.byteLength)
      throw new Error(
        `chunk ${chunk} of ${name} has ${bytes.length} bytes of ${whole.byteLength}: archive rebuild repairs it`,
      );
    new Uint8Array(whole.buffer).set(bytes);
    const first = Math.max(begin, chunk * chunkLength);
    const part = whole.subarray(
      first - chunk * chunkLength,
      Math.min(end, (chunk + 1) * chunkLength) - chunk * chunkLength,
    );
    found.set(part, first - begin);
  }
  return found;
}
