// The linter with the project's own rules, on promises planted so that it must find them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const planted = 'test/lint/planted/promises.ts';

test('the linter finds every planted promise that is not awaited', (t) => {
  const config = JSON.parse(readText(join(root, '.oxlintrc.json'))) as Record<string, unknown>;
  // The same rules, without the line that keeps the planted file out of the usual run.
  const path = join(temporaryFolder(t), 'oxlintrc.json');
  writeFileSync(path, JSON.stringify({ ...config, ignorePatterns: [] }));
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '-c', path, '-f', 'unix', planted],
    { cwd: root, encoding: 'utf8' },
  );
  assert.equal(status, 1, stdout);
  const found = new Set(
    stdout
      .split('\n')
      .filter((line) => /no-floating-promises|no-misused-promises/.test(line))
      .map((line) => Number(line.split(':')[1])),
  );
  const lines = readText(join(root, planted)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('export function')) + 2;
  const expected = lines.flatMap((line, index) => (index + 1 >= first && line.startsWith('  ') ? [index + 1] : []));
  assert.ok(expected.length >= 8);
  assert.deepEqual(
    [...found].sort((a, b) => a - b),
    expected,
  );
});
