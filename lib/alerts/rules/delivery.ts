import { defineRule } from '../../contract/rule.ts';
import { counted } from '../../core/text.ts';
import type { OwnState } from '../own.ts';
import { beyond } from '../threshold.ts';

export const delivery = defineRule<OwnState>()({
  name: 'delivery',
  summary: 'mails cannot be delivered',
  runbook: 'ops/runbooks/mail-delivery.md',
  needs: ['outbox'],
  limits: { 'waiting-for': ['duration', '1h', 'a mail that waits for longer than this'] },
  sightings: ({ outbox }, limitsOf) =>
    outbox
      ? [
          beyond({
            subject: 'outbox',
            value: outbox.oldest_seconds,
            why: undefined,
            unit: 's',
            limit: limitsOf('outbox')['waiting-for'],
            key: 'delivery.waiting-for',
            fires: 'from',
            says: `${counted(outbox.waiting, 'mail')} cannot be delivered; the oldest waits for`,
          }),
        ]
      : [],
});
