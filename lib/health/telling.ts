// Judges whether the thermal heartbeat reaches its recipients (Sentry, another watchdog). Where it does not, only another
// channel can say so.
import type { Finding } from '../contract/check.ts';
import { overdue, type StageRecord } from '../contract/record.ts';
import { ageOf } from '../core/age.ts';
import { firstLine } from '../core/text.ts';
import { recipients, type Telling } from '../thermal/files.ts';
import type { HealthConfig } from './config.ts';

/** A recipient that never accepted anything is set up wrongly, unless the network was not up yet. */
const settlingSeconds = 300;

const titles = {
  'sentry-check-in': 'check-ins of the thermal heartbeat at Sentry',
  'sentry-events': 'events of the thermal heartbeat at Sentry',
  watchdog: 'pings of the thermal heartbeat at its watchdog',
} as const;

export function judgeTelling(
  telling: Telling,
  record: StageRecord | undefined,
  before: StageRecord | undefined,
  limits: HealthConfig['limits']['heartbeat'],
  at: Date,
): Finding[] {
  // The state of a heartbeat that somebody switched off may lie there until the next reboot.
  if (!record) return [];
  const late = overdue(record, before);
  return recipients.flatMap((name): Finding[] => {
    const told = telling[name];
    if (!told) return [];
    const title = titles[name];
    const red = { value: limits.red, key: 'limits.heartbeat.red' };
    const known = { subject: `thermal-${name}`, unit: 's', limit: red, clears_when: `${title} are accepted again` };
    const unknown = (message: string): Finding[] => [{ ...known, level: 'unknown', value: null, message }];
    if (late !== undefined) return unknown(`whether ${title} are accepted is unknown: ${late}`);
    if (told.ok) return [{ ...known, level: 'green', value: 0, message: `${title} are accepted` }];
    const { seconds } = ageOf(told.since, at);
    if (seconds === undefined) return unknown(`${title} are refused since a time in the future: a clock is wrong`);
    const isNever = told.accepted_at === undefined && seconds >= settlingSeconds;
    return [
      {
        subject: known.subject,
        unit: 's',
        clears_when: known.clears_when,
        value: Math.round(seconds),
        prefix: `${title} have not been accepted for`,
        note: `; the last answer: ${firstLine(told.words, 300)}`,
        limits: { side: 'above', amber: { value: limits.amber, key: 'limits.heartbeat.amber' }, red },
        ...(isNever ? { minimumLevel: 'amber' } : {}),
      },
    ];
  });
}
