import type { Finding } from '../../contract/check.ts';
import { formatBeside, formatLimit } from '../../core/quantity.ts';
import { clockMinute } from '../../core/time.ts';
import { defineCheck } from '../define.ts';

export const streamAge = defineCheck({
  name: 'stream-age',
  summary: 'a stream is stale: nothing new has arrived at its source',
  needs: ['streams'],
  assess: ({ streams }) =>
    Object.entries(streams).map(([subject, { host, root, window_seconds, newest_at, age_seconds: value }]): Finding => {
      const window = formatLimit(window_seconds);
      const clears_when = `data not older than ${window} have arrived`;
      const limit = { value: window_seconds, key: `streams.${subject}.window` };
      if (value === undefined || newest_at === undefined) {
        const shortMessage = `${subject} has no data at all in ${root}`;
        const message = `${shortMessage} on ${host}`;
        return { subject, level: 'red', value: null, unit: 's', limit, message, shortMessage, clears_when };
      }
      const newest = `the newest data of ${subject} are`;
      const isStale = value > window_seconds;
      return {
        subject,
        value,
        unit: 's',
        prefix: `${newest} of ${clockMinute(new Date(newest_at))},`,
        suffix: ' old',
        limits: { side: 'above', red: limit },
        clears_when,
        // The stream has been stale since its window ended, not since a probe noticed.
        since: new Date(Date.parse(newest_at) + window_seconds * 1000).toISOString(),
        shortMessage: `${newest} ${formatBeside(value, window_seconds, 's')} old${isStale ? ` (window ${window})` : ''}`,
      };
    }),
});
