import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import * as fastCheck from 'fast-check';
import { scanLines } from '../../lib/io/jsonl.ts';
import { temporaryFolder } from '../world.ts';

const all = (path: string, from: 'start' | 'end') => [...scanLines(path, from)];

describe('io/jsonl', () => {
  test('a missing file has no lines', (t) => {
    const path = join(temporaryFolder(t), 'none.jsonl');
    assert.deepEqual(all(path, 'start'), []);
    assert.deepEqual(all(path, 'end'), []);
  });

  test('long lines and multi-byte characters across chunk borders are read whole from both ends', (t) => {
    const path = join(temporaryFolder(t), 'long.jsonl');
    const long = ['ü'.repeat(100_000), '', '日本'.repeat(70_001), 'x'.repeat(65_535), 'y'.repeat(65_536)];
    const lines = ['short', ...long, 'last'];
    writeFileSync(path, lines.join('\n'));
    const expected = lines.filter((line) => line !== '');
    assert.deepEqual(all(path, 'start'), expected);
    assert.deepEqual(all(path, 'end'), expected.toReversed());
  });

  test('both ends yield the same lines, for any content', (t) => {
    const path = join(temporaryFolder(t), 'any.jsonl');
    fastCheck.assert(
      fastCheck.property(fastCheck.array(fastCheck.string({ unit: 'binary' })), fastCheck.boolean(), (texts, torn) => {
        writeFileSync(path, texts.join('\n') + (torn ? '' : '\n'));
        const expected = Buffer.from(texts.join('\n'))
          .toString('utf8')
          .split('\n')
          .filter((line) => line.trim() !== '');
        assert.deepEqual(all(path, 'start'), expected);
        assert.deepEqual(all(path, 'end'), expected.toReversed());
      }),
      { numRuns: 200 },
    );
  });

  test('reading from the end yields the newest lines first', (t) => {
    const path = join(temporaryFolder(t), 'day.jsonl');
    const lines = Array.from({ length: 50_000 }, (_, index) => `{"line":${index},"pad":"${'p'.repeat(80)}"}`);
    writeFileSync(path, lines.join('\n'));
    assert.deepEqual([...scanLines(path, 'end').take(3)], lines.slice(-3).reverse());
  });
});
