import { overdue } from '../../contract/record.ts';
import { defineRule, type Sighting } from '../../contract/rule.ts';
import { firstLine } from '../../core/text.ts';
import type { OwnState } from '../own.ts';

export const stage = defineRule<OwnState>()({
  name: 'stage',
  summary: 'a stage of the monitor itself fails again and again, or is not run any more',
  runbook: 'ops/runbooks/stage-outcome.md',
  needs: ['stages'],
  tells: { 'stage-outcome': '' },
  limits: {},
  hold: ['failing-for', '1h', 'failing for this long, counted from when it last did its work'],
  sightings: ({ stages = [] }, _limitsOf, at) => {
    // The one that mails: what it says of its own last run, its next one has mended.
    const ofThis = stages.find((record) => record.stage === 'send-alerts');
    return stages
      .filter((record) => record !== ofThis)
      .map((record): Sighting => {
        const { stage: subject, outcome, problems, last_success_at: since } = record;
        const late = overdue(record, ofThis);
        if (outcome === 'ok' && late === undefined)
          return { subject, state: 'clear', message: `${subject} did its work` };
        return {
          subject,
          state: 'firing',
          value: outcome === 'ok' ? 'not run' : outcome,
          unit: '',
          limit: { value: 'ok', key: '' },
          ...(since === undefined || since > at.toISOString() ? {} : { since }),
          message:
            outcome === 'ok' && late !== undefined
              ? late
              : `${subject} failed: ${firstLine(problems.at(-1) ?? 'no reason left')}`,
        };
      });
  },
});
