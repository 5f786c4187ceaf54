import { defineRule } from '../../contract/rule.ts';
import { counted } from '../../core/text.ts';
import type { OwnState } from '../own.ts';
import { beyond } from '../threshold.ts';

export const delivery = defineRule<OwnState>()({
  name: 'delivery',
  summary: 'mails cannot be delivered',
  runbook: 'ops/runbooks/mail-delivery.md',
  needs: ['outbox'],
  tells: { 'mail-delivery': '' },
  limits: { 'waiting-for': ['duration', '1h', 'a mail that waits for longer than this'] },
  sightings: ({ outbox }, limitsOf) => {
    const subject = 'outbox';
    if (!outbox) return [];
    if (outbox.waiting === 0) return [{ subject, state: 'clear', message: 'no mail waits' }];
    const limit = limitsOf(subject)['waiting-for'];
    const says = `${counted(outbox.waiting, 'mail')} cannot be delivered; the oldest waits for`;
    const [value, unit, key] = [outbox.oldest_seconds, 's', 'delivery.waiting-for'];
    return [beyond({ subject, value, why: undefined, unit, limit, key, fires: 'from', says })];
  },
});
