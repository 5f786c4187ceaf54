import { defineRule, type Sighting } from '../../contract/rule.ts';
import { firstLine } from '../../core/text.ts';
import type { OwnState } from '../own.ts';

export const stage = defineRule<OwnState>()({
  name: 'stage',
  summary: 'a stage of the monitor itself fails again and again',
  runbook: 'ops/runbooks/stage-outcome.md',
  needs: ['stages'],
  limits: {},
  hold: ['failing-for', '1h', 'failing for this long, counted from when it last did its work'],
  sightings: ({ stages = [] }, _limitsOf, at) =>
    stages
      // The one that mails: what it says of its own last run, its next one has mended.
      .filter((record) => record.stage !== 'send-alerts')
      .map(({ stage: subject, outcome, problems, last_success_at: since }): Sighting => {
        if (outcome === 'ok') return { subject, state: 'clear', message: `${subject} did its work` };
        return {
          subject,
          state: 'firing',
          value: outcome,
          unit: '',
          limit: { value: 'ok', key: '' },
          ...(since === undefined || since > at.toISOString() ? {} : { since }),
          message: `${subject} failed: ${firstLine(problems.at(-1) ?? 'no reason left')}`,
        };
      }),
});
