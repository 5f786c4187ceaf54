// Codecs registered with zarrita, for reading only: filters of numcodecs that zarrita lacks; decompressors of Node, at
// a tenth of the cost of zarrita's; and checks for damaged chunks that zarrita would accept.
import * as zarr from 'zarrita';
import { errorCode } from '../contract/errors.ts';
import { isObject } from '../contract/shape.ts';
import { crc32c } from '../parse/crc32c.ts';

type Entry = Awaited<ReturnType<NonNullable<ReturnType<(typeof zarr.registry)['get']>>>>;
type Codec = ReturnType<Entry['fromConfig']>;
type Meta = Parameters<Entry['fromConfig']>[1];
type Numbers = ArrayLike<number | bigint>;
interface Chunk {
  readonly data: Numbers;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

const arrays: Readonly<Record<string, { from(values: Numbers, map: (value: number | bigint) => number): Numbers }>> = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** numpy's type names (`<f4` is float32). Their byte order is dropped, because it is the array's own. */
const typeNames: Readonly<Record<string, string>> = {
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

function typeOf(numpy: unknown): string {
  const known = Object.entries(typeNames).find(([short, long]) =>
    [short, `<${short}`, `>${short}`, `|${short}`, `=${short}`, long].includes(String(numpy)),
  );
  if (!known) throw new Error(`${JSON.stringify(numpy)} is not a numeric type`);
  return known[1];
}

/** Decodes numbers that a Zarr filter stored as another type; `undo` restores one number. */
function conversionCodec(stored: unknown, meta: Meta, undo: (value: number) => number): Codec {
  const into = Object.hasOwn(arrays, meta.dataType) ? arrays[meta.dataType] : undefined;
  if (!into) throw new Error(`a filter gives ${meta.dataType}, which is not read`);
  const decode = ({ data, shape, stride }: Chunk): Chunk => ({
    data: into.from(data, (value) => undo(Number(value))),
    shape,
    stride,
  });
  return {
    kind: 'array_to_array',
    encode: refuseToEncode,
    decode: decode as unknown as Codec['decode'],
    getEncodedMeta: (outer: Meta): Meta => ({
      ...outer,
      dataType: typeOf(stored) as Meta['dataType'],
      fillValue: null,
    }),
  };
}

const refuseToEncode = (): never => {
  throw new Error('stores of others are only read');
};

const setting = (configuration: unknown, key: string): unknown =>
  isObject(configuration) ? configuration[key] : undefined;

function numberIn(configuration: unknown, key: string): number {
  const value = setting(configuration, key);
  if (typeof value !== 'number') throw new Error(`${key} of a filter is no number: ${JSON.stringify(value)}`);
  return value;
}

const filters: Readonly<Record<string, Entry['fromConfig']>> = {
  'numcodecs.astype': (configuration, meta) =>
    conversionCodec(setting(configuration, 'encode_dtype'), meta, (value) => value),
  // quantize only rounded the numbers before storing them, so decoding leaves them as they are.
  'numcodecs.quantize': (configuration, meta) =>
    conversionCodec(setting(configuration, 'astype') ?? meta.dataType, meta, (value) => value),
  'numcodecs.fixedscaleoffset': (configuration, meta) => {
    const [scale, offset] = [numberIn(configuration, 'scale'), numberIn(configuration, 'offset')];
    return conversionCodec(setting(configuration, 'astype') ?? meta.dataType, meta, (value) => value / scale + offset);
  },
};

/** The bytes that a chunk has, by its shape and its type. With some room, because of several codecs in a row all but one
 * see the output of another, which is a little longer than its input; the number of samples is compared in the end. */
function mostBytesOf({ shape, dataType }: Meta): number {
  const size = shape.reduce((product, length) => product * length, Number(/\d+$/.exec(dataType)?.[0] ?? 64) / 8);
  return size + Math.ceil(size / 8) + 4096;
}

function refuseLonger(bytes: number, most: number): void {
  if (bytes > most) throw new Error(`it unpacks to ${bytes} bytes, more than a chunk has (${most})`);
}

const uint32At = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

/** Compares a Blosc chunk with the lengths in its header, before anything is allocated for it: a truncated chunk would
 * silently be decoded to zeros. */
function checkBlosc(bytes: Uint8Array, most: number): void {
  const whole = bytes.length < 16 ? 16 : uint32At(bytes, 12);
  if (whole !== bytes.length) throw new Error(`it has ${bytes.length} bytes instead of ${whole}: truncated`);
  refuseLonger(uint32At(bytes, 4), most);
}

/** LZ4 of numcodecs begins with the length of the data. */
function checkLz4(bytes: Uint8Array, most: number): void {
  if (bytes.length < 4) throw new Error(`it has ${bytes.length} bytes: truncated`);
  refuseLonger(uint32At(bytes, 0), most);
}

function checkSum(bytes: Uint8Array): void {
  const data = bytes.subarray(0, -4);
  const stored = bytes.length < 4 ? undefined : uint32At(bytes, data.length);
  if (stored !== crc32c(data)) throw new Error('its checksum is wrong: it is damaged, or half written');
}

/** The same codec, which runs `check` on the bytes before decoding them. */
function withCheck(entry: Entry, check: (bytes: Uint8Array, most: number) => void): Entry {
  return {
    ...(entry.kind ? { kind: entry.kind } : {}),
    fromConfig: (configuration, meta) => {
      const codec = entry.fromConfig(configuration, meta);
      return Object.assign(Object.create(codec) as Codec, {
        decode: (bytes: Uint8Array) => {
          check(bytes, mostBytesOf(meta));
          return codec.decode(bytes);
        },
      });
    },
  };
}

/** Decoding these through web streams or WebAssembly, as zarrita does, would take as long as another start of Node. */
const native = { gzip: 'gunzipSync', zlib: 'inflateSync', zstd: 'zstdDecompressSync' } as const;

for (const [name, decompress] of Object.entries(native)) {
  const fromConfig = (_configuration: unknown, meta: Meta): Codec => {
    const maxOutputLength = mostBytesOf(meta);
    const unpack = (bytes: Uint8Array): Uint8Array => {
      try {
        // Copied into memory of its own, because zarrita reads the whole buffer behind a view.
        return new Uint8Array(process.getBuiltinModule('node:zlib')[decompress](bytes, { maxOutputLength }));
      } catch (error) {
        if (errorCode(error) !== 'ERR_BUFFER_TOO_LARGE') throw error;
        throw new Error(`it unpacks to more than a chunk has (${maxOutputLength} bytes)`, { cause: error });
      }
    };
    return { kind: 'bytes_to_bytes', encode: refuseToEncode, decode: unpack };
  };
  for (const id of [name, `numcodecs.${name}`]) zarr.registry.set(id, async () => ({ fromConfig }));
}

// These make text of a chunk, of any size; a series has numbers.
for (const name of ['json2', 'numcodecs.json2', 'vlen-utf8', 'numcodecs.vlen-utf8']) zarr.registry.delete(name);

/** The process decodes a few chunks and exits: optimising blosc on another thread costs more than all decoding (50 ms). */
function compileWasmOnce(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
}

for (const [name, fromConfig] of Object.entries(filters)) zarr.registry.set(name, async () => ({ fromConfig }));
for (const [name, check] of [
  ['blosc', checkBlosc],
  ['numcodecs.blosc', checkBlosc],
  ['lz4', checkLz4],
  ['numcodecs.lz4', checkLz4],
  ['crc32c', checkSum],
] as const) {
  const known = zarr.registry.get(name);
  if (!known) throw new Error(`this version of zarrita has no codec ${name}`);
  zarr.registry.set(name, async () => {
    if (check !== checkSum) compileWasmOnce();
    return withCheck(await known(), check);
  });
}
