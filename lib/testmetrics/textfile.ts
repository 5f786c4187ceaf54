// The results of test suites as metrics for Prometheus.
import { type Family, gaugesOf, renderExposition } from '../core/exposition.ts';
import type { SuiteResult } from './files.ts';

export function renderTests(suites: Readonly<Record<string, SuiteResult>>): string {
  const gauge = gaugesOf('pytest');
  const all = Object.entries(suites);
  const each = (pick: (result: SuiteResult) => number | undefined) =>
    all.map(([suite, result]) => ({ labels: { suite }, value: pick(result) }));
  const failures: Family = {
    name: 'pytest_test_failures_total',
    help: 'Tests that failed or ended with an error, of all runs so far.',
    type: 'counter',
    samples: each(({ failures_total }) => failures_total),
  };
  const outcomes = ['passed', 'failed', 'errors', 'skipped', 'flaky'] as const;
  return renderExposition([
    failures,
    gauge(
      'test_duration_seconds',
      'Duration of the slowest tests of the last run.',
      all.flatMap(([suite, { slowest }]) =>
        slowest.map(({ test, seconds }) => ({ labels: { suite, test }, value: seconds })),
      ),
    ),
    gauge(
      'suite_duration_seconds',
      'Sum of the durations of all tests of the last run.',
      each(({ seconds }) => seconds),
    ),
    gauge(
      'suite_tests',
      'Tests of the last run, by outcome; flaky ones passed after a failed attempt.',
      all.flatMap(([suite, result]) =>
        outcomes.map((outcome) => ({ labels: { suite, outcome }, value: result[outcome] })),
      ),
    ),
    gauge(
      'suite_last_run_timestamp_seconds',
      'Time at which the report of the last run was written.',
      each(({ written_at }) => Date.parse(written_at) / 1000),
    ),
  ]);
}
