import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { countLevels, type Level, levelNumber, levels, worst, worstFirst } from '../../lib/core/level.ts';

describe('core/level', () => {
  test('the worst of many is red before unknown, unknown before amber, amber before green', () => {
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
  });

  test('nothing looked at is unknown, not green', () => {
    assert.equal(worst([]), 'unknown');
  });

  test('metrics and archive number the levels 0 to 3, and those numbers never change', () => {
    assert.equal(levelNumber('green'), 0);
    assert.equal(levelNumber('amber'), 1);
    assert.equal(levelNumber('red'), 2);
    assert.equal(levelNumber('unknown'), 3);
  });

  test('the order from worst to best has every level once', () => {
    assert.deepEqual(worstFirst, ['red', 'unknown', 'amber', 'green']);
    assert.deepEqual(worstFirst.toSorted(), [...levels].toSorted());
  });

  test('levels are counted, those that do not occur with 0', () => {
    assert.deepEqual(countLevels(['green', 'red', 'green', 'unknown']), { green: 2, amber: 0, red: 1, unknown: 1 });
    assert.deepEqual(countLevels([]), { green: 0, amber: 0, red: 0, unknown: 0 });
  });
});
