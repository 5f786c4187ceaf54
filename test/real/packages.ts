// Debian packages for a real test: installed or unpacked, without starting their services. Fails where that is impossible.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export function needRoot(): void {
  assert.equal(process.getuid?.(), 0, 'this test mounts, installs or changes users: run `npm run test:real` as root');
}

let updated = false;

function apt(...argv: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr } = spawnSync('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', ...argv], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `apt-get ${argv.join(' ')}: ${stderr}`);
}

function update(): void {
  if (!updated) apt('update');
  updated = true;
}

/** Installs the missing packages; policy-rc.d keeps Debian from starting their services. */
export function installPackages(...names: string[]): void {
  needRoot();
  const missing = names.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
    return !stdout.includes('install ok installed');
  });
  if (missing.length === 0) return;
  update();
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    apt('install', '-y', '--no-install-recommends', ...missing);
  } finally {
    if (ours) rmSync(policy);
  }
}

/** Unpacks a package into a temporary folder: for a program that needs no other file installed. */
export function unpackPackage(t: TestContext, name: string): string {
  update();
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name], { cwd: folder });
  mkdirSync(join(folder, 'root'));
  execFileSync('sh', ['-c', `dpkg-deb -x ${name}_*.deb root`], { cwd: folder });
  return join(folder, 'root');
}

/** Runs Prometheus' own tool; `said` is all that it printed, which is nothing where it accepts its input. */
export function promtoolOf(t: TestContext) {
  const program = join(unpackPackage(t, 'prometheus'), 'usr', 'bin', 'promtool');
  return (argv: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(program, argv, { input, encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };
}
