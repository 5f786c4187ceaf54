// Plugins and metrics in the report on a node, where the configuration names some.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

interface Report {
  readonly errors: readonly object[];
  readonly absent: readonly { readonly section: string; readonly reason: string }[];
  readonly plugins: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null;
}

describe('node-report with plugins and metrics', () => {
  test('runs and reads those of the configuration; what fails is null with its reason, and other machines are not asked', (t) => {
    const folder = temporaryFolder(t);
    const textfile = join(folder, 'up.prom');
    writeFileSync(textfile, 'my_up{job="a"} 1\n');
    const config = join(folder, 'config.yaml');
    const settings = {
      hosts: { far: { ssh: 'far.example.org' } },
      plugins: {
        disk: { command: ['/bin/sh', '-c', 'echo "DISK WARNING | /=85%;80;90"; exit 1'] },
        gone: { command: ['/nowhere/check'] },
        elsewhere: { command: ['/bin/true'], host: 'far' },
      },
      metrics: { up: { file: textfile, family: 'my_up', red: '1:' } },
    };
    writeFileSync(config, JSON.stringify(settings));
    const argv = ['--json', '--config', config];
    const { status, stdout, stderr } = runBundle('node-report', argv, environmentIn(folder));
    assert.equal(`${status} ${stderr}`, '0 ');
    const { plugins, metrics, errors } = JSON.parse(stdout) as Report;
    assert.deepEqual([plugins?.['disk']?.['result'], plugins?.['disk']?.['percent']], ['warning', { '/': 85 }]);
    assert.deepEqual([plugins?.['gone'], plugins?.['elsewhere']], [null, null]);
    assert.deepEqual(metrics?.['up']?.['values'], { 'job=a': 1 });
    const words = errors.map((one) => Object.values(one).join(' '));
    assert.ok(
      words.some((one) => one.startsWith('plugins gone /nowhere/check is not installed')),
      words.join('\n'),
    );
    assert.ok(
      words.some((one) => one.startsWith('plugins elsewhere node-report reads this machine only, and not far')),
    );

    const page = runBundle('node-report', ['--config', config], environmentIn(folder)).stdout;
    assert.match(page, /^Plugins\n.*\n +disk +warning .*DISK WARNING +\/ 85 %$/m);
    assert.match(page, /^Metrics\n.*\n +up +my_up .*job=a: 1$/m);
  });

  test('has neither where none is configured', (t) => {
    const folder = temporaryFolder(t);
    const { stdout } = runBundle('node-report', ['--json'], environmentIn(folder));
    const { plugins, metrics, absent } = JSON.parse(stdout) as Report;
    assert.deepEqual([plugins, metrics], [null, null]);
    for (const name of ['plugins', 'metrics'])
      assert.equal(absent.find(({ section }) => section === name)?.reason, 'none is configured');
  });
});
