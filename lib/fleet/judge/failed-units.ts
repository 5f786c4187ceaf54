import { listed } from '../../core/text.ts';
import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const failedUnits = defineJudgement({
  name: 'failed-units',
  summary: 'units of a node have failed that the report does not watch',
  subsystem: 'service',
  severities: ['warning'],
  advice: 'See why (systemctl --failed; journalctl -u UNIT), then start them again, or systemctl reset-failed UNIT.',
  needs: ['services'],
  limits: {
    key: 'failed-units',
    side: 'above',
    amber: ['count', 0, 'more failed units than this, beside those that are watched, are a warning'],
  },
  assess: ({ services }) =>
    measureNodes(services, '', ({ failed_units: failed, services: watched = [] }, node) => {
      const others = failed?.filter((unit) => !watched.some(({ name }) => name === unit));
      return {
        value: others?.length,
        prefix: `units of ${node} that have failed:`,
        note: others === undefined || others.length === 0 ? '' : `: ${listed(others)}`,
      };
    }),
});
