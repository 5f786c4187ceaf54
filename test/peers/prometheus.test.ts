// Today's Prometheus reads what Debian's reads: the configurations, the rules, and what these do with recorded series.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { root } from '../process.ts';
import { goProgram } from '../real/kept.ts';
import { promtoolTests } from '../real/rules/cases.ts';
import { ruleFile, ruleFiles } from '../rules.ts';
import { temporaryFolder } from '../world.ts';

const module = 'github.com/prometheus/prometheus';

/** Prometheus 3.13 has this version among Go modules. */
const version = 'v0.313.5';

describe('Prometheus 3', () => {
  const promtool = (...argv: string[]): void => {
    const program = goProgram({ program: `${module}/cmd/promtool`, module, version });
    const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
  };

  for (const name of ruleFiles)
    test(`${name}: promtool accepts the rules, and what they do with recorded series`, async (t) => {
      const tests = join(temporaryFolder(t), 'tests.yml');
      writeFileSync(tests, await promtoolTests(name));
      promtool('check', 'rules', '--lint-fatal', ruleFile(name));
      promtool('test', 'rules', tests);
    });

  test('promtool accepts both configurations', () => {
    for (const name of ['prometheus.yml', 'valtronics.yml'])
      promtool('check', 'config', '--syntax-only', join(root, 'ops', 'prometheus', name));
  });
});
