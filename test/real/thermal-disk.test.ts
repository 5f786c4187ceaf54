// The thermal heartbeat on disks that are full or read-only: such a beat must not look successful.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { receiver } from '../thermal/receiver.ts';
import { recordOf, site } from '../thermal/site.ts';
import { fill, mountTmpfs } from './disks.ts';

const spoil = { ENOSPC: fill, EROFS: (disk: string) => execFileSync('mount', ['-o', 'remount,ro', disk]) } as const;
const files = { textfiles: 'thermal.prom', runtime: 'thermal_state.json' } as const;

describe('thermal-heartbeat on real disks', () => {
  for (const code of ['ENOSPC', 'EROFS'] as const)
    for (const place of ['textfiles', 'runtime'] as const)
      test(`${code} where ${files[place]} lies: the beat fails, and the watchdog gets the reason`, async (t) => {
        const watchdog = await receiver(t);
        const { folder, run } = site(t, 'arm-board', 'thermal: { beat: { url: $OPS_URL } }');
        const disk = mountTmpfs(t, 'size=1m');
        const env = { OPS_URL: `http://127.0.0.1:${watchdog.port}/ping/abc` };
        mkdirSync(join(folder, 'state'));
        symlinkSync(disk, place === 'textfiles' ? join(folder, 'state', 'textfiles') : join(folder, 'run'));
        const well = await run(env);
        assert.equal(well.code, 0, well.stderr);
        spoil[code](disk);
        const ran = await run(env);
        assert.equal(ran.code, 1, ran.stderr);
        const says = new RegExp(`writing .*${files[place].replace('.', '\\.')} failed: ${code}: .*, (open|write)`);
        assert.match(recordOf(ran).problems.join('\n'), says);
        assert.deepEqual(
          watchdog.received.map(({ path }) => path),
          ['/ping/abc', '/ping/abc/fail'],
        );
        assert.match(watchdog.received[1]?.body ?? '', says);
      });
});
