import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { judge as judgeMeasured } from '../../lib/engine/judgement.ts';
import type { Side } from '../../lib/contract/check.ts';

/** The level, and which of the two limits decided. */
function judge(value: number, { amber, red }: { amber?: number; red?: number }, side: Side) {
  const at = (limit: number | undefined, key: string) => (limit === undefined ? undefined : { value: limit, key });
  const limits = { side, amber: at(amber, 'amber'), red: at(red, 'red') };
  const { level, limit } = judgeMeasured({ value, unit: '1', prefix: 'it is' }, limits);
  return { level, decided: limit.key };
}

describe('engine/judgement', () => {
  test('side from includes the limit itself', () => {
    const limits = { amber: 80, red: 90 };
    assert.deepEqual(judge(79.99, limits, 'from'), { level: 'green', decided: 'amber' });
    assert.deepEqual(judge(80, limits, 'from'), { level: 'amber', decided: 'amber' });
    assert.deepEqual(judge(89.99, limits, 'from'), { level: 'amber', decided: 'amber' });
    assert.deepEqual(judge(90, limits, 'from'), { level: 'red', decided: 'red' });
  });

  test('sides above and below leave the limit itself green', () => {
    assert.equal(judge(2, { amber: 2 }, 'above').level, 'green');
    assert.equal(judge(2.01, { amber: 2 }, 'above').level, 'amber');
    assert.equal(judge(14, { amber: 14, red: 3 }, 'below').level, 'green');
    assert.equal(judge(13.99, { amber: 14, red: 3 }, 'below').level, 'amber');
    assert.equal(judge(2.99, { amber: 14, red: 3 }, 'below').level, 'red');
  });

  test('a red limit alone gives no amber', () => {
    assert.deepEqual(judge(0, { red: 1 }, 'from'), { level: 'green', decided: 'red' });
    assert.deepEqual(judge(1, { red: 1 }, 'from'), { level: 'red', decided: 'red' });
  });

  test('side at or below includes the limit; in a band the red limit itself is amber', () => {
    assert.equal(judge(20, { red: 20 }, 'at or below').level, 'red');
    assert.equal(judge(20.01, { red: 20 }, 'at or below').level, 'green');
    const band = { amber: 52, red: 50 };
    assert.deepEqual(
      [52.01, 52, 50, 49.99].map((value) => judge(value, band, 'at or below, red below').level),
      ['green', 'amber', 'amber', 'red'],
    );
  });

  test('a judgement has the value and the limit, with and without the level, and the condition that clears it', () => {
    const measured = { value: 85.25, unit: 'percent', prefix: '/data is', suffix: ' full', note: '; since noon' };
    const red = { value: 90, key: 'limits.filesystem.red' };
    const amber = { value: 80, key: 'limits.filesystem.amber' };
    const { level, limit, message, shown, crossed, clears_when } = judgeMeasured(measured, {
      side: 'from',
      amber,
      red,
    });
    assert.deepEqual([level, limit], ['amber', amber]);
    assert.equal(message, '/data is 85.3 % full (amber from 80 %); since noon');
    assert.equal(shown, '/data is 85.3 % full; since noon');
    assert.equal(crossed, '/data is 85.3 % full (from 80 %); since noon');
    assert.equal(clears_when, 'it is below 80 %');
  });
});
