import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { countLevels, type Level, levelNumber, levels, worst, worstFirst } from '../../lib/core/level.ts';

describe('core/level', () => {
  test('worst takes red before unknown, unknown before amber, amber before green, and unknown for none', () => {
    const cases: [all: Level[], expected: Level][] = [
      [['green'], 'green'],
      [['green', 'amber'], 'amber'],
      [['amber', 'unknown', 'green'], 'unknown'],
      [['unknown', 'red'], 'red'],
      [['red', 'unknown', 'amber', 'green'], 'red'],
      [['green', 'unknown'], 'unknown'],
    ];
    for (const [all, expected] of cases) {
      assert.equal(worst(all), expected);
      assert.equal(worst(all.toReversed()), expected);
    }
    assert.ok(cases.length >= 6);
    assert.equal(worst([]), 'unknown');
  });

  test('levelNumber numbers the levels 0 to 3; metrics and archives rely on these numbers', () => {
    assert.deepEqual((['green', 'amber', 'red', 'unknown'] as const).map(levelNumber), [0, 1, 2, 3]);
  });

  test('worstFirst contains every level once', () => {
    assert.deepEqual(worstFirst, ['red', 'unknown', 'amber', 'green']);
    assert.deepEqual(worstFirst.toSorted(), [...levels].toSorted());
  });

  test('countLevels counts absent levels as 0', () => {
    assert.deepEqual(countLevels(['green', 'red', 'green', 'unknown']), { green: 2, amber: 0, red: 1, unknown: 1 });
    assert.deepEqual(countLevels([]), { green: 0, amber: 0, red: 0, unknown: 0 });
  });
});
