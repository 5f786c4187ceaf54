import type { Finding } from '../../contract/check.ts';
import { formatDuration, formatLimit } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';

export const mirrorLag = defineCheck({
  name: 'mirror-lag',
  summary: 'the newest files of a stream do not reach its copy',
  needs: ['mirrors'],
  limits: {
    key: 'lag',
    side: 'above',
    amber: ['factor', 1, 'a copy that lags by more than this many windows of its stream is amber'],
    red: ['factor', 3, 'a copy that lags by more than this many windows of its stream is red'],
  },
  assess: ({ mirrors }) =>
    Object.entries(mirrors).flatMap(([subject, { lag_seconds, window_seconds, source_files, root }]) => {
      if (lag_seconds === undefined) return source_files === 0 ? [] : [nothingThere(subject, root)];
      const window = formatLimit(window_seconds);
      return {
        subject,
        // In windows, because streams arrive at different rates.
        value: Math.round((lag_seconds / window_seconds) * 10_000) / 10_000,
        unit: '1',
        prefix: `the copy ${subject} lags by ${formatDuration(lag_seconds)}, of windows of ${window}:`,
      };
    }),
});

/** Without a file in the copy there is no lag to measure, but the copy is certainly behind. */
const nothingThere = (subject: string, root: string): Finding => ({
  subject,
  level: 'red',
  value: null,
  unit: '1',
  message: `the copy ${subject} has none of the files of its source (${root})`,
  clears_when: 'the newest files of the source are there',
});
