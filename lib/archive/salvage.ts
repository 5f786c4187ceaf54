// Reads everything that is still readable in a store, however damaged it is.
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { isMissing } from './at.ts';
import type { Variable } from './flatten.ts';
import { axis, chunkLength, itemBytes, type Metadata, parse, parseArray, parseRoot } from './layout.ts';
import { chunkPath, earliestMicroseconds, latestMicroseconds } from './store.ts';

/** Keeps the rows that have a valid time, with the values that the chunks still hold. */
export function salvage(files: StoreFiles, path: string, now: Date) {
  const { length, variables, problems } = salvageMetadata(files, path);
  const places: number[] = [];
  const found: number[] = [];
  const latest = latestMicroseconds(now);
  const timesAt = columnReader(files, path, axis, 'int64');
  // A damaged root may give any length: only rows of existing chunks are read.
  const chunks = files
    .list(join(path, axis, 'c'))
    .map(Number)
    .filter(Number.isSafeInteger);
  const end = Math.min(length, (Math.max(-1, ...chunks) + 1) * chunkLength);
  for (let row = 0; row < end; row++) {
    const time = timesAt(row);
    // If two times are equal, the first is kept; a time that goes back would be out of order in the new store too.
    if (time === undefined || time < earliestMicroseconds || time > latest || time <= (found.at(-1) ?? 0)) continue;
    found.push(time);
    places.push(row);
  }
  const readers = [...variables].map(
    ([name, variable]) => [name, variable, columnReader(files, path, name, variable.type)] as const,
  );
  return {
    times: Float64Array.from(found),
    problems: [
      ...problems,
      ...(found.length < length
        ? [`${length - found.length} samples of the old store have no valid time and are lost`]
        : []),
    ],
    row: (index: number) => {
      const values = new Map<string, number>();
      const own = new Map<string, Variable>();
      for (const [name, variable, at] of readers) {
        const value = at(places[index] ?? 0);
        if (value === undefined || isMissing(value, variable)) continue;
        values.set(name, value);
        own.set(name, variable);
      }
      return { values, variables: own };
    },
  };
}

/** Reads the root metadata or, where the root is unreadable, each array's own metadata; the time axis gives the length. */
function salvageMetadata(files: StoreFiles, path: string): Omit<Metadata, 'attributes'> & { problems: string[] } {
  const root = files.readText(join(path, 'zarr.json'));
  if (root === undefined && files.list(path).length === 0) return { length: 0, variables: new Map(), problems: [] };
  try {
    return { ...parseRoot(root ?? ''), problems: [] };
  } catch (error) {
    const variables = new Map<string, Variable>();
    let length = Number.POSITIVE_INFINITY;
    for (const name of files.list(path)) {
      try {
        const own = parseArray(name, parse(files.readText(join(path, name, 'zarr.json')) ?? ''));
        length = name === axis ? own.length : length;
        if (name !== axis) variables.set(name, own.variable);
      } catch {
        // not an array of ours: nothing to carry over
      }
    }
    const problems = [
      `the root of the old store is unreadable, and its arrays were read one by one: ${reasonOf(error)}`,
    ];
    return { length: Number.isFinite(length) ? length : 0, variables, problems };
  }
}

function columnReader(files: StoreFiles, path: string, name: string, type: 'int64' | Variable['type']) {
  let [loaded, view]: [number, DataView | undefined] = [-1, undefined];
  const width = itemBytes(type);
  return (row: number): number | undefined => {
    const chunk = Math.floor(row / chunkLength);
    if (chunk !== loaded) {
      const bytes = files.readBytes(chunkPath(path, name, chunk));
      [loaded, view] = [chunk, bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
    }
    const at = (row % chunkLength) * width;
    if (!view || at + width > view.byteLength) return undefined;
    if (type === 'int64') return Number(view.getBigInt64(at, true));
    return type === 'int8' ? view.getInt8(at) : view.getFloat64(at, true);
  };
}
