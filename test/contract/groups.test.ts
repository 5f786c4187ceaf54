import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import { groupsOf, levelVariables } from '../../lib/contract/groups.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';

describe('contract/groups', () => {
  test('every check has a group: that of its section, or the monitor', () => {
    const groups = groupsOf({ sections, checks, monitorChecks });
    const names = [...checks.map(({ name }) => name), ...monitorChecks];
    assert.ok(names.length >= 30);
    assert.deepEqual(
      names.filter((name) => !groups.has(name)),
      [],
    );
    assert.deepEqual([groups.get('filesystem-usage'), groups.get('stage-outcome')], ['storage', 'the monitor']);
  });

  test('a variable belongs to the check with the longest name that begins its own, in any order of the checks', () => {
    const names = ['level_overall', 'level_mirror_lag_mrr', 'level_mirror_lag_trend_mrr_gws', 'level_gone_mrr', 'mirror_lag_mrr'];
    for (const order of [
      ['mirror-lag', 'mirror-lag-trend'],
      ['mirror-lag-trend', 'mirror-lag'],
    ])
      assert.deepEqual(levelVariables(names, order), [
        { variable: 'level_mirror_lag_mrr', check: 'mirror-lag', subject: 'mrr' },
        { variable: 'level_mirror_lag_trend_mrr_gws', check: 'mirror-lag-trend', subject: 'mrr_gws' },
      ]);
  }); // prettier-ignore
});
