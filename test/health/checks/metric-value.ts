import assert from 'node:assert/strict';
import type { Readable } from '../../../lib/snapshot/sections/index.ts';
import { type Case, found } from '../case.ts';
import { metric } from '../seen.ts';

type Metric = Readable['metrics'][string];

const limits = { amber: '0', red: '0:1' };

function withoutAge(seen: Partial<Metric>): Metric {
  const { age_seconds, stale_seconds, ...rest } = metric(seen);
  assert.deepEqual([age_seconds, stale_seconds], [60, 93_600]);
  return rest;
}

const backup = (ages: Metric['ages']): Metric => ({
  ...withoutAge({ values: {}, ages }),
  age_limits: { amber: 93_600, red: 259_200 },
});

export const metricValue: readonly Case[] = [
  {
    sees: 'a metric without limits is green while it is there and fresh',
    given: { metrics: { raid: metric({ age_seconds: 93_600 }) } },
    find: { raid: found('green', 0, ['metrics.raid', 'a value'], ['node_md_failed of disk=sda is 0']) },
  },
  {
    sees: 'the worst series of a metric is told',
    given: { metrics: { raid: metric({ limits, values: { 'disk=sda': 0, 'disk=sdb': 2, 'disk=sdc': 1 } }) } },
    find: { raid: found('red', 2, ['metrics.raid.red', '0:1'], ['disk=sdb is 2 (red above 1)'], 'it is 0') },
  },
  {
    sees: 'a value beyond amber is amber',
    given: { metrics: { raid: metric({ limits, values: { value: 1 } }) } },
    find: { raid: found('amber', 1, ['metrics.raid.amber', '0'], ['node_md_failed is 1 (amber above 0)']) },
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
  {
    sees: 'values of a URL have no age and are judged',
    given: { metrics: { raid: withoutAge({ limits, place: 'http://127.0.0.1:9100/metrics' }) } },
    find: { raid: found('green', 0, ['metrics.raid.amber', '0'], ['disk=sda is 0']) },
  },
  {
    sees: 'the oldest of several files is named when it is too old',
    given: {
      metrics: { raid: metric({ place: '/textfiles/*.prom', oldest_file: '/textfiles/b.prom', age_seconds: 1e6 }) },
    },
    find: { raid: found('unknown', null, ['metrics.raid.stale', '26h'], ['/textfiles/b.prom was written']) },
  },
  ...(['green', 'amber', 'red'] as const).map((absent) => ({
    sees: `a metric that is missing is ${absent} where \`absent\` says so`,
    given: { metrics: { raid: metric({ absent, values: {} }) } },
    find: {
      raid: found(
        absent,
        null,
        ['metrics.raid.absent', absent],
        ['/textfiles/raid.prom has no value of'],
        'it has one',
      ),
    },
  })),
  ...(
    [
      ['green', 'unknown'],
      ['amber', 'unknown'],
      ['red', 'red'],
    ] as const
  ).map(([absent, level]) => ({
    sees: `with \`absent: ${absent}\` a text that is no exposition is ${level}`,
    given: { metrics: { raid: metric({ absent, values: {}, problem: '"<html>" is no line of an exposition' }) } },
    find: { raid: found(level, null, ['metrics.raid.absent', absent], ['"<html>"'], 'it has one') },
  })),
  {
    sees: 'values of an old file are unknown although `absent` is green',
    given: { metrics: { raid: metric({ absent: 'green', values: {}, age_seconds: 93_601 }) } },
    find: { raid: found('unknown', null, ['metrics.raid.stale', '26h'], ['1d 2h 1s ago']) },
  },
  {
    sees: 'the oldest time is judged by its age',
    given: { metrics: { raid: backup({ 'job=a': 3600, 'job=b': 259_201 }) } },
    find: {
      raid: found(
        'red',
        259_201,
        ['metrics.raid.age.red', 259_200],
        ['the time in node_md_failed of job=b was 3d 1s ago (red above 3d)'],
        'it is at or below 26h',
      ),
    },
  },
  {
    sees: 'a time at its limit is green, one beyond amber is amber',
    given: { metrics: { raid: backup({ value: 93_600 }), late: backup({ value: 93_660 }) } },
    find: {
      raid: found('green', 93_600, ['metrics.raid.age.amber', 93_600], ['was 1d 2h ago']),
      late: found('amber', 93_660, ['metrics.late.age.amber', 93_600], ['was 1d 2h 1m ago (amber above 26h)']),
    },
  },
  {
    sees: 'a metric is not green while one of its times lies in the future',
    given: { metrics: { raid: { ...backup({ 'job=a': 60 }), problem: 'left out: job=b is 1e12' } } },
    find: { raid: found('unknown', 60, ['metrics.raid.age.amber', 93_600], ['left out: job=b is 1e12']) },
  },
];
