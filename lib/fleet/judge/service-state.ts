import { defineJudgement } from '../define.ts';
import { flagParts } from '../findings.ts';
import { isActive } from '../units.ts';

/** Whoever disables a unit does not want it to run; a static one is started by others. */
const notStarted = new Set(['disabled', 'static', 'masked', 'masked-runtime']);

export const serviceState = defineJudgement({
  name: 'service-state',
  summary: 'a watched unit of a node has failed (critical), or is not active though it is enabled (warning)',
  subsystem: 'service',
  severities: ['critical', 'warning'],
  advice: 'See why (systemctl status UNIT; journalctl -u UNIT), then start it again.',
  needs: ['services'],
  assess: ({ services }) =>
    flagParts(
      services,
      ({ services: units }) => units,
      ({ active_state: state, sub_state: detail, enabled = '' }, unit, node) => ({
        isGood: isActive(state) || (state === 'inactive' && notStarted.has(enabled)),
        otherwise: state === 'failed' ? 'red' : 'amber',
        good: `${unit} of ${node} is active`,
        bad: `${unit} of ${node} is ${state === 'failed' ? 'failed' : `not active, but ${state}`} (${detail})`,
      }),
    ),
});
