// Configuration of the reports of test runs that `test-metrics` reads.
import * as z from 'zod';
import { ownName } from '../contract/quantities.ts';

export const testMetricsConfig = {
  'test-results': z
    .record(
      ownName,
      z
        .string()
        .max(4000)
        .regex(/^\/([^*]*\/)?[^/]+$/, 'expected an absolute path; `*` may stand in the name of the file only'),
    )
    .prefault({})
    .describe(
      'JUnit XML of test suites, by a name of your own: `/srv/app/target/TEST-*.xml` (ops/docs/test-metrics.md)',
    ),
};

export interface TestMetricsConfig {
  readonly 'test-results': Readonly<Record<string, string>>;
}
