// Runs the bundled run-cycle.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { stages as stageList } from '../../lib/cycle/stages.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { makeSite } from './site.ts';

describe('commands/run-cycle', () => {
  test('run-cycle prints all findings by level with their reasons, and the paths of the files', (t) => {
    const { run, state } = makeSite(t, 'sick');
    const { status, stdout } = run('run-cycle');
    assert.equal(status, 0);
    assert.match(stdout, /● RED {3}\d+ green, \d+ amber, \d+ unknown, \d+ red/);
    assert.match(stdout, /red +\/data is 97 % full, 14\.3 GB left \(red from 90 %\)/);
    assert.match(stdout, /^ +filesystem-usage:data, clears when it is below 80 %$/m);
    assert.match(stdout, /unknown +elsewhere could not be read/);
    assert.match(stdout, /Observe-only/);
    assert.ok(stdout.includes(join(state, 'health', 'latest_report.md')));
    assert.match(stdout, /^ +pictures +\S+\/quicklooks\/ops_monitor\/\*\.png$/m);
    assert.match(stdout, /^ +page +\S+\/page \(shown by: ops-monitor dashboard --open\)$/m);
    assert.ok(!stdout.includes('\u001B'), 'colour, though nobody sees it');
  });

  test('the explain command that run-cycle suggests runs as pasted, with the given configuration', (t) => {
    const { run, env, folder, config } = makeSite(t, 'sick');
    symlinkSync(join(root, 'scripts', 'ops-monitor.sh'), join(folder, 'ops-monitor'));
    const pasted = (stdout: string) => {
      const line = /^ {2}why +(ops-monitor explain .*)$/m.exec(stdout)?.[1] ?? '';
      const PATH = `${folder}:${env.PATH}`;
      return { line, ...spawnSync('sh', ['-c', line], { env: { ...env, PATH }, encoding: 'utf8', cwd: folder }) };
    };
    const usual = pasted(run('run-cycle').stdout);
    assert.doesNotMatch(usual.line, /--config/);
    assert.match(usual.stdout, /^ +level +red/m);

    const spaced = join(folder, 'of my own.yaml');
    renameSync(config, spaced);
    const given = pasted(run('run-cycle', '--config', spaced).stdout);
    assert.ok(given.line.includes(`explain --config '${spaced}' `), given.line);
    assert.match(given.stdout, /^ +level +red/m, given.stderr);
  });

  test('in a checkout that was packaged and never built, run-cycle says how the page is built', (t) => {
    const { env, folder } = makeSite(t);
    const checkout = join(folder, 'checkout');
    for (const name of ['lib', 'scripts', 'package.json', 'tsconfig.json'])
      cpSync(join(root, name), join(checkout, name), { recursive: true });
    for (const name of ['node_modules', 'ops']) symlinkSync(join(root, name), join(checkout, name));
    mkdirSync(join(checkout, 'dist', 'package'), { recursive: true });
    const argv = ['--import', 'tsx', 'scripts/run-cycle.ts'];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: checkout, env, encoding: 'utf8' });
    assert.equal(`${status} ${stderr}`, '0 ');
    assert.match(stdout, /^ +page +not built in this checkout: npm run build, then \S.* build-dashboard$/m);
  });

  test('run-cycle --quiet prints only why a stage failed', (t) => {
    const { run, state, health } = makeSite(t, 'sick');
    const { status, stdout, stderr } = run('run-cycle', '--quiet');
    assert.equal(`${status} ${stdout}${stderr}`, '0 ');
    assert.equal(health().overall_level, 'red', 'the cycle did not run');
    // A folder with the name of the report makes write-report fail.
    rmSync(join(state, 'health', 'latest_report.md'));
    mkdirSync(join(state, 'health', 'latest_report.md'));
    const failed = run('run-cycle', '--quiet');
    assert.equal(failed.status, 1);
    assert.equal(failed.stdout, '');
    assert.match(failed.stderr, /^write-report: writing .*latest_report\.md failed.*\n$/);
  });

  test('run-cycle runs all stages, and --only those of one timer', (t) => {
    const { run, state } = makeSite(t);
    const recorded = () => readdirSync(join(state, 'stages')).map((name) => name.replace('.json', ''));
    const stagesOf = (timer: string) =>
      stageList.filter(({ runsEvery }) => runsEvery === timer).map(({ name }) => name);
    const cycle = stagesOf('cycle').sort();
    const withHourly = [...stagesOf('hourly'), ...cycle].sort();
    const all = [...stagesOf('daily'), ...withHourly].sort();
    assert.ok(cycle.length >= 5 && all.length > cycle.length);
    const cycleOnly = run('run-cycle', '--only', 'cycle').stdout;
    assert.match(cycleOnly, /● /);
    assert.doesNotMatch(cycleOnly, /^ +(pictures|page) /m);
    assert.deepEqual(recorded(), cycle);
    const { status, stdout, stderr } = run('run-cycle', '--only', 'hourly');
    assert.equal(`${status} ${stdout}${stderr}`, '0 ');
    assert.deepEqual(recorded(), withHourly);
    const everyOf = (stage: string) =>
      /"every_seconds": *\d+/.exec(readText(join(state, 'stages', `${stage}.json`)))?.[0];
    assert.deepEqual(['append-zarr', 'write-report'].map(everyOf), ['"every_seconds": 3600', '"every_seconds": 300']);
    rmSync(join(state, 'stages', 'append-zarr.json'));
    run('run-cycle');
    assert.deepEqual(recorded(), all);
    assert.equal(run('run-cycle', '--only', 'weekly').status, 2);
  });
});
