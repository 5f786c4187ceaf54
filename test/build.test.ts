// The build of a small planted product. Its build number decides whether cached code and configuration are still valid.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { root } from './process.ts';
import { temporaryFolder } from './world.ts';

test('a changed or new source of any ending changes the build number', (t) => {
  const folder = temporaryFolder(t);
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('package.json', '{ "type": "module" }');
  write('scripts/node-report.ts', 'console.log(1);\n');
  write('scripts/hello.ts', "import { part } from '../lib/part.tsx';\nconsole.log(part);\n");
  write('lib/application/index.ts', 'export const word: string = "one";\n');
  mkdirSync(join(folder, 'ops', 'package'), { recursive: true });
  const own = ['scripts/build.ts', 'ops/package/licences.ts', 'ops/package/application.ts', 'tsconfig.json'];
  for (const file of [...own, 'lib/application/tsconfig.json']) copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const build = (): string => {
    const argv = ['--import', 'tsx', join(folder, 'scripts', 'build.ts'), join(folder, 'dist')];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return /\(build (\w{12})\)/.exec(stdout)?.[1] ?? stdout;
  };
  write('lib/part.tsx', 'export const part = 1;\n');
  const first = build();
  assert.equal(build(), first, 'the same sources are the same build');
  write('lib/part.tsx', 'export const part = 2;\n');
  const second = build();
  write('lib/table.json', '{}');
  assert.equal(new Set([first, second, build()]).size, 3);
});
