import { type Case, found } from '../case.ts';
import { metric } from '../seen.ts';

const limits = { amber: '0', red: '0:1' };

export const metricValue: readonly Case[] = [
  {
    sees: 'a metric without limits is green while it is there and fresh',
    given: { metrics: { raid: metric({ age_seconds: 93_600 }) } },
    find: { raid: found('green', 0, ['metrics.raid', 'a value'], ['node_md_failed of disk=sda is 0']) },
  },
  {
    sees: 'the worst series of a metric is told',
    given: { metrics: { raid: metric({ limits, values: { 'disk=sda': 0, 'disk=sdb': 2, 'disk=sdc': 1 } }) } },
    find: { raid: found('red', 2, ['metrics.raid.red', '0:1'], ['disk=sdb is 2 (red outside 0:1)'], 'it is within 0') },
  },
  {
    sees: 'a value beyond amber is amber',
    given: { metrics: { raid: metric({ limits, values: { value: 1 } }) } },
    find: { raid: found('amber', 1, ['metrics.raid.amber', '0'], ['node_md_failed is 1 (amber outside 0)']) },
  },
  {
    sees: 'values of an old file are unknown, never green',
    given: { metrics: { raid: metric({ limits, age_seconds: 93_601 }) } },
    find: {
      raid: found('unknown', null, ['metrics.raid.stale', '26h'], ['/textfiles/raid.prom', 'unknown after 26h']),
    },
  },
  {
    sees: 'a metric that is missing is unknown',
    given: { metrics: { raid: metric({ limits, values: {} }) } },
    find: { raid: found('unknown', null, ['metrics.raid', 'a value'], ['has no value of node_md_failed']) },
  },
  {
    sees: 'a metric is not green while one of its values is no number',
    given: { metrics: { raid: metric({ limits, problem: 'left out: "disk=sdb" is no number: "+Inf"' }) } },
    find: { raid: found('unknown', null, ['metrics.raid', 'a value'], ['not all values', '+Inf']) },
  },
];
