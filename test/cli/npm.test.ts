// Runs the commands through npm as in the README: npm keeps options before `--` for itself.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';

/** A home folder without the .npmrc and configuration of the user who runs the tests. */
function makeHome(t: TestContext) {
  const home = temporaryFolder(t);
  const config = join(home, 'config.yaml');
  writeFileSync(config, `files: { state: ${home}/state, textfiles: ${home}/textfiles }\n`);
  const own = { OPS_MONITOR_CONFIG: config, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const run = (...argv: string[]) => runProcess(argv, { ...environmentIn(home), ...own }, root);
  const untouched = () => !readdirSync(home).some((name) => ['state', 'textfiles'].includes(name));
  return { home, run, untouched };
}

describe('cli/npm', () => {
  test('an option that npm kept is refused with the command line that works, and nothing is done', (t) => {
    const { run, untouched } = makeHome(t);
    const cases: [argv: string[], told: string][] = [
      [
        ['run', '-s', 'ops-monitor', 'collect-snapshot', '--dry-run'],
        'collect-snapshot: npm kept --dry-run for itself, and nothing was done; write: npx ops-monitor collect-snapshot --dry-run\n',
      ],
      [
        ['run', '-s', 'ops-monitor', 'collect-snapshot', '--config=other.yaml', '--dry-run'],
        'collect-snapshot: npm kept --config and --dry-run for itself, and nothing was done; write: npx ops-monitor collect-snapshot --config FILE --dry-run\n',
      ],
      [
        ['run', '-s', 'ops-monitor', 'send-alerts', '--check'],
        'send-alerts: npm kept --check for itself, and nothing was done; write: npx ops-monitor send-alerts --check\n',
      ],
      [
        ['run', '-s', 'ops-monitor', 'thermal-heartbeat', '--print'],
        'thermal-heartbeat: npm kept --print for itself, and nothing was done; write: npx ops-monitor thermal-heartbeat --print\n',
      ],
      [
        ['run', '-s', 'ops-monitor', 'silence', 'storage:data', '--for', '4h', '--reason', 'moving files'],
        'silence: npm kept --for and --reason for itself, and nothing was done; write: npx ops-monitor silence [RULE[:SUBJECT]] --for DURATION --reason TEXT\n',
      ],
      [
        ['start', '-s', '--dry-run'],
        'run-cycle: npm kept --dry-run for itself, and nothing was done; write: npx ops-monitor run-cycle --dry-run\n',
      ],
    ];
    for (const [argv, told] of cases) {
      const { status, stdout, stderr } = run('npm', ...argv);
      assert.deepEqual([status, stdout, stderr], [2, '', told]);
    }
    assert.ok(untouched(), 'something was written');
  });

  test('npx, and npm run after --, pass every option on', (t) => {
    const { run, untouched } = makeHome(t);
    for (const [program, ...argv] of [
      ['npx', 'ops-monitor'],
      ['npm', 'run', '-s', 'ops-monitor', '--'],
    ] as const) {
      const { status, stderr } = run(program, ...argv, 'collect-snapshot', '--dry-run');
      assert.equal(status, 0, stderr);
      assert.match(stderr, /would write .*latest\.json/);
    }
    assert.ok(untouched(), 'something was written');
  });

  test('the suggested command is spelled as the user called the product', (t) => {
    const { run } = makeHome(t);
    assert.match(run('npx', 'ops-monitor', 'explian').stderr, /Try: npx ops-monitor --help\n$/);
    assert.match(run(join(root, 'scripts', 'ops-monitor.sh'), 'explian').stderr, /Try: ops-monitor --help\n$/);
  });

  test('a key in .npmrc is not mistaken for an option', (t) => {
    const { home, run } = makeHome(t);
    writeFileSync(join(home, '.npmrc'), 'fund=false\njson = true\n');
    const { status, stderr } = run('npm', 'run', '-s', 'ops-monitor', 'assess-health');
    assert.equal(status, 0, stderr);
  });
});
