import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseStatfs } from '../../lib/parse/statfs.ts';
import { refuses } from './refuses.ts';

const usage = {
  block_bytes: 4096,
  blocks: 25_600_000,
  free_blocks: 5_120_000,
  available_blocks: 3_840_000,
  inodes: 6_553_600,
  free_inodes: 6_401_233,
};
const numbers = '4096 25600000 5120000 3840000 6553600 6401233';

describe('parse/statfs', () => {
  test('the text before the numbers is the resolved path', () => {
    assert.deepEqual(parseStatfs(`/mnt/archive/2026\n${numbers}\n`), { resolved: '/mnt/archive/2026', usage });
  });

  test('a path may have spaces, numbers and even newlines in it', () => {
    assert.equal(parseStatfs(`/media/USB disk 2\n${numbers}\n`).resolved, '/media/USB disk 2');
    assert.equal(parseStatfs(`/data/two\nlines\n${numbers}\n`).resolved, '/data/two\nlines');
    assert.equal(parseStatfs(`/data/1 2 3 4 5 6\n${numbers}\n`).resolved, '/data/1 2 3 4 5 6');
    assert.equal(parseStatfs(`/data/ends with one\n\n${numbers}\n`).resolved, '/data/ends with one\n');
  });

  test('a filesystem without a fixed number of inodes has 0 of them', () => {
    const { inodes, free_inodes } = parseStatfs('/mnt/archive\n1048576 7630885 1024 1024 0 0\n').usage;
    assert.deepEqual([inodes, free_inodes], [0, 0]);
  });

  test('text that is cut off, has a number missing, malformed or too many, or no path, throws with what was seen', () => {
    const lines = '4096 25600000 5120000|4096 25600000 5120000 3840000 6553600 |4096  5120000 3840000 6553600 6401233'
      .concat('|4096 25600000  3840000 6553600 6401233|4096 25600000 5120000 3840000 6553600 6401233 7|4096 ? ? ? ? ?')
      .concat('|4096 25600000 5120000 3840000 6553600 NaN|4096 25600000 5120000 3840000 6553600 Infinity')
      .concat('|4096 -1 5120000 3840000 6553600 6401233|0x1000 25600000 5120000 3840000 6553600 1e6');
    const others = ['', '\n', '/data', '/data\n', 'sh: 1: cd: can’t cd to /data\n', `${numbers}\n`, `\n${numbers}\n`];
    refuses(parseStatfs, [...lines.split('|').map((line) => `/data\n${line}\n`), ...others], 17);
  });
});
