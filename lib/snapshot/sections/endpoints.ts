import { flag, instant, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { SnapshotConfig } from '../config.ts';

export const endpoints = defineSection({
  many: true,
  source: 'one GET, redirects not followed (try: curl -sv -o /dev/null URL)',
  noun: 'endpoint',
  subjects: ({ dashboard, endpoints: others }: SnapshotConfig) => [
    ...(dashboard ? [{ name: 'dashboard', path: ['dashboard'] }] : []),
    ...namesUnder('endpoints', others),
  ],
  schema: object({
    url: words('address asked'),
    answered: flag('an HTTP response arrived'),
    status: optional(quantity('1', 'HTTP status')),
    response_ms: quantity('ms', 'time to the head of the answer'),
    /** Configured with the endpoint, like a stream's window. */
    slow_seconds: quantity('s', 'time above which an answer counts as slow'),
    error: optional(words('reason why no response arrived')),
    certificate_days_left: optional(quantity('d', 'days until the certificate ends')),
    certificate_expires_at: optional(instant('end of the certificate')),
    certificate_problem: optional(words('why a browser would refuse the certificate')),
  }),
  group: 'web, git',
  panels: [
    {
      title: 'Response time',
      field: 'response_ms',
      limits: { field: 'slow_seconds', level: 'amber', side: 'above', judgedBy: 'endpoint-response' },
      inSummary: true,
    },
  ],
  table: {
    title: 'Endpoints',
    columns: ['name', 'address', 'answer', 'time', 'certificate left'],
    rows: ({ url, answered, status, error, response_ms, certificate_days_left: days }, name) => [
      [
        name,
        url,
        status === undefined ? (error ?? 'no answer') : String(status),
        answered ? `${response_ms} ms` : '',
        days === undefined ? '' : formatDuration(days * 86_400),
      ],
    ],
  },
});
