import type { Verdict } from '../../contract/check.ts';
import { type Level, worst } from '../../core/level.ts';
import { listed } from '../../core/text.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';

export const fleetAlert = defineCheck({
  name: 'fleet-alert',
  summary: 'a node of the fleet, or an environment as a whole, has alerts',
  needs: ['fleet'],
  assess: ({ fleet }) => Object.entries(fleet).map(([subject, read]) => judgeItem(subject, read)),
});

const mostTold = 3;

/** The worst alerts decide; notes are told, and are no fault. */
function judgeItem(subject: string, { alerts }: Readable['fleet'][string]): Verdict {
  const all = Object.values(alerts);
  const levelOf = ({ severity, level }: (typeof all)[number]): Level => (severity === 'info' ? 'green' : level);
  const level = worst(['green', ...all.map(levelOf)]);
  const told = all.filter((alert) => levelOf(alert) === level).map(({ message }) => message);
  return {
    subject,
    level,
    value: all.length,
    unit: '',
    limit: { value: 0, key: `fleet.environments.${subject.replace('.', '.nodes.')}` },
    message: told.length === 0 ? `${subject} has no alerts` : `${subject}: ${listed(told, mostTold)}`,
    clears_when: 'fleet-snapshot finds none of these alerts',
  };
}
