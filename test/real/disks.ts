// Small disks in memory, unmounted when the test ends.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { needRoot } from './packages.ts';

export function mountTmpfs(t: TestContext, options: string): string {
  needRoot();
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  t.after(() => {
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** Fills a disk to the last byte. */
export function fill(folder: string): void {
  spawnSync('sh', ['-c', `cat /dev/zero > ${folder}/ballast 2>/dev/null; cat /dev/zero > ${folder}/rest 2>/dev/null`]);
}
