import { causes, defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const olricErrors = defineJudgement({
  name: 'olric-errors',
  summary: 'Olric of a node logs many errors',
  subsystem: 'olric',
  severities: ['warning'],
  advice: 'Read them (journalctl -u olric --since -1h).',
  needs: ['olric', 'links'],
  limits: {
    key: 'olric-errors',
    side: 'above',
    amber: ['count', 20, 'more errors in the log of an hour than this are a warning'],
  },
  assess: ({ olric, links }) =>
    measureNodes(olric, '', ({ log_errors_1h: value }, node) => ({
      value,
      prefix: `errors in the log of Olric of ${node} within an hour:`,
      because: links.cutCause ?? causes.olric(node),
    })),
});
