import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Family, renderExposition } from '../../lib/core/exposition.ts';

const family = (samples: Family['samples'], help = 'Help.'): Family => ({ name: 'up', help, type: 'gauge', samples });
const sampleLine = (samples: Family['samples']): string => renderExposition([family(samples)]).split('\n')[2] ?? '';

describe('core/exposition', () => {
  test('a family is rendered as help, type and samples, and the text ends with a newline', () => {
    const text = renderExposition([
      {
        name: 'ops_monitor_check_level',
        help: 'Level of a check.',
        type: 'gauge',
        samples: [
          { labels: { check: 'filesystem-usage', subject: 'data' }, value: 1 },
          { labels: { check: 'host-load', subject: 'host' }, value: 0 },
        ],
      },
      { name: 'ops_monitor_runs_total', help: 'Runs.', type: 'counter', samples: [{ value: 17 }] },
    ]);
    assert.equal(
      text,
      [
        '# HELP ops_monitor_check_level Level of a check.',
        '# TYPE ops_monitor_check_level gauge',
        'ops_monitor_check_level{check="filesystem-usage",subject="data"} 1',
        'ops_monitor_check_level{check="host-load",subject="host"} 0',
        '# HELP ops_monitor_runs_total Runs.',
        '# TYPE ops_monitor_runs_total counter',
        'ops_monitor_runs_total 17',
        '',
      ].join('\n'),
    );
  });

  test('a family without samples is left out; without families the text is empty', () => {
    assert.equal(renderExposition([family([])]), '');
    assert.equal(renderExposition([]), '');
    assert.equal(
      renderExposition([{ ...family([]), name: 'empty' }, family([{ value: 1 }])]),
      '# HELP up Help.\n# TYPE up gauge\nup 1\n',
    );
  });

  test('quotes, backslashes and newlines in a label are escaped; without labels there are no braces', () => {
    const cases: [path: string, escaped: string][] = [
      ['C:\\data', 'C:\\\\data'],
      ['a"b', 'a\\"b'],
      ['a\nb', 'a\\nb'],
      ['\\n', '\\\\n'],
      ['/söm/数据 {a="b"}', '/söm/数据 {a=\\"b\\"}'],
      ['', ''],
    ];
    for (const [path, escaped] of cases)
      assert.equal(sampleLine([{ labels: { path }, value: 1 }]), `up{path="${escaped}"} 1`);
    assert.ok(cases.length >= 6);
    assert.equal(sampleLine([{ labels: {}, value: 1 }]), 'up 1');
  });

  test('in a help text a quote stands as it is, and a newline is escaped', () => {
    const help = 'Say "no"\nto C:\\';
    assert.equal(
      renderExposition([family([{ value: 1 }], help)]),
      '# HELP up Say "no"\\nto C:\\\\\n# TYPE up gauge\nup 1\n',
    );
  });

  test('values are written as Prometheus reads them', () => {
    const cases: [value: number, text: string][] = [
      [0, 'up 0'],
      [0.25, 'up 0.25'],
      [-3, 'up -3'],
      [1_795_159_681.123, 'up 1795159681.123'],
      [1e21, 'up 1e+21'],
    ];
    for (const [value, text] of cases) assert.equal(sampleLine([{ value }]), text);
    assert.ok(cases.length >= 5);
  });

  test('a value that is not finite is left out, and so is a second sample with the same labels', () => {
    for (const value of [Number.NaN, Infinity, -Infinity])
      assert.equal(renderExposition([family([{ value }])]), '', String(value));
    const samples = [
      { labels: { subject: 'a' }, value: 1 },
      { labels: { subject: 'a' }, value: 2 },
      { labels: { subject: 'b' }, value: Number.NaN },
    ];
    assert.match(renderExposition([family(samples)]), /gauge\nup\{subject="a"\} 1\n$/);
  });
});
