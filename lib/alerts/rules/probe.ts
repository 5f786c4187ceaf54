import { defineRule } from '../../contract/rule.ts';
import { firstLine } from '../../core/text.ts';
import type { OwnState } from '../own.ts';

export const probe = defineRule<OwnState>()({
  name: 'probe',
  summary: 'a reading fails again and again',
  runbook: 'ops/docs/alerts.md',
  needs: ['readings'],
  limits: {},
  hold: ['failing-for', '1h', 'failing for this long'],
  sightings: ({ readings = {} }) =>
    Object.entries(readings).map(([subject, reason]) =>
      reason === undefined
        ? { subject, state: 'clear', message: `${subject} can be read` }
        : {
            subject,
            state: 'firing',
            value: 'failed',
            unit: '',
            limit: { value: 'a reading', key: '' },
            message: `${subject} cannot be read: ${firstLine(reason)}`,
          },
    ),
});
