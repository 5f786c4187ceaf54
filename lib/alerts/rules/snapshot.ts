import { defineRule } from '../../contract/rule.ts';
import type { OwnState } from '../own.ts';
import { beyond } from '../threshold.ts';

const key = 'snapshot.older-than';

export const snapshot = defineRule<OwnState>()({
  name: 'snapshot',
  summary: 'nothing is collected any more',
  runbook: 'ops/runbooks/snapshot-age.md',
  needs: ['snapshot'],
  tells: { 'snapshot-age': '' },
  limits: { 'older-than': ['age', '3 intervals', 'a snapshot older than this'] },
  sightings: ({ snapshot: last }, limitsOf) => {
    if (!last) return [];
    const subject = 'snapshot';
    const limit = limitsOf(subject)['older-than'];
    // One that is not there, or cannot be read, is as good as too old.
    if (last.problem !== undefined) {
      const value = { value: limit, key: `alerts.rules.${key}` };
      return [{ subject, state: 'firing', value: null, unit: 's', limit: value, message: last.problem }];
    }
    const says = 'the latest snapshot has an age of';
    return [beyond({ subject, value: last.age_seconds, why: undefined, unit: 's', limit, key, fires: 'from', says })];
  },
});
