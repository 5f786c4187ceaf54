import { defineRule } from '../../contract/rule.ts';
import { firstLine } from '../../core/text.ts';
import type { OwnState } from '../own.ts';
import { beyond } from '../threshold.ts';

export const heartbeat = defineRule<OwnState>()({
  name: 'heartbeat',
  summary: 'the watcher outside accepts no heartbeat',
  runbook: 'ops/runbooks/heartbeat.md',
  needs: ['heartbeat'],
  tells: { heartbeat: '' },
  limits: { 'older-than': ['age', '24 intervals', 'none was accepted for this long'] },
  // After a machine was off, the first cycle looks before its own heartbeat is sent.
  hold: ['hold', '10m', 'must last this long'],
  sightings: ({ heartbeat: last }, limitsOf) =>
    last
      ? [
          beyond({
            subject: 'outside',
            value: last.age_seconds,
            why: `whether a heartbeat was accepted cannot be read: ${last.says}`,
            unit: 's',
            limit: limitsOf('outside')['older-than'],
            key: 'heartbeat.older-than',
            fires: 'from',
            says: 'the watcher outside has accepted no heartbeat for',
            after: `; the last try: ${firstLine(last.says)}`,
          }),
        ]
      : [],
});
