// Stores that real xarray wrote, with zarr 2 and with zarr 3: we read the same newest samples as xarray.
import assert from 'node:assert/strict';
import { truncateSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { newestSample, newestTime, openZarr } from '../../lib/snapshot/zarr.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';
import { temporaryFolder } from '../world.ts';
import { collectOn, siteIn } from './stages.ts';
import { debianXarray, type Python, xarrayWithZarr3 } from './xarray.ts';

const script = join(import.meta.dirname, 'stores.py');
const end = new Date('2026-11-20T09:50:00Z');
const anHourAgo = new Date(end.getTime() - 3_600_000);
const variables = ['DCInverterVolts', 'BatterySOC', 'InternalTemperature'];

/** Stores that we refuse, and the message; all other stores of the matrix must be read. */
const refused: readonly [what: RegExp, words: RegExp][] = [
  [/-bz2$/, /Unknown codec: numcodecs\.bz2/],
  [/-lzma$/, /Unknown codec: numcodecs\.lzma/],
  [/-crc32$/, /Unknown codec: numcodecs\.crc32/],
  [/-delta-narrow$/, /numcodecs\.delta has astype/],
  [/-shuffle-narrow$/, /numcodecs\.shuffle has elementsize/],
  [/-sharded-start$/, /sharding_indexed has index_location "start"/],
  [/-refused-noleap$/, /calendar is not supported: "noleap"/],
  // In these stores only one variable is refused.
  [/-refused-2d DCInverterVolts$/, /2 dimensions/],
  [/-refused-string DCInverterVolts$/, /its data type .* is not numeric/],
];

interface Told {
  readonly last: string | null;
  readonly variables: Readonly<Record<string, { time: string; value: string } | { error: string } | null>>;
}
interface Listed {
  readonly name: string;
  readonly group: string | null;
}

const hostOpener = localHostOpener({ notes: '/nonexistent', userAgent: 'test' });

/** Compares the samples that xarray reads with ours, of stores that one of the two Pythons wrote. */
async function compare(t: TestContext, write: Python, read: Python): Promise<void> {
  const folder = temporaryFolder(t);
  write(script, 'write', folder, '--all', '--end', end.toISOString().replace('Z', '+00:00'));
  const listed = JSON.parse(write(script, 'list')) as Listed[];
  const stores = listed.map(({ name, group }) => ({ name, path: join(folder, `${name}.zarr`, group ?? '') }));
  const told = JSON.parse(read(script, 'read', ...stores.map(({ path }) => path))) as Record<string, Told>;
  let [equal, refusals] = [0, 0];
  const wrong: string[] = [];
  for (const { name, path } of stores) {
    for (const variable of variables) {
      const expected = refused.find(([what]) => what.test(name) || what.test(`${name} ${variable}`))?.[1];
      const ours = await readOurs(path, variable);
      const theirs = told[path]?.variables?.[variable];
      if (expected) {
        refusals += 1;
        if (!expected.test(ours)) wrong.push(`${name} ${variable}: should be refused (${expected}), gave ${ours}`);
      } else if (theirs === undefined || (theirs !== null && 'error' in theirs)) {
        wrong.push(`${name} ${variable}: xarray itself says ${JSON.stringify(told[path])}, and we ${ours}`);
      } else if (!isSame(ours, theirs)) {
        wrong.push(`${name} ${variable}: xarray reads ${JSON.stringify(theirs)}, and we ${ours}`);
      } else {
        equal += 1;
      }
    }
  }
  t.diagnostic(`${stores.length} stores: ${equal} samples equal, ${refusals} refused`);
  assert.deepEqual(wrong, []);
  assert.ok(stores.length > 80 && equal > 220 && refusals >= 9, `${stores.length}, ${equal}, ${refusals}`);
}

/** Newest sample as `hex of the double at milliseconds`, `none`, or the error message. */
async function readOurs(path: string, variable: string): Promise<string> {
  try {
    const store = await openZarr(hostOpener(new AbortController().signal), path);
    const sample = await newestSample(store, variable, { from: anHourAgo, to: end });
    if (!sample) return 'none';
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(sample.value);
    return `${bytes.toString('hex')} at ${sample.time.getTime()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A Date holds milliseconds; xarray's nanoseconds lie within one. */
function isSame(ours: string, theirs: { time: string; value: string } | null): boolean {
  if (theirs === null) return ours === 'none';
  const [value, ms = ''] = ours.split(' at ');
  if (!/^-?\d+$/.test(ms)) return false;
  const apart = BigInt(theirs.time) - BigInt(ms) * 1_000_000n;
  return value === theirs.value && apart > -1_000_000n && apart < 1_000_000n;
}

describe('Zarr stores of xarray', () => {
  test('stores that zarr 3 wrote, in both formats, are read as xarray reads them, bit for bit', async (t) => {
    const today = xarrayWithZarr3(t);
    await compare(t, today, today);
  });

  test('stores that Debian’s zarr 2 wrote are read as xarray reads them, bit for bit', async (t) => {
    await compare(t, debianXarray(), xarrayWithZarr3(t));
  });

  test('the last time of a store is that of xarray; a truncated store is an error, never a number', async (t) => {
    const today = xarrayWithZarr3(t);
    const folder = temporaryFolder(t);
    const names = 'v2-plain v3-plain v2-none v3-none v3-gzip v2-zlib v2-lz4 v3-crc32c v3-sharded'.split(' ');
    today(script, 'write', folder, ...names);
    const paths = names.map((name) => join(folder, `${name}.zarr`));
    const told = JSON.parse(today(script, 'read', ...paths)) as Record<string, Told>;
    for (const path of paths) {
      const store = await openZarr(hostOpener(new AbortController().signal), path);
      const last = await newestTime(store, 'time', end);
      assert.equal(`${last?.getTime()}000000`, told[path]?.last, path);
    }
    for (const path of paths) {
      const chunks = readdirSync(join(path, variables[0] ?? ''), { recursive: true, encoding: 'utf8' })
        .map((file) => join(path, variables[0] ?? '', file))
        .filter((file) => statSync(file).isFile() && !/\.z\w+$|zarr\.json$/.test(file));
      assert.ok(chunks.length > 0, path);
      for (const share of [0.5, 0]) {
        for (const chunk of chunks) truncateSync(chunk, Math.floor(statSync(chunk).size * share));
        const ours = await readOurs(path, variables[0] ?? '');
        assert.match(ours, /chunk \d+ of DCInverterVolts cannot be read: /, `${path}, ${share} of each chunk`);
      }
    }
  });

  test('the installed bundles, where each codec is a separate bundle, read the same values as xarray', async (t) => {
    const today = xarrayWithZarr3(t);
    const folder = temporaryFolder(t);
    const names = ['v2-plain', 'v3-plain', 'v2-lz4', 'v3-gzip', 'v2-filter-astype'];
    today(
      script,
      'write',
      folder,
      ...names,
      '--end',
      new Date(Date.now() - 60_000).toISOString().replace('Z', '+00:00'),
    );
    for (const name of names) {
      const path = join(folder, `${name}.zarr`);
      const told = JSON.parse(today(script, 'read', path)) as Record<string, Told>;
      const { power } = collectOn(siteIn(temporaryFolder(t), `power: { store: ${path} }\n`)).snapshot.sections;
      assert.ok(power?.status === 'ok', JSON.stringify(power));
      const data = power.data as Readable['power'];
      const expected = told[path]?.variables['DCInverterVolts'];
      assert.ok(expected && 'value' in expected);
      assert.equal(
        data.voltage_volts,
        Buffer.from(expected.value, 'hex').readDoubleBE(),
        `${name}: ${data.voltage_problem}`,
      );
      assert.deepEqual([typeof data.charge_percent, typeof data.temperature_celsius], ['number', 'number'], name);
    }
  });
});
