// A user without rights, and what that user makes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { root } from '../process.ts';
import { needRoot } from './packages.ts';

export const [nobody, nogroup] = [65_534, 65_534];
export const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nogroup}`, '--clear-groups'];

export function folderOfNobody(t: TestContext): string {
  needRoot();
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-user-'));
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  chownSync(folder, nobody, nogroup);
  return folder;
}

/** A clone whose files belong to a user without rights, as if that user had made it under this umask. */
export function cloneAsNobody(t: TestContext, name: string, umask: string) {
  const folder = folderOfNobody(t);
  const clone = join(folder, name);
  const git = `umask ${umask}; exec git -c safe.directory='*' "$@"`;
  execFileSync('sh', ['-c', git, 'sh', 'clone', '-q', '--no-hardlinks', root, clone]);
  execFileSync('chown', ['-R', `${nobody}:${nogroup}`, folder]);
  // The machine's own Node and npm, not the pinned ones that run this test; and where packages come from, but nothing
  // else of what npm tells the scripts it runs.
  const path = (process.env['PATH'] ?? '')
    .split(':')
    .filter((part) => !part.includes('node_modules'))
    .join(':');
  const settings = Object.entries(process.env).filter(([variable]) =>
    /^(npm_config_(registry|cafile|strict_ssl)$|NODE_EXTRA_CA_CERTS|SSL_CERT_|https?_proxy)/i.test(variable),
  );
  return {
    folder,
    run: (command: string, environment: Readonly<Record<string, string>>, expected: RegExp): void => {
      const argv = [...asNobody.slice(1), 'sh', '-c', `umask ${umask}; ${command}`];
      const { status, stdout, stderr } = spawnSync('setpriv', argv, {
        cwd: clone,
        env: { ...Object.fromEntries(settings), PATH: path, ...environment },
        encoding: 'utf8',
        timeout: 900_000,
      });
      assert.equal(status, 0, `${command}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
      assert.match(stdout, expected);
    },
    /** What git sees in the clone that was not committed. */
    left: (): string =>
      execFileSync('git', ['-c', 'safe.directory=*', '-C', clone, 'status', '--porcelain'], { encoding: 'utf8' }),
  };
}
