// Reads values that other programs write for Prometheus, such as the textfiles of node-exporter's collection scripts.
import { ageOf } from '../../core/age.ts';
import { readFamily } from '../../parse/exposition.ts';
import { defineProbe } from '../define.ts';
import { metrics as section } from '../sections/metrics.ts';

export const metrics = defineProbe({
  name: 'metrics',
  summary: 'values in files in the text format of Prometheus',
  section,

  items: async ({ config }) => Object.keys(config.metrics),

  async read({ host: open, config, item, at }) {
    const metric = config.metrics[item];
    if (!metric) throw new Error(`no metric ${item} is configured`);
    const { file, family, labels, amber, red, stale } = metric;
    const host = open(metric.host);
    // A link has a time of its own.
    const { modified_at } = await host.stat(await host.realpath(file));
    const { seconds } = ageOf(modified_at, at);
    if (seconds === undefined) throw new Error(`${file} was written in the future (${modified_at}): a clock is wrong`);
    const found = readFamily(await host.readText(file), { family, labels });
    return {
      file,
      family,
      age_seconds: Math.round(seconds),
      stale_seconds: stale,
      ...found,
      limits: { ...(amber === undefined ? {} : { amber }), ...(red === undefined ? {} : { red }) },
    };
  },
});
