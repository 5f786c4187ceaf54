import { defineRule } from '../../contract/rule.ts';
import { judgeUnit } from '../../core/unit.ts';
import type { Readable } from '../../snapshot/sections/index.ts';

export const service = defineRule<Pick<Readable, 'services'>>()({
  name: 'service',
  summary: 'a service that a stream depends on is off or unhealthy',
  runbook: 'ops/runbooks/service-state.md',
  needs: ['services'],
  tells: { 'service-state': '' },
  limits: {},
  hold: ['unhealthy-for', '3h', 'off or unhealthy for this long'],
  sightings: ({ services = {} }) =>
    Object.entries(services)
      // Those of the streams; what else is watched is left to `red`.
      .filter(([, { groups }]) => groups.length > 0)
      .map(([subject, unit]) => {
        const { level, message } = judgeUnit(subject, unit);
        if (level === 'green') return { subject, state: 'clear', message };
        return {
          subject,
          state: 'firing',
          value: unit.active_state,
          unit: '',
          limit: { value: 'active', key: '' },
          ...(unit.since_at === undefined ? {} : { since: unit.since_at }),
          message: `${message} (${unit.groups.join(', ')})`,
        };
      }),
});
