import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { openSpool } from '../../lib/io/spool.ts';
import { temporaryFolder } from '../world.ts';

describe('io/spool', () => {
  test('sweep removes temporary files of killed runs, and no other file', (t) => {
    const folder = temporaryFolder(t);
    const outbox = join(folder, 'outbox');
    const spool = openSpool(outbox, join(folder, 'run'));
    spool.put('a.json', '{}');
    spool.bury('b.json', '{}');
    for (const name of ['a.json.tmp-12-3', 'dead/b.json.tmp-12-3', 'a.json.backup', 'a.json.tmp-mine'])
      writeFileSync(join(outbox, name), '{"to');
    mkdirSync(join(outbox, 'c.json.tmp-1-1'));
    spool.sweep();
    const left = 'a.json a.json.backup a.json.tmp-mine c.json.tmp-1-1 dead';
    assert.equal(readdirSync(outbox).sort().join(' '), left);
    assert.deepEqual([spool.names(), spool.dead()], [['a.json'], ['b.json']]);
  });

  test('read takes the newer of two copies, and bury removes both', (t) => {
    const folder = temporaryFolder(t);
    const outbox = join(folder, 'outbox');
    const beside = join(folder, 'run', 'spare', outbox);
    const spool = openSpool(outbox, join(folder, 'run'));
    mkdirSync(beside, { recursive: true });
    const write = (place: string, text: string, second: number): void => {
      writeFileSync(join(place, 'a.json'), text);
      utimesSync(join(place, 'a.json'), second, second);
    };
    spool.put('a.json', 'first');
    write(outbox, 'on the disk', 1000);
    write(beside, 'while it was full', 2000);
    assert.equal(spool.read('a.json'), 'while it was full');
    write(outbox, 'since there is room', 3000);
    assert.equal(spool.read('a.json'), 'since there is room');
    assert.deepEqual(spool.names(), ['a.json']);
    spool.bury('a.json', 'dead');
    assert.deepEqual([spool.names(), readdirSync(beside), spool.dead()], [[], [], ['a.json']]);
  });

  test('waiting messages and dead letters lie in folders that only their owner can read', (t) => {
    const outbox = join(temporaryFolder(t), 'alerts', 'outbox');
    const spool = openSpool(outbox, join(outbox, 'run'));
    spool.put('a.json', '{}');
    spool.bury('b.json', '{}');
    const modes = [join(outbox, '..'), outbox, join(outbox, 'dead')].map((path) => statSync(path).mode & 0o777);
    assert.deepEqual(modes, [0o755, 0o700, 0o700]);
  });
});
