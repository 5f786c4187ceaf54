import type { Verdict } from '../../contract/check.ts';
import { worstFirst } from '../../core/level.ts';
import { measuredBy } from '../../snapshot/sections/plugins.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';
import { judgeRanges } from '../ranges.ts';

type Reading = Readable['plugins'][string];

export const pluginValue = defineCheck({
  name: 'plugin-value',
  summary: 'a value of a plugin is beyond a limit of yours, or is missing',
  needs: ['plugins'],
  assess: ({ plugins }) =>
    Object.entries(plugins).flatMap(([subject, reading]) => {
      const judged = Object.keys(reading.limits).map((label) => judgeLabel(subject, label, reading));
      return judged.toSorted((a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level)).slice(0, 1);
    }),
});

/** A plugin is one subject: the worst of its labels is told. */
function judgeLabel(subject: string, label: string, reading: Reading): Verdict {
  const key = `plugins.${subject}.limits.${label}`;
  const limits = Object.hasOwn(reading.limits, label) ? (reading.limits[label] ?? {}) : {};
  const found = measuredBy(reading).find((one) => one.label === label);
  if (!found) {
    const why = reading.performance_problem === undefined ? '' : ` (${reading.performance_problem})`;
    const message = `the plugin ${subject} gives no value of ${label}${why}`;
    const limit = { value: 'a value', key };
    return { subject, level: 'unknown', value: null, unit: '', limit, message, clears_when: 'it gives one' };
  }
  const { value, unit } = found;
  const { level, limit, shown, clears } = judgeRanges(value, unit, limits, key);
  const message = `${label} of the plugin ${subject} is ${shown}`;
  return { subject, level, value, unit, limit, message, clears_when: `${label} is ${clears}` };
}
