// Series in a Zarr store that xarray wrote, read from their end, and no further than needed. Loaded on demand: whoever has
// no such store does not pay for zarrita.
import * as zarr from 'zarrita';
import './zarr-codecs.ts';
import { isMissing } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { latestTime } from '../core/age.ts';
import { listed, reasonOf } from '../core/text.ts';
import { arrayMetadata, plainJson } from '../parse/zarrmeta.ts';
import { type Raw, refuseNoNumber, timeDecoder, valueDecoder } from '../parse/cf.ts';

export interface ZarrStore {
  readonly root: string;
  readonly store: zarr.AsyncReadable;
  readonly format: 'v2' | 'v3';
  /** Each array is opened once, and each of its chunks read once. */
  readonly opened: Map<string, Promise<Series>>;
  /** The names in the root, for whoever asked for one that is not there. */
  readonly names: () => Promise<readonly string[]>;
}

export interface Sample {
  readonly value: number;
  readonly time: Date;
}

/** A one-dimensional array, chunk by chunk. */
interface Series {
  readonly name: string;
  readonly dimension: string;
  readonly length: number;
  readonly chunkLength: number;
  readonly encoding: Parameters<typeof valueDecoder>[0];
  readonly chunk: (index: number) => Promise<ArrayLike<Raw>>;
}

/** A store that was never written in larger chunks has one sample in each: then there is an end to the patience. */
const mostChunks = 120;
const mostChunkBytes = 64 * 1024 * 1024;

export async function openZarr(host: Host, root: string): Promise<ZarrStore> {
  const files = storeOf(host, root);
  // Its own metadata, if it has been consolidated, is the last that a writer writes: what it does not know of yet is
  // not all there.
  const store = await zarr.withMaybeConsolidatedMetadata(files);
  const format = (await store.get('/zarr.json')) ? 'v3' : 'v2';
  if (format === 'v2' && !(await store.get('/.zgroup')))
    throw new Error(`${root} is no Zarr store: it has neither zarr.json nor .zgroup`);
  const names = async (): Promise<readonly string[]> =>
    'contents' in store
      ? (store.contents as () => { path: string; kind: string }[])().flatMap(({ path, kind }) =>
          kind === 'array' ? [path.slice(1)] : [],
        )
      : (await host.list(root)).filter((name) => !name.startsWith('.') && name !== 'zarr.json');
  return { root, store, format, opened: new Map(), names };
}

/** The newest finite value, of those that are not older than `from`: undefined where there is none. */
export async function newestSample(
  store: ZarrStore,
  name: string,
  span: { from: Date; to: Date },
): Promise<Sample | undefined> {
  const values = await seriesOf(store, name);
  const times = await seriesOf(store, values.dimension);
  const valueOf = valueDecoder(values.encoding);
  return newestOf(values, times, valueOf, span);
}

/** The last time on the axis. */
export async function newestTime(store: ZarrStore, axis: string, to: Date): Promise<Date | undefined> {
  const times = await seriesOf(store, axis);
  const found = await newestOf(times, times, () => 0, { from: new Date(-8.64e15), to });
  return found?.time;
}

/** The first and the last on the axis as they stand; undefined where there is none. */
export async function timeSpan(
  store: ZarrStore,
  axis: string,
): Promise<{ samples: number; first: Date | undefined; last: Date | undefined }> {
  const times = await seriesOf(store, axis);
  const timeOf = timeDecoder(times.encoding);
  const at = async (index: number): Promise<Date | undefined> => {
    if (index < 0 || index >= times.length) return undefined;
    const chunk = await times.chunk(Math.floor(index / times.chunkLength));
    const found = new Date(timeOf(chunk[index % times.chunkLength] ?? Number.NaN));
    return Number.isNaN(found.getTime()) ? undefined : found;
  };
  return { samples: times.length, first: await at(0), last: await at(times.length - 1) };
}

/** Chunk by chunk from the end: the first sample that is fresh, or of a chunk without one the newest by its time. By its
 * place alone it might be one that is only half written: its time is then what stands for none, long ago. */
async function newestOf(
  values: Series,
  times: Series,
  valueOf: (raw: Raw) => number,
  { from, to }: { from: Date; to: Date },
): Promise<Sample | undefined> {
  const timeOf = timeDecoder(times.encoding);
  const latest = latestTime(to).getTime();
  // While somebody appends, one may already be longer than the other.
  const length = Math.min(values.length, times.length);
  let [index, looked] = [Math.ceil(length / values.chunkLength) - 1, 0];
  for (; index >= 0 && looked < mostChunks; index--, looked++) {
    const chunk = await values.chunk(index);
    const begin = index * values.chunkLength;
    let best: { value: number; time: number } | undefined;
    let newest = Number.NEGATIVE_INFINITY;
    for (let at = Math.min(length, begin + values.chunkLength) - 1; at >= begin; at--) {
      const stamps = await times.chunk(Math.floor(at / times.chunkLength));
      const time = timeOf(stamps[at % times.chunkLength] ?? Number.NaN);
      if (!(time <= latest)) continue;
      newest = Math.max(newest, time);
      const value = valueOf(chunk[at - begin] ?? Number.NaN);
      if (Number.isFinite(value) && (!best || time > best.time)) best = { value, time };
      if (best && best.time >= from.getTime()) break;
    }
    if (best) return { value: best.value, time: new Date(best.time) };
    if (newest < from.getTime() && newest !== Number.NEGATIVE_INFINITY) return undefined;
  }
  if (index >= 0) throw new Error(`${values.name} has no value in its last ${looked} chunks, and no more are read`);
  return undefined;
}

function seriesOf(store: ZarrStore, name: string): Promise<Series> {
  const found = store.opened.get(name) ?? openSeries(store, name);
  store.opened.set(name, found);
  return found;
}

async function openSeries({ root, store, format, names }: ZarrStore, name: string): Promise<Series> {
  try {
    const file = `/${name}/${format === 'v3' ? 'zarr.json' : '.zarray'}` as const;
    const bytes = await store.get(file);
    if (!bytes) throw new Error(`it is not there (there: ${listed(await names(), 12)})`);
    const metadata = arrayMetadata(new TextDecoder().decode(bytes), format);
    const files: zarr.AsyncReadable = {
      ...store,
      get: async (key, options) => (key === file ? new TextEncoder().encode(metadata.text) : store.get(key, options)),
    };
    // As a URL would have it.
    const at = new zarr.Location(files, `/${encodeURIComponent(name)}`);
    const kind = { kind: 'array' } as const;
    const array = await (format === 'v3' ? zarr.open.v3(at, kind) : zarr.open.v2(at, kind));
    return describe(array, name, metadata.fill);
  } catch (error) {
    throw new Error(`${name} in ${root}: ${reasonOf(error)}`, { cause: error });
  }
}

function describe(array: zarr.Array<zarr.DataType>, name: string, fill: unknown): Series {
  const [length = 0, ...more] = array.shape;
  const dimension = array.dimensionNames?.[0];
  if (more.length > 0 || array.shape.length === 0)
    throw new Error(`it has ${array.shape.length} dimensions (${array.shape.join(' × ')}): a series has one`);
  if (typeof dimension !== 'string') throw new Error('its dimension has no name, so nobody knows its times');
  refuseNoNumber(array.dtype);
  const chunkLength = array.chunks[0] ?? length;
  if (chunkLength * 8 > mostChunkBytes)
    throw new Error(`one chunk of it has ${chunkLength} samples: too many to be read for the last one`);
  const read = async (index: number): Promise<ArrayLike<Raw>> => {
    try {
      const { data } = await array.getChunk([index]);
      // Of a chunk that is cut, zarrita gives what is left.
      if (data.length !== chunkLength)
        throw new Error(`it has ${data.length} samples of ${chunkLength}: cut, or half written`);
      return data as ArrayLike<Raw>;
    } catch (error) {
      throw new Error(`chunk ${index} of ${name} cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  };
  const chunks = new Map<number, Promise<ArrayLike<Raw>>>();
  return {
    name,
    dimension,
    length,
    chunkLength,
    encoding: { type: array.dtype, attributes: array.attrs, fill },
    chunk: (index) => {
      const found = chunks.get(index) ?? read(index);
      chunks.set(index, found);
      return found;
    },
  };
}

/** The files of a host as zarrita wants them. What is not there is undefined; what cannot be read is an error. */
function storeOf(host: Host, root: string): zarr.AsyncReadable {
  const readIfThere = async (path: string, range?: { start: number; length: number }) => {
    try {
      // Exactly sized: zarrita looks at the whole buffer below a view.
      const bytes = new Uint8Array(await host.readBytes(path, range));
      if (!/\/(\.z\w+|zarr\.json)$/.test(path)) return bytes;
      return new TextEncoder().encode(plainJson(new TextDecoder().decode(bytes)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  return {
    get: (key) => readIfThere(`${root}${key}`),
    getRange: async (key, range) => {
      const path = `${root}${key}`;
      if ('offset' in range) return readIfThere(path, { start: range.offset, length: range.length });
      try {
        const { size_bytes } = await host.stat(path);
        const length = Math.min(range.suffixLength, size_bytes);
        return await readIfThere(path, { start: size_bytes - length, length });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}
