import type { Finding } from '../../contract/check.ts';
import { judgeUnit } from '../../core/unit.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';

type Unit = Readable['services'][string];

export const serviceState = defineCheck({
  name: 'service-state',
  summary: 'a unit failed, is missing, or is off though enabled',
  needs: ['services'],
  assess: ({ services }) => Object.entries(services).map(([subject, unit]) => assessUnit(subject, unit)),
});

function assessUnit(subject: string, unit: Unit): Finding {
  const { level, message, clears_when } = judgeUnit(subject, unit);
  return {
    subject,
    level,
    value: unit.active_state,
    unit: '',
    limit: { value: 'active', key: '' },
    message,
    clears_when,
    since: unit.since_at,
    ...(unit.groups.length > 0 ? { dependents: unit.groups } : {}),
  };
}
