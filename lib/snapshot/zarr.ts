// Reads series from a Zarr store that xarray wrote, from their end and no further back than needed. Loaded on demand,
// so that a site without such a store does not load zarrita.
import * as zarr from 'zarrita';
import './zarr-codecs.ts';
import { isMissing } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { latestTime } from '../core/age.ts';
import { listed, reasonOf } from '../core/text.ts';
import { arrayMetadata, foreignMetadata } from '../parse/zarrmeta.ts';
import { type Raw, refuseNonNumeric, timeDecoder, valueDecoder } from '../parse/cf.ts';

export type ZarrStore = Awaited<ReturnType<typeof openZarr>>;

type Series = ReturnType<typeof seriesFrom>;

/** Limit of the search: in a store whose writer appended single samples, each chunk may hold only one. */
const mostChunks = 120;
const mostChunkBytes = 32 * 1024 * 1024;
/** Decoded bytes of all chunks that one reading may look at: bounds both its memory and its computing, which no deadline
 * can interrupt. */
const mostBytes = 5 * mostChunkBytes;

export async function openZarr(host: Host, root: string) {
  const files = storeOf(host, root);
  // A writer writes the consolidated metadata last: an array that is not yet listed in them may be incomplete.
  const store = await zarr.withMaybeConsolidatedMetadata(files);
  const format = (await store.get('/zarr.json')) ? 'v3' : 'v2';
  if (format === 'v2' && !(await store.get('/.zgroup')))
    throw new Error(`${root} is no Zarr store: it has neither zarr.json nor .zgroup`);
  /** The names of the arrays in the root, for the error message about a missing array. */
  const names = async (): Promise<readonly string[]> =>
    'contents' in store
      ? (store.contents as () => { path: string; kind: string }[])().flatMap(({ path, kind }) =>
          kind === 'array' ? [path.slice(1)] : [],
        )
      : (await host.list(root)).filter((name) => !name.startsWith('.') && name !== 'zarr.json');
  /** Each array is opened once, and each of its chunks is read once. */
  const opened = new Map<string, Promise<Series>>();
  return { root, store, format, opened, names, decoded: { bytes: 0 } } as const;
}

/** The newest finite sample, searched back to `from`; undefined where there is none. The last chunk may give an older one. */
export async function newestSample(store: ZarrStore, name: string, span: { from: Date; to: Date }) {
  const values = await seriesOf(store, name);
  const times = await seriesOf(store, values.dimension);
  return searchBackwards(values, times, valueDecoder(values.encoding), span);
}

/** The newest time on the axis that is not in the future. */
export async function newestTime(store: ZarrStore, axis: string, to: Date): Promise<Date | undefined> {
  const times = await seriesOf(store, axis);
  const found = await searchBackwards(times, times, () => 0, { from: new Date(-8.64e15), to });
  return found?.time;
}

/** The number of samples on the axis, and its first and last time as stored; undefined where a time is missing. */
export async function timeSpan(store: ZarrStore, axis: string) {
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

/** Searches chunk by chunk from the end: takes the first sample that is not older than `from`, or, in a chunk without
 * one, the sample with the latest time. The position alone does not show which is newest: the time of a half-written
 * sample is still the array's fill value, long ago. */
async function searchBackwards(
  values: Series,
  times: Series,
  valueOf: (raw: Raw) => number,
  { from, to }: { from: Date; to: Date },
): Promise<{ value: number; time: Date } | undefined> {
  const timeOf = timeDecoder(times.encoding);
  const latest = latestTime(to).getTime();
  // While a writer appends, one of the two arrays may already be longer.
  const length = Math.min(values.length, times.length);
  let [index, looked] = [Math.ceil(length / values.chunkLength) - 1, 0];
  let [stampsIndex, stamps]: [number, ArrayLike<Raw>] = [-1, []];
  for (; index >= 0 && looked < mostChunks; index--, looked++) {
    const chunk = await values.chunk(index);
    const begin = index * values.chunkLength;
    let best: { value: number; time: number } | undefined;
    let newest = Number.NEGATIVE_INFINITY;
    for (let at = Math.min(length, begin + values.chunkLength) - 1; at >= begin; at--) {
      const wanted = Math.floor(at / times.chunkLength);
      if (wanted !== stampsIndex) [stampsIndex, stamps] = [wanted, await times.chunk(wanted)];
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

async function openSeries(of: ZarrStore, name: string): Promise<Series> {
  const { root, store, format, names } = of;
  try {
    const file = `/${name}/${format === 'v3' ? 'zarr.json' : '.zarray'}` as const;
    const bytes = await store.get(file);
    if (!bytes) throw new Error(`the store has no such array (it has: ${listed(await names(), 12)})`);
    const metadata = arrayMetadata(new TextDecoder().decode(bytes), format);
    const files: zarr.AsyncReadable = {
      ...store,
      get: async (key, options) => (key === file ? new TextEncoder().encode(metadata.text) : store.get(key, options)),
    };
    // zarrita resolves the name as a URL and decodes it again.
    const at = new zarr.Location(files, `/${encodeURIComponent(name)}`);
    const kind = { kind: 'array' } as const;
    const array = await (format === 'v3' ? zarr.open.v3(at, kind) : zarr.open.v2(at, kind));
    return seriesFrom(array, name, metadata.fill, of.decoded);
  } catch (error) {
    throw new Error(`${name} in ${root}: ${reasonOf(error)}`, { cause: error });
  }
}

/** A one-dimensional array that is read chunk by chunk. */
function seriesFrom(array: zarr.Array<zarr.DataType>, name: string, fill: unknown, decoded: { bytes: number }) {
  const [length = 0, ...more] = array.shape;
  const dimension = array.dimensionNames?.[0];
  if (more.length > 0 || array.shape.length === 0)
    throw new Error(`it has ${array.shape.length} dimensions (${array.shape.join(' × ')}): a series has one`);
  if (typeof dimension !== 'string') throw new Error('its dimension has no name, so its time axis is unknown');
  refuseNonNumeric(array.dtype);
  const chunkLength = array.chunks[0] ?? length;
  if (chunkLength * 8 > mostChunkBytes)
    throw new Error(`one chunk of it has ${chunkLength} samples: too many to be read for the last one`);
  const read = async (index: number): Promise<ArrayLike<Raw>> => {
    try {
      decoded.bytes += chunkLength * 8;
      if (decoded.bytes > mostBytes)
        throw new Error(`more than ${mostBytes} bytes would have to be looked at for the newest sample`);
      const { data } = await array.getChunk([index]);
      // For a truncated chunk, zarrita returns the samples that are left, without an error.
      if (data.length !== chunkLength)
        throw new Error(`it has ${data.length} samples instead of ${chunkLength}: truncated`);
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
    chunk: (index: number) => {
      const found = chunks.get(index) ?? read(index);
      chunks.set(index, found);
      return found;
    },
  };
}

/** A host's files as a zarrita store: a missing file gives undefined, an unreadable file an error. */
function storeOf(host: Host, root: string): zarr.AsyncReadable {
  const read = async (path: string, range?: { start: number; length: number }): Promise<Uint8Array> => {
    host.signal.throwIfAborted();
    // A shard's index, which others wrote, says how much of the shard is read.
    if (range && !(range.length <= mostChunkBytes))
      throw new Error(`${range.length} bytes of ${path} would have to be read: too many for one chunk`);
    // Copied to a buffer of exactly its size, because zarrita reads the whole buffer behind a view.
    const bytes = new Uint8Array(await host.readBytes(path, range));
    if (!/\/(\.z\w+|zarr\.json)$/.test(path)) return bytes;
    return new TextEncoder().encode(foreignMetadata(new TextDecoder().decode(bytes), path));
  };
  const unlessMissing = (error: unknown): undefined => {
    if (!isMissing(error)) throw error;
  };
  const readEnd = async (path: string, longest: number): Promise<Uint8Array> => {
    const { size_bytes } = await host.stat(path);
    const length = Math.min(longest, size_bytes);
    return read(path, { start: size_bytes - length, length });
  };
  return {
    get: (key) => read(`${root}${key}`).catch(unlessMissing),
    getRange: (key, range) =>
      ('offset' in range
        ? read(`${root}${key}`, { start: range.offset, length: range.length })
        : readEnd(`${root}${key}`, range.suffixLength)
      ).catch(unlessMissing),
  };
}
