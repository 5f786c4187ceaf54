// Ranges of plugins and metrics in the words of a message.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { judgeRanges } from '../../lib/health/ranges.ts';

describe('health/ranges', () => {
  test('a message says on which side of a range values are alerted on, and what clears the alert', () => {
    for (const [range, value, unit, shown, clears] of [
      ['5', 5.5, 's', '5.5s (red above 5s)', 'at most 5s'],
      ['0:5', -1, '1', '-1 (red below 0 or above 5)', 'from 0 to 5'],
      ['0', 2, '1', '2 (red above 0)', '0'],
      ['1:', 0, '1', '0 (red below 1)', 'at least 1'],
      ['0:', -3, '1', '-3 (red below 0)', 'at least 0'],
      ['~:10', 11, 'percent', '11 % (red above 10 %)', 'at most 10 %'],
      ['10:20', 7, '1', '7 (red below 10 or above 20)', 'from 10 to 20'],
      ['@10:20', 12, '1', '12 (red from 10 to 20)', 'below 10 or above 20'],
      ['@20', 12, '1', '12 (red at most 20)', 'above 20'],
      ['@10:', 12, '1', '12 (red at least 10)', 'below 10'],
    ] as const) {
      const judged = judgeRanges(value, unit, { red: range }, 'key');
      assert.deepEqual([judged.level, judged.shown, judged.clears], ['red', shown, clears], range);
      assert.equal(judged.limit.value, range);
    }
    assert.equal(judgeRanges(3, '1', { amber: '5', red: '9' }, 'key').shown, '3 (amber above 5)');
    assert.equal(judgeRanges(3, '1', {}, 'key').shown, '3');
  });
});
