// Debian packages for a real test: installed or unpacked, without starting their services. Fails where that is impossible.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export function needRoot(): void {
  assert.equal(process.getuid?.(), 0, 'this test mounts, installs or changes users: run `npm run test:real` as root');
}

const cache = '/var/cache/ops-monitor-test';

/** In a shell, because two rows of tests run side by side (run.ts): each waits until apt is free. */
function withApt(script: string, ...argv: string[]): void {
  mkdirSync(cache, { recursive: true });
  const whole = `apt() { apt-get -qq -o APT::Sandbox::User=root "$@"; }
    [ -n "$(find ${cache}/updated -mmin -60 2>/dev/null)" ] || { apt update && touch ${cache}/updated; } || exit
    ${script}`;
  const { status, stderr } = spawnSync(
    'flock',
    ['--timeout', '600', `${cache}/apt.lock`, 'sh', '-c', whole, 'sh', ...argv],
    { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' },
  );
  assert.equal(status, 0, `apt-get for ${argv.join(' ')}: ${stderr}`);
}

/** Installs the missing packages; policy-rc.d keeps Debian from starting their services. */
export function installPackages(...names: string[]): void {
  needRoot();
  const missing = names.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
    return !stdout.includes('install ok installed');
  });
  if (missing.length === 0) return;
  const script = `policy=/usr/sbin/policy-rc.d
    [ -e $policy ] || { printf '#!/bin/sh\\nexit 101\\n' > $policy; chmod 755 $policy; trap 'rm $policy' EXIT; }
    apt install -y --no-install-recommends "$@"`;
  withApt(script, ...missing);
}

/** Unpacks a package, which is kept, into a temporary folder: for a program that needs no other file installed. */
export function unpackPackage(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `mkdir -p ${cache}/packages/"$2" "$1/root" && cd ${cache}/packages/"$2" && apt download "$2" &&
    dpkg-deb -x "$(ls -t *.deb | head -n 1)" "$1/root"`;
  withApt(script, folder, name);
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
