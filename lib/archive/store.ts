// Opens, checks and appends to the store. Order of an append: rows beyond the old end, where no reader looks; then the root
// metadata in one rename, which is the commit; then the arrays' own metadata. A kill at any moment leaves the old state or
// the new one, and the next run completes the rest.
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { latestTime } from '../core/age.ts';
import { listed } from '../core/text.ts';
import { missingFlag } from './flatten.ts';
import {
  arraysOf,
  arrayText,
  axis,
  axisName,
  chunkLength,
  emptyKey,
  emptyText,
  Foreign,
  instantText,
  itemBytes,
  lastChunk,
  type Metadata,
  parseRoot,
  rootText,
  shapeBeginning,
  shapeText,
  Unusable,
} from './layout.ts';

export interface Store extends Metadata {
  readonly path: string;
  /** Microseconds since 1970, strictly rising. */
  readonly times: Float64Array;
}

export interface Row {
  /** Microseconds since 1970. */
  readonly time: number;
  readonly values: ReadonlyMap<string, number>;
}

/** The folder for temporary files, beside the store, so that no reader takes them for a part of it. */
export const scratchOf = (path: string): string => `${path}.tmp`;

/** An earlier time comes from a clock that was not set. */
export const earliestMicroseconds = Date.parse('2000-01-01T00:00:00Z') * 1000;

/** Undefined where there is no store. Throws Foreign for another program's store, Unusable for one that must be rebuilt. */
export function openStore(files: StoreFiles, path: string, now: Date): Store | undefined {
  const metadata = openMetadata(files, path);
  if (!metadata) return undefined;
  const times = readTimes(files, path, metadata.length);
  const [wrong] = timesProblems(times, now);
  if (wrong !== undefined) throw new Unusable(wrong);
  const cut = lastChunkProblem(files, path, metadata);
  if (cut !== undefined) throw new Unusable(cut);
  return { ...metadata, path, times };
}

/** Reads the root metadata only. Returns undefined and throws like openStore. */
export function openMetadata(files: StoreFiles, path: string): Metadata | undefined {
  const root = files.readText(join(path, 'zarr.json'));
  if (root !== undefined) return metadataOf(files, path, root);
  if ((files.size(path) ?? -1) !== -1) throw new Foreign('it is not a folder');
  if (files.list(path).length === 0) return undefined;
  throw isOurs(files, path)
    ? new Unusable('it has no zarr.json')
    : new Foreign('it is not a Zarr 3 store, and has no time axis of ours');
}

function metadataOf(files: StoreFiles, path: string, root: string): Metadata {
  try {
    return parseRoot(root);
  } catch (error) {
    // An unreadable root does not say who wrote the store: the time axis does.
    if (error instanceof Unusable && !isOurs(files, path))
      throw new Foreign(`${error.message}, and it has no time axis of ours`);
    throw error;
  }
}

const isOurs = (files: StoreFiles, path: string): boolean =>
  files.readText(join(path, axis, 'zarr.json'))?.includes(axisName) ?? false;

export function readTimes(files: StoreFiles, path: string, length: number): Float64Array {
  // Checked before memory is reserved: a damaged root may give any length.
  const last = Math.max(0, Math.ceil(length / chunkLength) - 1);
  if (length > 0 && files.size(chunkPath(path, axis, last)) === undefined)
    throw new Unusable(`it has ${length} samples, but the time axis has no chunk ${last}`);
  const times = new Float64Array(length);
  for (let chunk = 0; chunk * chunkLength < length; chunk++) {
    const bytes = files.readBytes(chunkPath(path, axis, chunk));
    const count = Math.min(chunkLength, length - chunk * chunkLength);
    if (!bytes || bytes.length < count * 8)
      throw new Unusable(`chunk ${chunk} of the time axis has ${bytes ? `${bytes.length} bytes` : 'no file'}`);
    // Microseconds fit into 53 bits. Read in two halves: a BigInt for each value of a year is slow.
    const [low, high] = [new Uint32Array(bytes.buffer, 0, 2 * count), new Int32Array(bytes.buffer, 0, 2 * count)];
    const first = chunk * chunkLength;
    for (let index = 0; index < count; index++)
      times[first + index] = (high[2 * index + 1] as number) * 2 ** 32 + (low[2 * index] as number);
  }
  return times;
}

export function* timesProblems(times: Float64Array, now: Date): Generator<string> {
  for (let index = 1; index < times.length; index++) {
    const before = times[index - 1] as number;
    const time = times[index] as number;
    if (time > before) continue;
    if (time === before) yield `the time axis has ${instantText(time)} twice`;
    else yield `the time axis goes back from ${instantText(before)} to ${instantText(time)}`;
  }
  const [first, last] = [times[0], times.at(-1)];
  if (first !== undefined && first < earliestMicroseconds) yield `the time axis begins in ${instantText(first)}`;
  if (last !== undefined && last > latestMicroseconds(now))
    yield `the time axis ends in the future, ${instantText(last)}`;
}

/** In a chunk of the wrong size the rows cannot be told apart. Only the last chunk is checked here, earlier ones by `verify`. */
function lastChunkProblem(files: StoreFiles, path: string, { length, variables }: Metadata): string | undefined {
  const last = lastChunk(length);
  if (last < 0) return undefined;
  for (const [name, { type }] of variables) {
    const size = files.size(chunkPath(path, name, last));
    // A variable without a value in these 14 days has no chunk, but has its folder.
    if (size === undefined && files.size(join(path, name, 'c')) !== -1) return `${name} has no folder of chunks`;
    if (size !== undefined && size !== chunkLength * itemBytes(type))
      return `chunk ${last} of ${name} has ${size} bytes of ${chunkLength * itemBytes(type)}`;
  }
  return undefined;
}

/** The chunks of the last 14 days that were written and are gone. An append would make them anew, without their earlier values. */
export function lostChunks(
  files: StoreFiles,
  { path, length, times, variables, attributes }: Store,
): string | undefined {
  const text = attributes[emptyKey];
  const [chunk, ...empty] = typeof text === 'string' ? text.split(' ') : [];
  const last = lastChunk(length);
  if (last < 0 || chunk !== String(last)) return undefined; // of a version that did not keep this attribute
  const known = new Set(empty);
  const names = [...variables.keys()].filter(
    (name) => !known.has(name) && files.size(chunkPath(path, name, last)) === undefined,
  );
  const [from, to] = [times[last * chunkLength] ?? 0, times.at(-1) ?? 0];
  return names.length === 0
    ? undefined
    : `the values of ${listed(names)} from ${instantText(from)} to ${instantText(to)} are lost: chunk ${last} is gone`;
}

export const latestMicroseconds = (now: Date): number => latestTime(now).getTime() * 1000;

/** Called a thousand times a run: `join` would take longer than reading the file. */
export const chunkPath = (path: string, name: string, chunk: number): string => `${path}/${name}/c/${chunk}`;

/** Appends all rows or none: rows beyond the end are invisible, and writing them again changes nothing. Returns the new
 * metadata, which the caller writes to the arrays. */
export function appendRows(
  files: StoreFiles,
  store: Store,
  rows: readonly Row[],
  next: Omit<Metadata, 'length'>,
): Metadata {
  const [from, to] = [store.length, store.length + rows.length];
  const scratch = scratchOf(store.path);
  let empty: string[] = [];
  for (let chunk = Math.floor(from / chunkLength); chunk * chunkLength < to; chunk++) {
    const begin = Math.max(from, chunk * chunkLength);
    const part = rows.slice(begin - from, Math.min(to, (chunk + 1) * chunkLength) - from);
    const at = begin % chunkLength;
    empty = [];
    const write = (name: string, type: keyof typeof columns, values: readonly (number | undefined)[]): boolean =>
      writePart(files, { path: chunkPath(store.path, name, chunk), at, scratch }, type, values);
    write(
      axis,
      'int64',
      part.map(({ time }) => time),
    );
    for (const [name, { type }] of next.variables) {
      const own = part.map(({ values }) => values.get(name));
      if (!write(name, type, own)) empty.push(name);
    }
  }
  files.sync(store.path);
  const metadata = { ...next, attributes: { ...next.attributes, [emptyKey]: emptyText(to, empty) }, length: to };
  files.put(join(store.path, 'zarr.json'), rootText(metadata), scratch, { durable: true });
  return metadata;
}

/** A missing chunk reads as missing values, so a chunk is made only for a value. Returns whether there is one now. */
function writePart(
  files: StoreFiles,
  { path, at, scratch }: { path: string; at: number; scratch: string },
  type: keyof typeof columns,
  values: readonly (number | undefined)[],
): boolean {
  const part = columns[type](values.length);
  values.forEach((value, index) => setValue(part, index, value));
  if (files.writeAt(path, at * part.BYTES_PER_ELEMENT, bytesOf(part))) return true;
  if (values.every((value) => value === undefined)) return false;
  const whole = columns[type](chunkLength);
  values.forEach((value, index) => setValue(whole, at + index, value));
  files.put(path, bytesOf(whole), scratch);
  return true;
}

export type Column = BigInt64Array | Float64Array | Int8Array;

export const missing = { float64: Number.NaN, int8: missingFlag };

/** New columns filled with missing values. */
export const columns = {
  int64: (length: number) => new BigInt64Array(length),
  float64: (length: number) => new Float64Array(length).fill(missing.float64),
  int8: (length: number) => new Int8Array(length).fill(missing.int8),
};

export function setValue(column: Column, index: number, value: number | undefined): void {
  if (value === undefined) return;
  if (column instanceof BigInt64Array) column[index] = BigInt(value);
  else column[index] = value;
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Column): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes the arrays' own metadata, in sorted order: when the last one is current, all are. */
export function writeArrayMetadata(files: StoreFiles, path: string, { length, variables }: Metadata): void {
  for (const [name, variable] of inOrder(variables)) {
    const file = `${path}/${name}/zarr.json`;
    if (files.writeAfter(file, shapeBeginning, shapeText(length))) continue;
    files.put(file, arrayText(variable, length), scratchOf(path));
  }
}

/** Completes an append that was killed between the commit and the arrays' metadata; returns whether it had to. */
export function repairArrayMetadata(files: StoreFiles, store: Store): boolean {
  const [last] = inOrder(store.variables).at(-1) ?? [axis];
  const text = files.readText(join(store.path, last, 'zarr.json'));
  if (text?.startsWith(`${shapeBeginning}${shapeText(store.length)}`)) return false;
  writeArrayMetadata(files, store.path, store);
  return true;
}

const inOrder = (variables: Metadata['variables']) =>
  arraysOf(new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1))));

/** Removes temporary files of killed runs. */
export const removeScratch = (files: StoreFiles, path: string): void => files.remove(scratchOf(path));
