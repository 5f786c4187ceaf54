// Zarr stores whose owner means harm: small files that unpack, count or search without end. The power probe refuses each
// with a reason, in little memory and time. The same through a whole cycle: test/real/bombs.test.ts.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { power } from '../../lib/snapshot/probes/power.ts';
import { hostOf } from '../host.ts';
import { storeFiles } from '../store.ts';
import { configurationOf } from '../world.ts';

const at = new Date('2026-11-20T12:00:00Z');
const megabytes = 1024 * 1024;
const zeros = Buffer.alloc(200 * megabytes);
const gzipBomb = gzipSync(zeros);
const minutes = [10, 0];

/** Little-endian header of numcodecs' LZ4 and of Blosc, which say how long the data are. */
function headed(length: number, fields: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (const [offset, value] of fields) bytes.writeUInt32LE(value, offset);
  return bytes;
}

interface Metadata {
  readonly [key: string]: unknown;
}
const plain: Metadata = {
  zarr_format: 2,
  shape: [2],
  chunks: [4],
  dtype: '<f8',
  compressor: null,
  filters: null,
  order: 'C',
  fill_value: 'NaN',
};

/** The files of a store with other metadata, or another chunk, of one variable. */
const harmful = (metadata: Metadata | string, chunk?: Uint8Array): Record<string, Uint8Array | string> => ({
  'DCInverterVolts/.zarray': typeof metadata === 'string' ? metadata : JSON.stringify({ ...plain, ...metadata }),
  ...(chunk ? { 'DCInverterVolts/0': chunk } : {}),
});

const v3 = (more: Metadata): Record<string, string> => ({
  'zarr.json': JSON.stringify({ zarr_format: 3, node_type: 'group', attributes: {} }),
  'DCInverterVolts/zarr.json': JSON.stringify({
    zarr_format: 3,
    node_type: 'array',
    shape: [2],
    data_type: 'float64',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [4] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 'NaN',
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    dimension_names: ['time'],
    attributes: {},
    ...more,
  }),
});

const bombs: [kind: string, files: Record<string, Uint8Array | string>, says: RegExp][] = [
  ['gzip', harmful({ compressor: { id: 'gzip' } }, gzipBomb), /unpacks to more than a chunk has \(4132 bytes\)/],
  [
    'gzip, many members',
    harmful({ compressor: { id: 'gzip' } }, Buffer.concat(Array.from({ length: 20 }, () => gzipBomb))),
    /unpacks to more/,
  ],
  ['zlib', harmful({ compressor: { id: 'zlib' } }, deflateSync(zeros)), /unpacks to more than a chunk has/],
  ['zstd', harmful({ compressor: { id: 'zstd' } }, zstdCompressSync(zeros)), /unpacks to more than a chunk has/],
  [
    'gzip in gzip',
    harmful({ compressor: { id: 'gzip' }, filters: [{ id: 'gzip' }] }, gzipSync(gzipBomb)),
    /unpacks to more|kind|filter/i,
  ],
  [
    'blosc that says 2 GB',
    harmful(
      { compressor: { id: 'blosc' } },
      headed(64, [
        [0, 0x08210102],
        [4, 0x7fffffff],
        [8, 0x10000],
        [12, 64],
      ]),
    ),
    /unpacks to 2147483647 bytes, more than a chunk has/,
  ],
  [
    'lz4 that says 2 GB',
    harmful({ compressor: { id: 'lz4' } }, headed(64, [[0, 0x7fffffff]])),
    /unpacks to 2147483647 bytes/,
  ],
  ['a chunk of 10^15 samples', harmful({ shape: [1e15], chunks: [1e15] }), /samples: too many to be read/],
  ['chunks of no samples', harmful({ chunks: [0] }), /its chunks is not a list of lengths: \[0\]/],
  ['chunks of half a sample', harmful({ chunks: [0.5] }), /its chunks is not a list of lengths/],
  ['a negative shape', harmful({ shape: [-2] }), /its shape is not a list of lengths/],
  ['a shape beyond whole numbers', harmful({ shape: [1e300] }), /its shape is not a list of lengths/],
  [
    '10,000 dimensions',
    harmful({ shape: Array.from({ length: 10_000 }, () => 1) }),
    /its shape is not a list of lengths/,
  ],
  [
    '10,000 filters',
    harmful({ filters: Array.from({ length: 5000 }, () => ({ id: 'gzip' })) }),
    /it has 5000 filters; more than 16/,
  ],
  [
    'empty chunks without end, all of them new',
    {
      ...harmful({ shape: [1e15], chunks: [4_000_000] }),
      'time/.zarray': JSON.stringify({
        ...plain,
        shape: [1e15],
        chunks: [4_000_000],
        dtype: '<i8',
        fill_value: at.getTime() / 60_000,
      }),
    },
    /bytes would have to be looked at for the newest sample/,
  ],
  ['metadata nested a million deep', harmful('['.repeat(megabytes)), /nested more than 64 levels/],
  [
    'metadata with a million keys',
    harmful(`{${Array.from({ length: megabytes }, (_, index) => `"k${index}":0`).join(',')}}`),
    /more than 300000 values/,
  ],
  ['metadata with a key twice', harmful('{"shape":[1],"shape":[2]}'), /has the key "shape" twice/],
  ['metadata with __proto__', harmful('{"__proto__":{"shape":[1]}}'), /the key __proto__/],
  [
    'a text of 8 MB with NaN before it',
    harmful(`{"a":NaN,"b":"${'\\"'.repeat(4 * megabytes)}"}`),
    /its shape is not|not JSON|DCInverterVolts/,
  ],
  ['a text codec on numbers', v3({ codecs: [{ name: 'json2', configuration: {} }] }), /./],
  [
    'a shard with an index of 16 GB',
    v3({
      shape: [1e9],
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [1e9] } },
      codecs: [
        {
          name: 'sharding_indexed',
          configuration: {
            chunk_shape: [1],
            codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
            index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
          },
        },
      ],
    }),
    /./,
  ],
];

async function readStore(files: Record<string, Uint8Array | string>) {
  const isV3 = 'zarr.json' in files;
  const all = new Map<string, Uint8Array>(
    isV3 ? [] : storeFiles({ minutes, at }).map(([path, bytes]) => [path, bytes]),
  );
  for (const [path, found] of Object.entries(files))
    all.set(path, typeof found === 'string' ? new TextEncoder().encode(found) : found);
  const host = hostOf({
    readBytes: async (path, range) => {
      const found = all.get(path.slice('/p.zarr/'.length));
      if (!found) throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
      return range ? found.subarray(range.start, range.start + range.length) : found;
    },
    stat: async () => ({ kind: 'file', size_bytes: 2 ** 40, modified_at: at.toISOString() }),
    list: async () => [],
  });
  const config = configurationOf('power: { store: /p.zarr }');
  return power.read({ host: () => host, item: '', previous: undefined, bootId: '', at, config });
}

describe('snapshot/zarr, bombs', () => {
  for (const [kind, files, says] of bombs) {
    test(`${kind}: the variable is refused with its reason, in little time and memory`, async () => {
      const [began, before] = [performance.now(), process.memoryUsage().rss];
      const found = await readStore(files);
      const [ms, grown] = [performance.now() - began, process.memoryUsage().rss - before];
      assert.match(found.voltage_problem ?? 'no problem', says);
      assert.ok(!('voltage_volts' in found));
      if (!('zarr.json' in files) && !('time/.zarray' in files))
        assert.equal(found.charge_percent, 1, 'the other variables are read');
      assert.ok(ms < 8000, `it took ${Math.round(ms)} ms`);
      assert.ok(grown < 300 * megabytes, `it took ${Math.round(grown / megabytes)} MB`);
    });
  }

  test('there are at least twenty kinds', () => assert.ok(bombs.length >= 20));
});
