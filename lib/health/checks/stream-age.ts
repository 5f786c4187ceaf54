import { defineCheck } from '../../contract/check.ts';
import { formatBeside, formatDuration } from '../../core/quantity.ts';
import { clockMinute } from '../../core/time.ts';
import type { Readable } from '../../snapshot/sections/index.ts';

export const streamAge = defineCheck<Pick<Readable, 'streams'>>()({
  name: 'stream-age',
  summary: 'a stream is stale: nothing new has arrived at its source',
  needs: ['streams'],
  assess: ({ streams }) =>
    Object.entries(streams).map(([subject, { host, root, window_seconds, newest_at, age_seconds }]) => {
      const stale = age_seconds === undefined || age_seconds > window_seconds;
      const window = formatDuration(window_seconds);
      return {
        subject,
        level: stale ? 'red' : 'green',
        value: age_seconds ?? null,
        unit: 's',
        limit: { value: window_seconds, key: `streams.${subject}.window` },
        message:
          age_seconds === undefined || newest_at === undefined
            ? `${subject} has no data at all in ${root} on ${host}`
            : `the newest data of ${subject} are of ${clockMinute(new Date(newest_at))}, ${formatBeside(age_seconds, window_seconds, 's')} old (red above ${window})`,
        ...(stale ? { clears_when: `data not older than ${window} have arrived` } : {}),
      };
    }),
});
