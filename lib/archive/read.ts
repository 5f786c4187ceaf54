// What pictures, cards and people read of the store: only the variables and the days that they ask for.
import { join } from 'node:path';
import type { StoreFiles } from '../contract/store.ts';
import { listed, nearest } from '../core/text.ts';
import { axis, chunkLength, type Metadata, parseRoot } from './layout.ts';
import { chunkPath, type Column, columns, readTimes } from './store.ts';

export interface Series {
  readonly metadata: Metadata;
  /** Microseconds since 1970. */
  readonly times: Float64Array;
  /** NaN, or -1 of flags, where there is nothing. */
  readonly columns: ReadonlyMap<string, Column>;
}

export interface Asked {
  /** Without names, all. */
  readonly names?: readonly string[];
  /** Both are included. */
  readonly from?: Date;
  readonly to?: Date;
}

/** As one state: the root says how much there is, and what is appended meanwhile lies behind it. */
export function readSeries(files: StoreFiles, path: string, { names, from, to }: Asked): Series {
  const metadata = readMetadata(files, path);
  const all = readTimes(files, path, metadata.length);
  const begin = from ? firstAtOrAfter(all, from.getTime() * 1000) : 0;
  const end = to ? firstAtOrAfter(all, to.getTime() * 1000 + 1) : all.length;
  const known = [...metadata.variables.keys()];
  const read = (names ?? known).map((name) => {
    const variable = metadata.variables.get(name);
    if (!variable) throw new Error(unknownName(path, name, known));
    return [name, readColumn(files, path, { name, type: variable.type, begin, end })] as const;
  });
  return { metadata, times: all.slice(begin, Math.max(begin, end)), columns: new Map(read) };
}

function readMetadata(files: StoreFiles, path: string): Metadata {
  const root = files.readText(join(path, 'zarr.json'));
  if (root === undefined) throw new Error(`there is no archive at ${path}: append-zarr makes one`);
  return parseRoot(root);
}

function unknownName(path: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, [axis, ...known]);
  return `${path} has no ${name}${meant === undefined ? ` (there: ${listed(known)})` : `; did you mean ${meant}?`}`;
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
    if (!bytes) continue; // of 14 days in which there was nothing
    const whole = columns[type](chunkLength);
    if (bytes.length !== whole.byteLength)
      throw new Error(
        `chunk ${chunk} of ${name} has ${bytes.length} bytes of ${whole.byteLength}: archive rebuild mends it`,
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
