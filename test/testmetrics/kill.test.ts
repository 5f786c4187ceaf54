// test-metrics killed with SIGKILL at random moments: its files are whole, and each report counts once.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { killAtRandom } from '../killing.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

describe('test-metrics, killed', () => {
  test('at random moments', async (t) => {
    const folder = temporaryFolder(t);
    const [config, report, state] = [join(folder, 'config.yaml'), join(folder, 'junit.xml'), join(folder, 'state')];
    writeFileSync(config, `files: { state: ${state} }\ntest-results: { unit: ${report} }\n`);
    const env = environmentIn(folder);
    const argv = [process.execPath, join(root, 'dist', 'test-metrics.cjs'), '--config', config];
    const write = (round: number): void =>
      writeFileSync(report, `<testsuite><testcase name="round ${round}" time="1"><failure/></testcase></testsuite>`);
    const totals = () => ({
      json: (JSON.parse(readText(join(state, 'monitoring', 'test_results.json'))) as { suites: { unit: { failures_total: number } } }).suites.unit.failures_total,
      textfile: Number(/^pytest_test_failures_total\{suite="unit"\} (\d+)$/m.exec(readText(join(state, 'textfiles', 'pytest_metrics.prom')))?.[1]),
    }); // prettier-ignore
    write(0);
    assert.equal(runProcess(argv, env).status, 0);
    let failures = 1;
    await killAtRandom(t, argv, env, (when) => {
      // The textfile follows the JSON: between the two it has the total of before.
      const { json, textfile } = totals();
      assert.ok(json === failures || json === failures - 1, `${when}: ${json} of ${failures}`);
      assert.ok(textfile === failures - 1 || textfile === json, `${when}: ${textfile}, and ${json} in the JSON`);
      assert.equal(runProcess(argv, env).status, 0);
      assert.deepEqual(totals(), { json: failures, textfile: failures }, when);
      write(failures);
      failures += 1;
    });
  });
});
