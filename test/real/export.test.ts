// Copies of the archive as others read them: xarray of today and of Debian. What they read is what the
// store holds, bit for bit.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { chunkLength } from '../../lib/archive/layout.ts';
import { archiveIn, instant, ok, sectionsOf } from '../archive/days.ts';
import { root } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { debianXarray, xarrayWithZarr3 } from './xarray.ts';

const script = join(import.meta.dirname, 'exports.py');

interface Told {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly times: string;
  readonly variables: Readonly<
    Record<string, { type: string; units: string | null; meanings: string | null; digest: string }>
  >;
}

const digest = (values: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

describe('archive export and xarray', () => {
  test('every export is read by xarray of today, and Zarr 2 by Debian’s too, as the store itself', async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'config.yaml');
    writeFileSync(config, `files: { state: ${folder}/state }\n`);
    const { write, run, read, path } = archiveIn(folder);
    // Old enough that none of it lies in the future of this machine; over the end of a chunk; one variable comes late.
    const samples = chunkLength + 50;
    const back = -samples - 10;
    write(back, back + chunkLength + 20);
    write(back + chunkLength + 20, back + samples, (index) => ({
      ...sectionsOf(Math.abs(index)),
      host: ok({ load_1: index / 3, cpus: 4 }),
    }));
    await run(instant(0));

    const kinds: readonly (readonly string[])[] = [
      ['--format', 'zarr'],
      ['--codec', 'blosc'],
      ['--format', 'zarr2'],
      ['--format', 'zarr2', '--codec', 'blosc'],
    ];
    const range = { from: instant(back + 7), to: instant(back + samples - 9) };
    const part = ['--from', range.from.toISOString(), '--to', range.to.toISOString(), '--only', 'file*,gate_*,host_*'];
    const asked = kinds.flatMap((kind) => [
      { kind, part: [] as readonly string[] },
      { kind, part },
    ]);
    const exports = asked.map(({ kind, part }, index) => {
      const to = join(folder, `export-${index}`);
      const argv = [join(root, 'dist', 'archive.cjs'), 'export', to, '--config', config, ...kind, ...part];
      const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 120_000 });
      assert.equal(status, 0, stderr);
      return { to, isZarr2: kind.includes('zarr2'), isPart: part.length > 0 };
    });

    const [today, debian] = [xarrayWithZarr3(t), debianXarray()];
    const reads = [
      {
        reader: 'today',
        told: JSON.parse(today(script, path, ...exports.map(({ to }) => to))) as Record<string, Told>,
      },
      {
        reader: 'Debian',
        told: JSON.parse(debian(script, ...exports.filter(({ isZarr2 }) => isZarr2).map(({ to }) => to))) as Record<
          string,
          Told
        >,
      },
    ];
    let compared = 0;
    for (const { reader, told } of reads) {
      for (const [where, { times, variables, attributes }] of Object.entries(told)) {
        const isPart = exports.some(({ to, isPart }) => to === where && isPart);
        const ours = read(isPart ? range : {});
        const names = [...ours.columns.keys()].filter((name) => !isPart || /^(file|gate_|host_)/.test(name));
        assert.ok(names.length >= 8);
        assert.deepEqual(Object.keys(variables).sort(), [...names].sort(), `${reader} ${where}`);
        assert.equal(times, digest(BigInt64Array.from(ours.times, BigInt)), `${reader} ${where}`);
        assert.equal(attributes['instrument'], 'ops-monitor');
        if (where !== path)
          assert.match(String(attributes['history']), /exported from .*ops_monitor\.zarr\n.*made from/);
        for (const name of names) {
          const { type, attributes: said } = ours.metadata.variables.get(name) ?? assert.fail(name);
          const column = ours.columns.get(name) ?? assert.fail(name);
          assert.deepEqual(
            variables[name],
            { type, units: said['units'] ?? null, meanings: said['flag_meanings'] ?? null, digest: digest(column) },
            `${reader} ${where} ${name}`,
          );
          compared += 1;
        }
      }
    }
    assert.ok(compared > 100, `only ${compared} variables were compared`);
    t.diagnostic(`${compared} variables of ${exports.length} exports are equal`);
  });
});
