import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const olricFlapping = defineJudgement({
  name: 'olric-flapping',
  summary: 'members of Olric leave and join again and again',
  subsystem: 'olric',
  severities: ['warning'],
  advice: 'See which members come and go (journalctl -u olric), and why: restarts, load, or the network.',
  needs: ['olric', 'links'],
  limits: {
    key: 'olric-flapping',
    side: 'above',
    amber: ['count', 5, 'more members that left or joined in the log of an hour than this are a warning'],
  },
  assess: ({ olric, links }) =>
    measureNodes(olric, '', ({ log_flapping_1h: value }, node) => ({
      value,
      prefix: `members that left or joined in the log of Olric of ${node} within an hour:`,
      because: links.cutCause ?? causes.olric(node),
    })),
});
