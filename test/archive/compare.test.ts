// archive verify against the raw lines: whatever was damaged in the store is found, with its variable and time.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { compareWithRaw } from '../../lib/archive/compare.ts';
import { sections } from '../../lib/config/registry.ts';
import { history } from '../../lib/health/files.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { worldIn } from '../world.ts';
import { archiveWith, instant, used } from './days.ts';

const samples = 700;

async function site(t: TestContext, count = samples) {
  const made = await archiveWith(t, count);
  const folder = dirname(made.places.state);
  const compare = () =>
    compareWithRaw({
      sections,
      files: storeFiles,
      log: worldIn(folder, { at: instant(count) }),
      path: made.path,
      now: instant(count + 9),
    });
  const edit = (chunk: string, change: (bytes: Buffer) => void): void => {
    const path = join(made.path, chunk);
    const bytes = readFileSync(path);
    change(bytes);
    writeFileSync(path, bytes);
  };
  return { ...made, compare, edit };
}

describe('archive/compare', () => {
  test('a good archive equals its raw lines in every value', async (t) => {
    const { compare, read } = await site(t);
    const found = compare();
    assert.deepEqual(found.problems, []);
    assert.equal(found.values_compared, samples * read().metadata.variables.size);
    assert.deepEqual([found.samples_without_raw_line, found.raw_lines_not_appended_yet], [0, 0]);
  });

  test('a deleted chunk, a flipped bit and a swapped level are each named with variable and time', async (t) => {
    const { compare, edit, path } = await site(t);
    rmSync(join(path, 'gate_prune_counts_files', 'c', '0'));
    edit(join(used, 'c', '0'), (bytes) => bytes.writeUInt8(bytes.readUInt8(8 * 40 + 6) ^ 8, 8 * 40 + 6));
    edit(join('level_filesystem_usage_data', 'c', '0'), (bytes) => bytes.writeInt8(1, 50));
    const { differences, problems } = compare();
    const of = (name: string) => differences.filter(({ variable }) => variable === name);
    assert.equal(of('gate_prune_counts_files').length, samples);
    assert.deepEqual(
      of(used).map(({ time, raw }) => [time, raw]),
      [[instant(40).toISOString().replace('Z', '456Z'), 40]],
    );
    assert.deepEqual(
      of('level_filesystem_usage_data').map(({ time, archived, raw }) => [time, archived, raw]),
      [[instant(50).toISOString().replace('Z', '456Z'), 1, 0]],
    );
    assert.equal(problems.length, 3, problems.join('\n'));
    assert.match(
      problems.join('\n'),
      /gate_prune_counts_files differs from the raw lines in 700 samples: null instead of 0 at /,
    );
  });

  test('differences beyond a thousand are counted', async (t) => {
    const { compare, path } = await site(t);
    for (const name of ['gate_prune_counts_files', used]) rmSync(join(path, name, 'c', '0'));
    const found = compare();
    assert.equal(found.differences.length, 1000);
    assert.equal(found.differences_left_out, 400);
  });

  test('a raw line that the archive lacks is named, and a sample whose raw line is gone is counted', async (t) => {
    const { compare, write, rawFile } = await site(t, 20);
    write(25, 26);
    assert.equal(compare().raw_lines_not_appended_yet, 1);
    const file = rawFile(instant(3));
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [...lines.slice(0, 3), lines[2]?.replace(/T23:10/, 'T23:12'), ...lines.slice(4)].join('\n'));
    const { problems, samples_without_raw_line } = compare();
    assert.match(problems.join('\n'), /1 raw line older than the newest sample is not archived, the first of .*T23:12/);
    assert.equal(samples_without_raw_line, 1);
  });

  test('levels of a run that was judged again later are counted and are no problem', async (t) => {
    const { compare, places } = await site(t, 20);
    const file = history.path(places, instant(3));
    const line = readFileSync(file, 'utf8').split('\n')[3] ?? '';
    writeFileSync(file, `${line.replace('"red"}', '"amber"}')}\n`, { flag: 'a' });
    const { problems, levels_judged_again } = compare();
    assert.deepEqual([problems, levels_judged_again], [[], 1]);
  });
});
