// test-metrics as a person runs it, with reports of real runs of node:test.
import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

function makeSite(t: TestContext, results = '{}') {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const env = environmentIn(folder);
  const configure = (text: string): void =>
    writeFileSync(config, `files: { state: ${state} }\ntest-results: ${text.replaceAll('$', folder)}\n`);
  configure(results);
  return {
    folder,
    configure,
    run: (...argv: string[]) => runBundle('test-metrics', [...argv, '--config', config], env),
    textfile: () => readText(join(state, 'textfiles', 'pytest_metrics.prom')),
    put: (name: string, text: string): string => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  };
}

const report = (cases: string): string => `<testsuite name="s">${cases}</testsuite>`;
const passed = (name: string, seconds: number): string => `<testcase classname="c" name="${name}" time="${seconds}"/>`;
const failed = (name: string): string => `<testcase classname="c" name="${name}" time="1"><failure/></testcase>`;

describe('test-metrics', () => {
  test('a real run of node:test becomes metrics', (t) => {
    const { run, put, folder, textfile } = makeSite(t);
    const suite = put(
      'suite.test.mjs',
      "import test from 'node:test';\ntest('works', () => {});\ntest('breaks', () => { throw new Error('x'); });\ntest('later', { skip: true }, () => {});\n",
    );
    const made = join(folder, 'junit.xml');
    const environment = { ...environmentIn(folder), NODE_TEST_CONTEXT: undefined };
    runProcess(
      [process.execPath, '--test', '--test-reporter=junit', `--test-reporter-destination=${made}`, suite],
      environment,
    );
    const { status, stderr } = run('--junit', made, '--suite', 'unit');
    assert.equal(status, 0, stderr);
    const metrics = textfile();
    assert.match(metrics, /^pytest_test_failures_total\{suite="unit"\} 1$/m);
    assert.match(metrics, /^pytest_test_duration_seconds\{suite="unit",test="test works"\} [\d.]+$/m);
    assert.match(metrics, /^pytest_test_duration_seconds\{suite="unit",test="test breaks"\} [\d.]+$/m);
    for (const [outcome, count] of Object.entries({ passed: 1, failed: 1, skipped: 1, errors: 0 }))
      assert.match(metrics, new RegExp(`^pytest_suite_tests\\{suite="unit",outcome="${outcome}"\\} ${count}$`, 'm'));
    assert.match(metrics, /^pytest_suite_last_run_timestamp_seconds\{suite="unit"\} \d{10}(\.\d+)?$/m);
  });

  test('failures add up over runs, and the same report counts once', (t) => {
    const { run, put, textfile } = makeSite(t, '{ unit: "$/TEST-*.xml" }');
    const total = (): string | undefined => /failures_total\{suite="unit"\} (\d+)/.exec(textfile())?.[1];
    put('TEST-a.xml', report(failed('one') + passed('two', 1)));
    put('TEST-b.xml', report(failed('three')));
    for (const wanted of ['2', '2']) {
      assert.equal(run().status, 0);
      assert.equal(total(), wanted);
    }
    // A suite of many reports is read while it runs: the one that failed before adds nothing beside a new one.
    put('TEST-b.xml', report(passed('three', 2)));
    run();
    assert.equal(total(), '2');
    put('TEST-a.xml', report(failed('one') + failed('two')));
    run();
    assert.equal(total(), '4');
    put('TEST-a.xml', report(passed('one', 1)));
    run();
    assert.equal(total(), '4');
  });

  test('a suite that left the configuration is forgotten after 30 days, one that is read by --junit is kept', (t) => {
    const { run, put, folder, textfile, configure } = makeSite(t, '{ unit: "$/unit.xml", old: "$/old.xml", late: "$/late.xml" }');
    const daysAgo = (file: string, days: number): void => utimesSync(file, new Date(), new Date(Date.now() - days * 86_400_000));
    const suites = () => [...textfile().matchAll(/^pytest_test_failures_total\{suite="(\w+)"\}/gm)].map(([, suite]) => suite);
    for (const name of ['unit', 'old', 'late']) daysAgo(put(`${name}.xml`, report(passed('a', 1))), name === 'late' ? 29 : 31);
    daysAgo(put('once.xml', report(passed('a', 1))), 31);
    run();
    run('--junit', join(folder, 'once.xml'), '--suite', 'once');
    assert.deepEqual(suites(), ['unit', 'old', 'late', 'once']);
    configure('{ unit: "$/unit.xml" }');
    run();
    assert.deepEqual(suites(), ['unit', 'late']);
  }); // prettier-ignore

  test('a suite of many tests has the series of its slowest 20 only', (t) => {
    const { run, put, textfile } = makeSite(t);
    const many = Array.from({ length: 3000 }, (_, index) => passed(`t${index}`, index / 10)).join('');
    run('--junit', put('junit.xml', report(many)));
    const series = textfile().match(/^pytest_test_duration_seconds\{.*$/gm) ?? [];
    assert.equal(series.length, 20);
    assert.match(series[0] ?? '', /test="c t2999"\} 299\.9$/);
    assert.match(textfile(), /^pytest_suite_duration_seconds\{suite="tests"\} 449850$/m);
  });

  test('a report that cannot be used fails, says why, and leaves the old values', (t) => {
    const { run, put, textfile } = makeSite(t, '{ good: "$/good.xml", bad: "$/bad.xml" }');
    put('good.xml', report(passed('a', 1)));
    put('bad.xml', report(failed('b')));
    assert.equal(run().status, 0);
    put('bad.xml', '<testsuite><testcase name="cut');
    const { status, stderr } = run();
    assert.equal(status, 0, stderr);
    assert.match(stderr, /bad: \S+\/bad\.xml: the XML has a tag that does not end/);
    assert.match(textfile(), /^pytest_test_failures_total\{suite="bad"\} 1$/m);
    const alone = run('--junit', '/nowhere/junit.xml');
    assert.equal(alone.status, 1);
    assert.match(alone.stderr, /tests: \/nowhere\/junit\.xml does not exist$/m);
    const none = makeSite(t).run();
    assert.equal(none.status, 2);
    assert.match(none.stderr, /no report was named: --junit FILE, or `test-results` in the configuration/);
  });
});
