import type { Finding } from '../../contract/check.ts';
import { worst, worstFirst } from '../../core/level.ts';
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

type Reading = Readable['metrics'][string];

/** The worst of its series is reported. Old or missing values are unknown: nobody knows how it is now. */
function judgeMetric(subject: string, reading: Reading): Finding {
  const { place, oldest_file = place, age_seconds, stale_seconds, values, ages } = reading;
  const key = `metrics.${subject}`;
  if (age_seconds !== undefined && stale_seconds !== undefined && age_seconds > stale_seconds) {
    const old = formatBeside(age_seconds, stale_seconds, 's');
    return {
      subject,
      level: 'unknown',
      value: null,
      unit: '',
      limit: { value: formatLimit(stale_seconds), key: `${key}.stale` },
      message: `${oldest_file} was written ${old} ago (unknown after ${formatLimit(stale_seconds)})`,
      clears_when: 'the file is written again',
    };
  }
  const [oldest] = Object.entries(ages).toSorted(([, a], [, b]) => b - a);
  if (oldest) return judgeAge(subject, reading, oldest);
  return Object.keys(values).length === 0 ? judgeAbsence(subject, reading) : judgeValues(subject, reading);
}

const nameOf = (family: string, series: string): string => (series === 'value' ? family : `${family} of ${series}`);

function judgeValues(subject: string, { family, place, values, problem, limits }: Reading): Finding {
  const key = `metrics.${subject}`;
  const judged = Object.entries(values).map(([series, value]) => ({
    ...judgeRanges(value, '1', limits, key),
    subject,
    value,
    unit: '1',
    name: nameOf(family, series),
  }));
  const [worst] = judged.toSorted((a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level));
  // A value that was left out may be the one beyond its limit.
  if (!worst || (problem !== undefined && worst.level === 'green')) {
    const limit = { value: 'a value', key };
    const message = `${place} has not all values of ${family} (${problem})`;
    return { subject, level: 'unknown', value: null, unit: '', limit, message, clears_when: 'it has all' };
  }
  const { name, shown, clears, limit, ...found } = worst;
  return {
    ...found,
    limit: limit.value === '' ? { value: 'a value', key } : limit,
    message: `${name} is ${shown}`,
    clears_when: `it is ${clears}`,
  };
}

function judgeAge(subject: string, reading: Reading, [series, seconds]: [series: string, seconds: number]): Finding {
  const { family, problem, age_limits: { amber, red } = {} } = reading;
  const limitOf = (value: number | undefined, level: string) =>
    value === undefined ? undefined : { value, key: `metrics.${subject}.age.${level}` };
  return {
    subject,
    value: seconds,
    unit: 's',
    prefix: `the time in ${nameOf(family, series)} was`,
    suffix: ' ago',
    limits: { side: 'above', amber: limitOf(amber, 'amber'), red: limitOf(red, 'red') },
    // A time that was left out may be older.
    ...(problem === undefined ? {} : { minimumLevel: 'unknown' as const, note: `; ${problem}` }),
  };
}

/** Where a line was left out, or the text is no exposition, the absence is not certain: then it is unknown, unless red. */
function judgeAbsence(subject: string, { family, place, problem, absent }: Reading): Finding {
  const key = `metrics.${subject}`;
  const level = worstFirst.find((one) => one === absent) ?? 'unknown';
  return {
    subject,
    level: problem === undefined ? level : worst([level, 'unknown']),
    value: null,
    unit: '',
    limit: absent === undefined ? { value: 'a value', key } : { value: absent, key: `${key}.absent` },
    message: `${place} has no value of ${family}${problem === undefined ? '' : ` (${problem})`}`,
    clears_when: 'it has one',
  };
}
