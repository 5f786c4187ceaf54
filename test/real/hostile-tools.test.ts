// run-gate, run-boot and test-metrics with gigabytes: memory and disk stay within bounds, and no process is left.
import assert from 'node:assert/strict';
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { BootSummary } from '../../lib/boot/files.ts';
import type { GateSummary } from '../../lib/gates/files.ts';
import { environmentIn, processesOf, root, runBeside } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const mostMiB = 300;
const mostLogBytes = 16.2 * 1024 * 1024;

const sh = (script: string): string[] => ['sh', '-c', script];

/** Runs a bundle with this configuration, and checks its peak of memory. */
async function run(t: TestContext, folder: string, argv: readonly string[], config: object) {
  const [bundle = '', ...more] = argv;
  const peak = join(folder, 'peak');
  const configPath = join(folder, 'config.yaml');
  writeFileSync(configPath, JSON.stringify({ files: { state: join(folder, 'state') }, ...config }));
  writeFileSync(
    join(folder, 'peak.cjs'),
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`,
  );
  const ended = await runBeside(
    [process.execPath, '--require', join(folder, 'peak.cjs'), join(root, 'dist', `${bundle}.cjs`), ...more, '--config', configPath],
    environmentIn(folder),
  ); // prettier-ignore
  const usedMiB = Math.round(Number(readText(peak)) / 1024);
  t.diagnostic(`${bundle}: ${usedMiB} MiB at most`);
  assert.ok(usedMiB > 20 && usedMiB < mostMiB, `${usedMiB} MiB`);
  return ended;
}

/** Commands that print much. `yes` repeats lines of 100 characters. */
const loud = (helper: string): Record<string, { command: string[]; timeout?: string }> => ({
  lines: { command: sh(`yes ${'x'.repeat(99)} | head -c 1000000000`) },
  line: { command: sh(`head -c 200000000 /dev/zero | tr '\\0' x`) },
  bytes: { command: sh('head -c 100000000 /dev/urandom') },
  endless: { command: sh(`trap '' TERM; setsid ${helper} & yes; sleep 600`), timeout: '3s' },
});

function makeHelper(folder: string): string {
  const helper = join(folder, 'far');
  // Prints for ever, and ignores what could end it.
  writeFileSync(helper, "#!/bin/sh\ntrap '' TERM HUP PIPE\nwhile :; do echo far; done\n", { mode: 0o755 });
  return helper;
}

describe('gigabytes', () => {
  test('phases that print a gigabyte, one line of 200 MB, random bytes, or without end', async (t) => {
    const folder = temporaryFolder(t);
    const helper = makeHelper(folder);
    const gate = { folder, 'stop-at-failure': false, phases: loud(helper) };
    const { status, stderr } = await run(t, folder, ['run-gate', 'alpha'], { 'gate-runs': { alpha: gate } });
    assert.equal(status, 0, stderr.slice(0, 2000));
    const kept = join(folder, 'state', 'monitoring', 'gates', 'alpha');
    const { phases } = JSON.parse(readText(join(kept, 'summary.json'))) as GateSummary;
    assert.deepEqual(
      phases.map(({ name, outcome, reason = '' }) => `${name} ${outcome} ${reason}`.trim()),
      [
        'lines pass',
        'line pass',
        'bytes pass',
        'endless fail ended at its time limit of 3s; left behind and ended: 1 process',
      ],
    );
    for (const { name } of phases) {
      const log = join(kept, 'latest', `${name}.log`);
      assert.ok(statSync(log).size < mostLogBytes, `${name}: ${statSync(log).size} bytes`);
      assert.match(readText(log).slice(-100), /only the first 16 MiB are kept/, name);
    }
    await until(() => processesOf(helper).length === 0);
  });

  test('start and readiness commands that do the same', async (t) => {
    const folder = temporaryFolder(t);
    const helper = makeHelper(folder);
    const starts = Object.entries(loud(helper)).map(([name, { command, timeout = '10m' }]) => [name, { start: command, timeout }]);
    const components = {
      ...Object.fromEntries(starts),
      ready: { ready: { command: sh('yes | head -c 50000000; exit 1') }, timeout: '3s' },
    };
    const { status, stderr } = await run(t, folder, ['run-boot'], { boot: { components } });
    assert.equal(status, 0, stderr.slice(0, 2000));
    const kept = join(folder, 'state', 'monitoring', 'boot');
    const summary = JSON.parse(readText(join(kept, 'summary.json'))) as BootSummary;
    assert.deepEqual(
      summary.components.map(({ name, outcome }) => `${name} ${outcome}`),
      ['lines ready', 'line ready', 'bytes ready', 'endless failed', 'ready failed'],
    );
    for (const name of ['lines.1.log', 'line.1.log', 'bytes.1.log', 'endless.1.log', 'ready.1.ready.log'])
      assert.ok(statSync(join(kept, 'latest', name)).size < mostLogBytes, name);
    await until(() => processesOf(helper).length === 0);
  }); // prettier-ignore

  test('hundreds of the largest reports are read one after the other, as far as time allows; a sparse terabyte is refused', async (t) => {
    const folder = temporaryFolder(t);
    const output = '<!-- output -->'.repeat(1_100_000);
    for (let index = 0; index < 100; index++)
      writeFileSync(
        join(folder, `TEST-${index}.xml`),
        `<testsuite name="s"><testcase name="${'n'.repeat(300)}${index}" time="1"/>${output}</testsuite>`,
      );
    const junit = (path: string) => run(t, folder, ['test-metrics', '--junit', path], {});
    const many = await junit(join(folder, 'TEST-*.xml'));
    assert.equal(many.status, 0, many.stderr);
    assert.match(readText(join(folder, 'state', 'textfiles', 'pytest_metrics.prom')), /outcome="passed"\} 100$/m);
    writeFileSync(join(folder, 'huge.xml'), '<testsuite>');
    truncateSync(join(folder, 'huge.xml'), 2 ** 40);
    const huge = await junit(join(folder, 'huge.xml'));
    assert.equal(huge.status, 1);
    assert.match(huge.stderr, /is too large to be read whole: 1099511627776 bytes/);
  });
});
