// Reads values that other programs write for Prometheus: textfiles of node-exporter's collection scripts, and exporters.
import { ageOf } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { maskUrls } from '../../core/urls.ts';
import { readFamily } from '../../parse/exposition.ts';
import { defineProbe } from '../define.ts';
import { type Exposition, expositionsOf } from '../expositions.ts';
import { metrics as section } from '../sections/metrics.ts';

const usualStale = 26 * 3600;
const usualTimeout = 5;

export const metrics = defineProbe({
  name: 'metrics',
  summary: 'values in the text format of Prometheus, in files and at URLs',
  section,

  items: async ({ config }) => Object.keys(config.metrics),

  async read({ host: open, config, run, item, at }) {
    const metric = config.metrics[item];
    if (!metric) throw new Error(`no metric ${item} is configured`);
    const { family, labels, amber, red, absent, age, url, file = '', host } = metric;
    const { timeout = usualTimeout, stale = url === undefined && !age ? usualStale : undefined } = metric;
    const place = url === undefined ? { host, file } : { url, timeoutMs: timeout * 1000 };
    const texts = await expositionsOf(run, open, place);
    const { values, problem, found } = readFamily(texts, { family, labels });
    const read = age ? agesOf(values, at) : { values, ages: {}, early: undefined };
    const problems = [problem, read.early].filter((text) => text !== undefined);
    return withoutUndefined({
      place: url === undefined ? file : maskUrls(url),
      family,
      // Where no file has the family, each of them may be the one that had it.
      ...oldestOf(found.length > 0 ? found : texts, at),
      stale_seconds: stale,
      values: read.values,
      ages: read.ages,
      problem: problems.length === 0 ? undefined : problems.join('; '),
      limits: withoutUndefined({ amber, red }),
      age_limits: age && withoutUndefined(age),
      absent,
    });
  },
});

/** The values are Unix times. A time in the future has no age: a clock is wrong, or the value is in milliseconds. */
function agesOf(times: Readonly<Record<string, number>>, at: Date) {
  const ages: Record<string, number> = {};
  const left: string[] = [];
  for (const [series, time] of Object.entries(times)) {
    const { seconds } = ageOf(new Date(time * 1000), at);
    if (seconds === undefined) left.push(`${series} is ${time}`);
    else ages[series] = Math.round(seconds);
  }
  if (left.length === 0) return { values: {}, ages, early: undefined };
  const more = left.length === 1 ? '' : `, and ${left.length - 1} more`;
  const early = `left out: ${left[0]}, which is no time in seconds since 1970 or lies in the future${more}`;
  return { values: {}, ages, early };
}

/** Age and path of the file that was written longest ago. Answers of URLs have no age. */
function oldestOf(texts: readonly Exposition[], at: Date): { age_seconds?: number; oldest_file?: string } {
  const ages = texts.flatMap(({ name, modified_at }) => {
    if (modified_at === undefined) return [];
    const { seconds } = ageOf(modified_at, at);
    if (seconds === undefined) throw new Error(`${name} was written in the future (${modified_at}): a clock is wrong`);
    return [{ name, seconds }];
  });
  const [oldest] = ages.toSorted((a, b) => b.seconds - a.seconds);
  return oldest ? { age_seconds: Math.round(oldest.seconds), oldest_file: oldest.name } : {};
}
