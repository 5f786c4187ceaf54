import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import * as fastCheck from 'fast-check';
import { scanLines } from '../../lib/io/jsonl.ts';
import { temporaryFolder } from '../world.ts';

const all = (path: string, from: 'start' | 'end') => [...scanLines(path, from)];

test('no file has no lines', (t) => {
  const path = join(temporaryFolder(t), 'none.jsonl');
  assert.deepEqual(all(path, 'start'), []);
  assert.deepEqual(all(path, 'end'), []);
});

test('lines far longer than a chunk, and characters of many bytes at every edge, come whole from both ends', (t) => {
  const path = join(temporaryFolder(t), 'long.jsonl');
  const lines = [
    'short',
    'ü'.repeat(100_000),
    '',
    '日本'.repeat(70_001),
    'x'.repeat(65_535),
    'y'.repeat(65_536),
    'last',
  ];
  writeFileSync(path, lines.join('\n'));
  const expected = lines.filter((line) => line !== '');
  assert.deepEqual(all(path, 'start'), expected);
  assert.deepEqual(all(path, 'end'), expected.toReversed());
});

test('whatever the lines, both ends give the same ones', (t) => {
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

test('reading from the end stops without reading the rest', (t) => {
  const path = join(temporaryFolder(t), 'day.jsonl');
  writeFileSync(
    path,
    Array.from({ length: 50_000 }, (_, index) => `{"line":${index},"pad":"${'p'.repeat(80)}"}`).join('\n'),
  );
  const seen: string[] = [];
  for (const line of scanLines(path, 'end')) {
    seen.push(line);
    if (seen.length === 3) break;
  }
  assert.deepEqual(
    seen.map((line) => (JSON.parse(line) as { line: number }).line),
    [49_999, 49_998, 49_997],
  );
});
