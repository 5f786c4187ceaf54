import type { Verdict } from '../../contract/check.ts';
import { worstFirst } from '../../core/level.ts';
import { formatBeside, formatLimit } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';
import { judgeRanges } from '../ranges.ts';

export const metricValue = defineCheck({
  name: 'metric-value',
  summary: 'a value written for Prometheus is beyond a limit of yours, too old or missing',
  needs: ['metrics'],
  assess: ({ metrics }) => Object.entries(metrics).map(([subject, reading]) => judgeMetric(subject, reading)),
});

/** The worst of its series is told. What is old or missing is unknown: nobody knows how it is now. */
function judgeMetric(subject: string, reading: Readable['metrics'][string]): Verdict {
  const { family, file, age_seconds, stale_seconds, values, problem, limits } = reading;
  const key = `metrics.${subject}`;
  const unknown = { subject, level: 'unknown', value: null, unit: '' } as const;
  if (age_seconds > stale_seconds) {
    const old = formatBeside(age_seconds, stale_seconds, 's');
    return {
      ...unknown,
      limit: { value: formatLimit(stale_seconds), key: `${key}.stale` },
      message: `${file} was written ${old} ago (unknown after ${formatLimit(stale_seconds)})`,
      clears_when: 'the file is written again',
    };
  }
  const judged = Object.entries(values).map(([series, value]) => ({
    series,
    value,
    ...judgeRanges(value, '1', limits, key),
  }));
  const [worst] = judged.toSorted((a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level));
  // A value that was left out may be the one beyond its limit.
  if (!worst || (problem !== undefined && worst.level === 'green')) {
    const why = problem === undefined ? '' : ` (${problem})`;
    const message = `${file} has ${worst ? 'not all values' : 'no value'} of ${family}${why}`;
    return { ...unknown, limit: { value: 'a value', key }, message, clears_when: 'it has one' };
  }
  const { series, value, level, limit, shown, clears } = worst;
  const what = series === 'value' ? family : `${family} of ${series}`;
  return {
    subject,
    level,
    value,
    unit: '1',
    limit: limit.value === '' ? { value: 'a value', key } : limit,
    message: `${what} is ${shown}`,
    clears_when: `it is ${clears}`,
  };
}
