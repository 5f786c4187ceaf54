// test-metrics: reads the JUnit XML that test runners leave, and writes it as metrics.
import { Usage } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import type { Push } from '../contract/push.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { ageOf, isStale } from '../core/age.ts';
import { alignColumns } from '../core/columns.ts';
import { join } from '../core/path.ts';
import { formatDuration } from '../core/quantity.ts';
import { counted, readingReason, wildcard } from '../core/text.ts';
import { mostTests } from '../parse/junit.ts';
import type { TestMetricsConfig } from './config.ts';
import { type SuiteResult, testResults, testTextfile } from './files.ts';
import { readReport, type Report, summarise } from './summarise.ts';
import { renderTests } from './textfile.ts';

const mostFiles = 2000;

/** A suite that the configuration does not name, or no more, is forgotten so long after its last report. */
const mostIdleSeconds = 30 * 86_400;

export const testMetrics = <Config extends TestMetricsConfig>(push: Push<Config>) =>
  defineStage<Config>({
    name: 'test-metrics',
    summary: 'reads the JUnit XML that test runners leave, and writes durations and failures for Prometheus',
    reads: [],
    writes: [testResults, testTextfile],
    // 100 s for reading, and as long as a push may take.
    deadlineMs: 240_000,
    options: {
      junit: {
        type: 'string',
        value: 'FILE',
        summary: 'read this report, or these (`target/TEST-*.xml`), and not those of the configuration',
      },
      suite: { type: 'string', value: 'NAME', summary: 'name of the suite that --junit is of (default: tests)' },
      push: { type: 'boolean', summary: 'push the result to the Pushgateway as well (ops/docs/push.md)' },
    },

    checkUsage(world) {
      if (Object.keys(askedFor(world)).length === 0)
        throw new Usage('no report was named: --junit FILE, or `test-results` in the configuration');
      if (world.options['push'] === true) push.check(world);
    },

    async run(world) {
      const asked = askedFor(world);
      const host = world.openHost('local', AbortSignal.timeout(100_000));
      const { content, problems: setAside } = await world.previous(testResults);
      const known = new Map(Object.entries(content?.suites ?? {}));
      const problems = setAside.map((problem) => `the results of before ${problem}`);
      let read = 0;
      for (const [suite, pattern] of Object.entries(asked)) {
        try {
          const result = summarise(await readReports(host, pattern), known.get(suite));
          known.set(suite, result);
          read += 1;
          const { problem } = result;
          if (problem !== undefined) problems.push(`${suite}: ${problem}`);
        } catch (error) {
          // The values of the last good run stay; `written_at` shows their age.
          problems.push(`${suite}: ${readingReason(error)}`);
        }
      }
      if (read === 0) throw new Error(problems.join('; '));
      const suites = Object.fromEntries(
        [...known].filter(
          ([suite, { written_at }]) =>
            Object.hasOwn(asked, suite) ||
            Object.hasOwn(world.config['test-results'], suite) ||
            !isStale(ageOf(written_at, world.now()), mostIdleSeconds),
        ),
      );
      await world.replace(testResults, { schema_version: 1, suites });
      const textfile = renderTests(suites);
      await world.replace(testTextfile, textfile);
      if (world.options['push'] === true && world.options['dry-run'] !== true)
        problems.push(...(await push.textfile(world, testTextfile, textfile)));
      return { counts: { suites: read }, problems, json: { suites }, text: renderSuites(suites) };
    },
  });

function askedFor({ options, config }: World<TestMetricsConfig>): Readonly<Record<string, string>> {
  const { junit, suite } = options;
  if (typeof junit !== 'string') {
    if (suite !== undefined) throw new Usage('--suite names the suite of --junit');
    return config['test-results'];
  }
  return { [typeof suite === 'string' ? suite : 'tests']: junit };
}

/** One report after the other, so that only one of them is in memory. */
async function readReports(host: Host, pattern: string): Promise<Report[]> {
  const paths = pattern.includes('*') ? await matching(host, pattern) : [pattern];
  const reports: Report[] = [];
  let tests = 0;
  for (const path of paths) {
    const bytes = await host.readBytes(path);
    const report = readReport(path, (await host.stat(await host.realpath(path))).modified_at, bytes);
    reports.push(report);
    tests += report.cases.length;
    if (tests > mostTests) throw new Error(`the reports ${pattern} have more than ${mostTests} tests`);
  }
  return reports;
}

async function matching(host: Host, pattern: string): Promise<string[]> {
  const cut = pattern.lastIndexOf('/') + 1;
  const folder = cut === 0 ? '.' : pattern.slice(0, cut);
  const fits = wildcard(pattern.slice(cut));
  const names = (await host.list(folder)).filter((name) => fits.test(name)).sort();
  if (names.length === 0) throw new Error(`no file fits ${pattern}`);
  if (names.length > mostFiles) throw new Error(`${names.length} files fit ${pattern}; at most ${mostFiles} are read`);
  return names.map((name) => join(folder, name));
}

function renderSuites(suites: Readonly<Record<string, SuiteResult>>): string {
  const rows = Object.entries(suites).map(([suite, { tests, failed, errors, skipped, flaky, seconds, slowest }]) => [
    suite,
    counted(tests, 'test'),
    failed + errors === 0 ? 'none failed' : `${failed + errors} failed`,
    skipped === 0 ? '' : `${skipped} skipped`,
    flaky === 0 ? '' : `${flaky} flaky`,
    seconds === undefined ? '' : formatDuration(seconds),
    slowest[0] ? `slowest: ${slowest[0].test} (${formatDuration(slowest[0].seconds)})` : '',
  ]);
  return alignColumns(rows).join('\n');
}
