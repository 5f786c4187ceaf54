// Exports a compressed copy as Zarr 3, or as Zarr 2 for older readers. Loaded on demand, so that no stage pays for zarrita.
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
  /** The line added to the `history` attribute. */
  readonly note: string;
}

type Json = Readonly<Record<string, unknown>>;

interface Source {
  readonly name: string;
  readonly type: 'int64' | Variable['type'];
  readonly attributes: Json;
  /** Reads `count` samples from `first` on, into a buffer of its own: zarrita writes the whole buffer below a view. */
  readonly read: (first: number, count: number) => Column;
}

/** Writes arrays and the group in one Zarr format. */
interface Layout {
  readonly open: (source: Source) => Promise<zarr.Array<zarr.DataType, zarr.Mutable>>;
  readonly finish: (attributes: Json) => void;
}

interface Shape {
  readonly length: number;
  readonly chunk: number;
  readonly codec: ZarrKind['codec'];
}

/** 112 days: nobody appends to a copy, and fewer files copy faster. */
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

/** `served` holds what zarrita may read back from the store, by path. */
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
        // zarrita does not add the `bytes` codec, and no other reader opens a store without it.
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

/** zarrita writes no Zarr 2 metadata, but writes chunks into an array whose metadata it can read. */
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
      // xarray treats a Zarr 2 fill value as missing and would turn times and flags into floats, so none is written.
      // Every chunk is written, so readers need none; only zarrita needs one, to pad the last chunk.
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
