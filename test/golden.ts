// Goldens: the expected files, kept in the repository. UPDATE=1 rewrites them; look at the difference before you commit it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export function assertGolden(path: string, actual: string): void {
  if (process.env['UPDATE'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  assert.ok(existsSync(path), `${path} is not there; UPDATE=1 npm test writes it`);
  const expected = readFileSync(path, 'utf8');
  if (actual === expected) return;
  // The first line that differs is easier to read than two whole files.
  const [ours, theirs] = [actual.split('\n'), expected.split('\n')];
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  assert.fail(
    `${path}:${line + 1} differs; UPDATE=1 npm test writes it anew\n  is:     ${ours[line]}\n  should: ${theirs[line]}`,
  );
}
