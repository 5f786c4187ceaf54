import { defineCheck } from '../../contract/check.ts';
import { judge } from '../../core/band.ts';
import { formatBeside, formatDuration } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { limitsUnder } from '../limits.ts';

export const mirrorLag = defineCheck<Pick<Readable, 'mirrors'>>()({
  name: 'mirror-lag',
  summary: 'the newest files of a stream do not reach its copy',
  needs: ['mirrors'],
  limits: limitsUnder('lag', {
    amber: ['factor', 1, 'a copy that lags by more than this many windows of its stream is amber'],
    red: ['factor', 3, 'a copy that lags by more than this many windows of its stream is red'],
  }),
  assess: ({ mirrors }, limits) =>
    Object.entries(mirrors).map(([subject, { lag_seconds: lag, window_seconds, source_files, root }]) => {
      const own = limits.for[subject] ?? {};
      const seconds = (key: 'amber' | 'red'): number => (own[key] ?? limits[key]) * window_seconds;
      // With files at the source and none of them here, how far it lags cannot be told, but that it does can.
      const nothing = lag === undefined && source_files > 0;
      const { level, decided } = nothing
        ? ({ level: 'red', decided: 'red' } as const)
        : judge(lag ?? 0, { amber: seconds('amber'), red: seconds('red') }, 'above');
      const limit = seconds(decided);
      const where = own[decided] === undefined ? decided : `for.${subject}.${decided}`;
      return {
        subject,
        level,
        value: lag ?? null,
        unit: 's',
        limit: { value: limit, key: `limits.lag.${where}` },
        message: nothing
          ? `the copy ${subject} has none of the files of its source (${root})`
          : `the copy ${subject} lags by ${formatBeside(lag ?? 0, limit, 's')} (${decided} above ${formatDuration(limit)})`,
        ...(level === 'green' ? {} : { clears_when: `it lags by no more than ${formatDuration(seconds('amber'))}` }),
      };
    }),
});
