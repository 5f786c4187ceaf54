// A compressed copy as Zarr 3, or as Zarr 2 for readers of some years ago. Loaded on demand: no stage pays for zarrita.
import * as zarr from 'zarrita';
import type { NewFolder } from '../contract/folder.ts';
import { type Excerpt, exportedAttributes, refuseReplaced, type Writing } from './export.ts';
import type { Variable } from './flatten.ts';
import { axis, axisAttributes, chunkLength, fills, itemBytes } from './layout.ts';
import { columnOf } from './read.ts';
import type { Column } from './store.ts';

export interface ZarrKind {
  readonly format: 2 | 3;
  readonly codec: 'zstd' | 'blosc';
  /** The new line of the history. */
  readonly note: string;
}

type Json = Readonly<Record<string, unknown>>;

interface Source {
  readonly name: string;
  readonly type: 'int64' | Variable['type'];
  readonly attributes: Json;
  /** Of its samples from `first` on, so many. In memory of its own: zarrita writes all that lies below a view. */
  readonly read: (first: number, count: number) => Column;
}

/** How arrays and groups look on disk, in one format. */
interface Layout {
  readonly open: (source: Source) => Promise<zarr.Array<zarr.DataType, zarr.Mutable>>;
  readonly finish: (attributes: Json) => void;
}

interface Shape {
  readonly length: number;
  readonly chunk: number;
  readonly codec: ZarrKind['codec'];
}

/** 112 days: nobody appends to a copy, and fewer files are quicker to take along. */
export const longChunk = 8 * chunkLength;

export async function exportZarr(excerpt: Excerpt, kind: ZarrKind, { folder, onProgress }: Writing): Promise<void> {
  const { length } = excerpt.span.times;
  const chunk = Math.min(longChunk, length);
  const layout = (kind.format === 3 ? zarr3 : zarr2)(folder, { length, chunk, codec: kind.codec });
  const sources = sourcesOf(excerpt);
  for (const [index, source] of sources.entries()) {
    const array = await layout.open(source);
    for (let first = 0; first < length; first += chunk) {
      const count = Math.min(chunk, length - first);
      const part = { data: source.read(first, count), shape: [count], stride: [1] };
      await zarr.set(array, [zarr.slice(first, first + count)], part);
    }
    await onProgress(index + 1, sources.length);
  }
  refuseReplaced(excerpt);
  layout.finish(exportedAttributes(excerpt, kind.note));
}

function sourcesOf({ files, span, variables }: Excerpt): readonly Source[] {
  const times = (first: number, count: number): Column =>
    BigInt64Array.from(span.times.subarray(first, first + count), BigInt);
  return [
    { name: axis, type: 'int64', attributes: axisAttributes, read: times },
    ...variables.map(([name, { type, attributes }]): Source => ({
      name,
      type,
      attributes,
      read: (first, count) => columnOf(files, span, name, [first, count]),
    })),
  ];
}

/** `served` is what zarrita is to read of it, by path. */
function storeIn(
  folder: NewFolder,
  served: ReadonlyMap<string, string>,
  onWrite?: (key: string, text: string) => void,
) {
  const text = new TextDecoder();
  return {
    get: (key: zarr.AbsolutePath): Uint8Array | undefined => {
      const found = served.get(key);
      return found === undefined ? undefined : new TextEncoder().encode(found);
    },
    set: (key: zarr.AbsolutePath, bytes: Uint8Array): void => {
      folder.write(key.slice(1), bytes);
      if (key.endsWith('.json')) onWrite?.(key, text.decode(bytes));
    },
  };
}

function zarr3(folder: NewFolder, { length, chunk, codec }: Shape): Layout {
  const metadata: Record<string, unknown> = {};
  const store = storeIn(folder, new Map(), (key, text) => {
    metadata[key.slice(1, -'/zarr.json'.length)] = JSON.parse(text);
  });
  return {
    open: ({ name, type, attributes }) =>
      zarr.create(zarr.root(store).resolve(name), {
        shape: [length],
        chunkShape: [chunk],
        dtype: type as 'float64',
        // Without `bytes`, which zarrita does not add, nobody else can read the store.
        codecs: [
          type === 'int8'
            ? { name: 'bytes', configuration: {} }
            : { name: 'bytes', configuration: { endian: 'little' } },
          codec === 'zstd'
            ? { name: 'zstd', configuration: { level: zstdLevel, checksum: false } }
            : { name: 'blosc', configuration: { ...blosc, shuffle: 'shuffle', typesize: itemBytes(type) } },
        ],
        fillValue: (type === 'float64' ? Number.NaN : fills[type]) as number,
        dimensionNames: [axis],
        attributes: { ...attributes },
      }),
    finish: (attributes) =>
      folder.write(
        'zarr.json',
        JSON.stringify({
          attributes,
          zarr_format: 3,
          node_type: 'group',
          consolidated_metadata: { kind: 'inline', must_understand: false, metadata },
        }),
      ),
  };
}

const zstdLevel = 3;
const blosc = { cname: 'zstd', clevel: 5, blocksize: 0 };
const numpyTypes = { int64: '<i8', float64: '<f8', int8: '|i1' };

/** zarrita makes no metadata of Zarr 2, and writes chunks where there is some. */
function zarr2(folder: NewFolder, { length, chunk, codec }: Shape): Layout {
  const metadata: Record<string, unknown> = {};
  const served = new Map<string, string>();
  const store = storeIn(folder, served);
  const put = (name: string, content: Json): void => {
    metadata[name] = content;
    folder.write(name, JSON.stringify(content));
  };
  return {
    open: ({ name, type, attributes }) => {
      const array = {
        zarr_format: 2,
        shape: [length],
        chunks: [chunk],
        dtype: numpyTypes[type],
        compressor: codec === 'zstd' ? { id: 'zstd', level: zstdLevel } : { id: 'blosc', ...blosc, shuffle: 1 },
        filters: null,
        order: 'C',
      };
      // xarray takes the fill value of Zarr 2 for a missing one, and would make floats of times and flags. Every chunk
      // is written, so that none is needed but by zarrita, for the end of the last.
      put(`${name}/.zarray`, { ...array, fill_value: type === 'float64' ? 'NaN' : null });
      put(`${name}/.zattrs`, { ...attributes, _ARRAY_DIMENSIONS: [axis] });
      served.set(`/${name}/.zarray`, JSON.stringify({ ...array, fill_value: fills[type] }));
      return zarr.open.v2(zarr.root(store).resolve(name), { kind: 'array', attrs: false });
    },
    finish: (attributes) => {
      put('.zattrs', attributes);
      put('.zgroup', { zarr_format: 2 });
      folder.write('.zmetadata', JSON.stringify({ zarr_consolidated_format: 1, metadata }));
    },
  };
}
