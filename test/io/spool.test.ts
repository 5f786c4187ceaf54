import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openSpool } from '../../lib/io/spool.ts';
import { temporaryFolder } from '../world.ts';

test('what a killed run left half-made goes, and nothing else', (t) => {
  const folder = temporaryFolder(t);
  const outbox = join(folder, 'outbox');
  const spool = openSpool(outbox, join(folder, 'run'));
  spool.put('a.json', '{}');
  spool.bury('b.json', '{}');
  for (const name of ['a.json.tmp-12-3', 'dead/b.json.tmp-12-3', 'a.json.backup', 'a.json.tmp-mine'])
    writeFileSync(join(outbox, name), '{"to');
  mkdirSync(join(outbox, 'c.json.tmp-1-1'));
  spool.sweep();
  assert.deepEqual(readdirSync(outbox).sort(), [
    'a.json',
    'a.json.backup',
    'a.json.tmp-mine',
    'c.json.tmp-1-1',
    'dead',
  ]);
  assert.deepEqual([spool.names(), spool.dead()], [['a.json'], ['b.json']]);
});
