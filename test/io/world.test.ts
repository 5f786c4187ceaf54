import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { defineFile, type FileLocation } from '../../lib/contract/file.ts';
import { number, object } from '../../lib/contract/shape.ts';
import { reasonOf } from '../../lib/core/text.ts';
import { placesIn, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');

function write(path: string, modified: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, new Date(modified), new Date(modified));
}

describe('io/world', () => {
  test('modifiedAt uses the commit file of a folder, and the newer of a file and its spare copy', (t) => {
    const folder = temporaryFolder(t);
    const world = worldIn(folder, { at });
    const { runtime, state } = placesIn(folder);
    const fileOf = (more: Partial<FileLocation>) =>
      defineFile({ summary: '', format: 'md', path: (places) => join(places.state, 'one'), mode: 0o644, ...more });
    const plain = fileOf({});
    assert.equal(world.modifiedAt(plain), undefined);
    write(join(state, 'one'), '2026-11-20T06:00:00Z');
    write(join(runtime, 'spare', state, 'one'), '2026-11-20T06:30:00Z');
    assert.equal(world.modifiedAt(plain)?.toISOString(), '2026-11-20T06:00:00.000Z');
    assert.equal(world.modifiedAt(fileOf({ fallsBack: true }))?.toISOString(), '2026-11-20T06:30:00.000Z');

    const whole = fileOf({ path: (places) => join(places.state, 'folder'), commit: 'root' });
    write(join(state, 'folder', 'other'), '2026-11-20T06:59:00Z');
    assert.equal(world.modifiedAt(whole), undefined, 'a folder without its commit file does not count');
    write(join(state, 'folder', 'root'), '2026-11-20T06:10:00Z');
    assert.equal(world.modifiedAt(whole)?.toISOString(), '2026-11-20T06:10:00.000Z');
  });

  const one = object({ one: number });
  const messageOf = (written: Promise<void>): Promise<string> => written.then(() => 'nothing', reasonOf);

  test('content that does not fit its schema is not written, and the message names the file', async (t) => {
    const folder = temporaryFolder(t);
    const world = worldIn(folder, { at });
    for (const format of ['json', 'jsonl'] as const) {
      const path = join(folder, `one.${format}`);
      const file = defineFile({ summary: 'one number', format, path: () => path, mode: 0o644, schema: one });
      const wrong = { one: 'no' } as never;
      const message = await messageOf(format === 'json' ? world.replace(file, wrong) : world.append(file, wrong));
      assert.match(message, new RegExp(`^the new content of ${path} is not as expected: .*"no"`));
      assert.equal(existsSync(path), false);
    }
  });

  test('the message gives both reasons where neither the disk nor the runtime folder takes a file', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'run'), 'no folder');
    const world = worldIn(folder, { at, durable: false });
    const fileOf = (format: 'json' | 'jsonl') =>
      // /dev/full always answers ENOSPC.
      defineFile({ summary: '', format, path: () => '/dev/full', mode: 0o644, schema: one, fallsBack: true });
    const spare = join(folder, 'run', 'spare', 'dev', 'full');
    for (const [message, doing] of [
      [await messageOf(world.replace(fileOf('json'), { one: 1 })), 'writing'],
      [await messageOf(world.append(fileOf('jsonl'), { one: 1 })), 'appending to'],
    ])
      assert.match(
        message ?? '',
        new RegExp(`^${doing} /dev/full failed \\(ENOSPC.*\\), and so did ${doing} ${spare}: (ENOTDIR|EEXIST)`),
      );
  });

  test('previous renames and keeps a torn file, and leaves it in place in a dry run', async (t) => {
    const folder = temporaryFolder(t);
    const path = join(placesIn(folder).state, 'one.json');
    const file = defineFile({ summary: '', format: 'json', path: () => path, mode: 0o644, schema: one });
    const world = worldIn(folder, { at });
    assert.deepEqual(await world.previous(file), { content: undefined, problems: [] });
    await world.replace(file, { one: 1 });
    assert.deepEqual(await world.previous(file), { content: { one: 1 }, problems: [] });

    writeFileSync(path, '{"one');
    const dry = await worldIn(folder, { at, dryRun: () => undefined }).previous(file);
    assert.match(
      dry.problems.join(),
      /^could not be used \(.*is not JSON.*\) and stays where it is: a dry run renames no file$/,
    );
    const { content, problems } = await world.previous(file);
    assert.equal(content, undefined);
    assert.match(problems.join(), /^could not be used and was set aside \(.*one\.json\.broken-20261120T070000Z\): /);
    assert.ok(existsSync(`${path}.broken-20261120T070000Z`) && !existsSync(path));
  });
});
