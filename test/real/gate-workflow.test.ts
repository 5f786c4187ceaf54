// The example workflow of CI, as actionlint judges it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { goProgram } from './kept.ts';

test('actionlint finds nothing to say about the example workflow', (t) => {
  const program = goProgram({
    program: 'github.com/rhysd/actionlint/cmd/actionlint',
    version: 'v1.7.12',
    module: 'github.com/rhysd/actionlint',
  });
  const judge = (path: string) => spawnSync(program, ['-no-color', path], { encoding: 'utf8' });
  const example = join(root, 'ops', 'examples', 'gate-workflow.yml');
  const { status, stdout, stderr } = judge(example);
  assert.equal(`${status} ${stdout}${stderr}`, '0 ');
  const wrong = join(temporaryFolder(t), 'wrong.yml');
  writeFileSync(wrong, readText(example).replace('runs-on', 'run-on'));
  assert.match(judge(wrong).stdout, /"run-on"/);
});
