import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { defineFile, type FileLocation } from '../../lib/contract/file.ts';
import { placesIn, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T07:00:00Z');

function write(path: string, modified: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, new Date(modified), new Date(modified));
}

test('when a file was last written: of a folder its commit, of what fell back to the runtime folder the newer one', (t) => {
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
  assert.equal(world.modifiedAt(whole), undefined, 'a folder without its commit is nothing yet');
  write(join(state, 'folder', 'root'), '2026-11-20T06:10:00Z');
  assert.equal(world.modifiedAt(whole)?.toISOString(), '2026-11-20T06:10:00.000Z');
});
