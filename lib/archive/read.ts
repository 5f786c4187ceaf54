// Reads from the store only the requested variables and days.
import type { StoreFiles } from '../contract/store.ts';
import { listed, nearest, reasonOf } from '../core/text.ts';
import { adviseAdopting, chunkLength, Foreign, type Metadata } from './layout.ts';
import { chunkPath, type Column, columns, openMetadata, readTimes } from './store.ts';

export interface Range {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** A range of samples whose columns can be read one by one. */
export type Span = ReturnType<typeof openSpan>;

/** `from` and `to` are inclusive, `to` with its whole millisecond. A consistent view: the root gives the length, and samples appended later lie beyond it. */
export function openSpan(files: StoreFiles, path: string, { from, to }: Range = {}) {
  const metadata = readMetadata(files, path);
  const all = readTimes(files, path, metadata.length);
  const begin = from ? firstAtOrAfter(all, from.getTime() * 1000) : 0;
  const end = to ? firstAtOrAfter(all, (to.getTime() + 1) * 1000) : all.length;
  // The times are microseconds since 1970; `begin` is the index of the range's first sample in the store.
  return { path, metadata, times: all.slice(begin, Math.max(begin, end)), begin };
}

/** `count` values from the span's sample `first` on; the whole span by default. */
export function columnOf(
  files: StoreFiles,
  { path, metadata, times, begin: spanBegin }: Span,
  name: string,
  [first, count] = [0, times.length],
): Column {
  const type = metadata.variables.get(name)?.type;
  if (type === undefined) throw new Error(`${path} has no ${name}`);
  const [begin, end] = [spanBegin + first, spanBegin + first + count];
  const found = columns[type](Math.max(0, count));
  for (let chunk = Math.floor(begin / chunkLength); chunk * chunkLength < end; chunk++) {
    const bytes = files.readBytes(chunkPath(path, name, chunk));
    if (!bytes) continue; // no chunk: the variable had no value in these 14 days
    const whole = columns[type](chunkLength);
    if (bytes.length !== whole.byteLength)
      throw new Error(
        `chunk ${chunk} of ${name} has ${bytes.length} bytes of ${whole.byteLength}: archive rebuild repairs it`,
      );
    new Uint8Array(whole.buffer).set(bytes);
    const chunkBegin = chunk * chunkLength;
    const from = Math.max(begin, chunkBegin);
    found.set(whole.subarray(from - chunkBegin, Math.min(chunkLength, end - chunkBegin)), from - begin);
  }
  return found;
}

export function readMetadata(files: StoreFiles, path: string): Metadata {
  let metadata: Metadata | undefined;
  try {
    metadata = openMetadata(files, path);
  } catch (error) {
    const what = error instanceof Foreign ? 'is not our archive' : 'cannot be read';
    const next = error instanceof Foreign ? adviseAdopting(path) : 'archive rebuild replaces it';
    throw new Error(`${path} ${what}: ${reasonOf(error)}; ${next}`, { cause: error });
  }
  if (!metadata) throw new Error(`there is no archive at ${path}: append-zarr creates it`);
  return metadata;
}

export function unknownName(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `no ${name}${meant === undefined ? ` (there: ${listed(known)})` : `; did you mean ${meant}?`}`;
}

export function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
