// What can still be read of a store, however it is damaged.
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { missingFlag, type Variable } from './flatten.ts';
import { axis, chunkLength, itemBytes, type Metadata, parse, parseArray, parseRoot } from './layout.ts';
import { chunkPath, earliestMicroseconds, latestOf } from './store.ts';

interface Old {
  readonly times: Float64Array;
  readonly problems: readonly string[];
  row(index: number): { values: Map<string, number>; variables: Map<string, Variable> };
}

/** The rows whose time is there and sane; of each variable what its chunks have. */
export function salvage(files: StoreFiles, path: string, now: Date): Old {
  const { length, variables, problems } = metadataLeft(files, path);
  const places: number[] = [];
  const found: number[] = [];
  const latest = latestOf(now);
  const timesAt = columnReader(files, path, axis, 'int64');
  // A damaged root may say any length: what is looked at is what there are chunks of.
  const chunks = files
    .list(join(path, axis, 'c'))
    .map(Number)
    .filter(Number.isSafeInteger);
  const end = Math.min(length, (Math.max(-1, ...chunks) + 1) * chunkLength);
  for (let row = 0; row < end; row++) {
    const time = timesAt(row);
    // The first of two is kept; what goes back would be out of order in the new one too.
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
      ...(found.length < length ? [`${length - found.length} samples of the old store have no time that can be`] : []),
    ],
    row: (index) => {
      const values = new Map<string, number>();
      const own = new Map<string, Variable>();
      for (const [name, variable, at] of readers) {
        const value = at(places[index] ?? 0);
        if (value === undefined || Number.isNaN(value) || (variable.type === 'int8' && value === missingFlag)) continue;
        values.set(name, value);
        own.set(name, variable);
      }
      return { values, variables: own };
    },
  };
}

/** From the root, or where that cannot be read, from the arrays' own metadata: the shortest of them is the length. */
function metadataLeft(
  files: StoreFiles,
  path: string,
): Pick<Metadata, 'length' | 'variables'> & { problems: string[] } {
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
        // what is no array of ours has nothing to carry over
      }
    }
    const problems = [`of the old store only the arrays could be read: ${reasonOf(error)}`];
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
