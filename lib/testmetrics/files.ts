// The files that test-metrics writes.
import { defineFile } from '../contract/file.ts';
import { type ContentOf, instant, listOf, number, object, optional, recordOf, string } from '../contract/shape.ts';
import { join } from '../core/path.ts';

const suiteShape = object({
  /** When the newest report was written. */
  written_at: instant,
  /** Fingerprints of the reports that were read: the failures of a report count once. */
  fingerprints: listOf(string),
  tests: number,
  passed: number,
  failed: number,
  errors: number,
  skipped: number,
  /** Tests that passed after a failed attempt. */
  flaky: number,
  /** Absent where no test has a duration. */
  seconds: optional(number),
  /** Failures of all runs so far: a counter, which only grows. */
  failures_total: number,
  slowest: listOf(object({ test: string, seconds: number })),
  failures: listOf(string),
  problem: optional(string),
});

export type SuiteResult = Readonly<ContentOf<typeof suiteShape>>;

const stateShape = object({ schema_version: number, suites: recordOf(suiteShape) });

export const testResults = defineFile<ContentOf<typeof stateShape>>({
  summary: 'the results of each test suite',
  format: 'json',
  path: ({ monitoring }) => join(monitoring, 'test_results.json'),
  mode: 0o644,
  schema: stateShape,
});

export const testTextfile = defineFile<string>({
  summary: 'durations and failures of tests, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'pytest_metrics.prom'),
  mode: 0o644,
});
