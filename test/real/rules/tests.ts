import type { Case } from './cases.ts';

const instance = 'ci';

export const cases: readonly Case[] = [
  {
    name: 'tests of one of two suites fail, end with an error and are flaky; the next run is well',
    series: {
      'pytest_suite_tests{instance="ci",suite="unit",outcome="failed"}': '0x5 2x10 0x10',
      'pytest_suite_tests{instance="ci",suite="unit",outcome="errors"}': '0x5 1x10 0x10',
      'pytest_suite_tests{instance="ci",suite="unit",outcome="flaky"}': '0x5 3x10 0x10',
      'pytest_suite_tests{instance="ci",suite="unit",outcome="passed"}': '90x25',
      'pytest_suite_tests{instance="ci",suite="browser",outcome="failed"}': '0x25',
      'pytest_suite_tests{instance="ci",suite="browser",outcome="flaky"}': '0x25',
    },
    alerts: {
      TestsFailed: {
        '4m': [],
        '8m': [
          { labels: { instance, suite: 'unit', outcome: 'failed' }, summary: '2 tests of unit on ci failed' },
          {
            labels: { instance, suite: 'unit', outcome: 'errors' },
            summary: '1 tests of unit on ci ended with an error',
          },
        ],
        '20m': [],
      },
      TestsFlaky: {
        '4m': [],
        '8m': [
          {
            labels: { instance, suite: 'unit', outcome: 'flaky' },
            summary: '3 tests of unit on ci passed only after a failed attempt',
          },
        ],
        '20m': [],
      },
    },
  },
];
