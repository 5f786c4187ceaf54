// The small program of the privileged unit: with a `nvme` of the test's own, that answers, refuses and hangs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { openRecordedHost } from '../../lib/io/recorded.ts';
import { nvme } from '../../lib/thermal/sources/nvme.ts';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { readFrom } from './beat.ts';

describe('nvme-smart-log.sh', () => {
  test(
    'nvme-smart-log.sh writes each disk’s output and errors, and disks that hang delay no other disk',
    { timeout: 60_000 },
    async (t) => {
      const folder = temporaryFolder(t);
      const [devices, out, bin] = ['dev', 'out', 'bin'].map((name) => join(folder, name)) as [string, string, string];
      for (const path of [devices, out, bin]) mkdirSync(path);
      for (const name of ['nvme0', 'nvme0n1', 'nvme1', 'nvme2', 'nvme3', 'nvme4', 'nvme5', 'nvme10', 'nvme-fabrics'])
        writeFileSync(join(devices, name), '');
      writeFileSync(
        join(bin, 'nvme'),
        `#!/bin/sh
[ "$1 $2 $3" = "smart-log -o json" ] || exit 64
case $4 in
  */nvme0) echo '{ "temperature":318, "temperature_sensor_1":330 }';;
  */nvme1) echo 'smart log: Permission denied' >&2; exit 1;;
  */nvme[234]) sleep 100;;
  */nvme5) exec yes;;
  */nvme10) echo '{"error":"smart log: Interrupted"}'; exit 4;;
  *) echo "not to be asked: $4" >&2; exit 65;;
esac
`,
        { mode: 0o755 },
      );
      // Of a disk that was pulled.
      for (const name of ['nvme7.json', 'nvme7.err']) writeFileSync(join(out, name), '{ "temperature":318 }');
      const began = performance.now();
      const { status, stderr } = spawnSync(join(root, 'systemd', 'nvme-smart-log.sh'), [out, devices], {
        env: { PATH: `${bin}:${process.env['PATH']}` },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      // Three that hang for 8 s each.
      assert.ok(performance.now() - began < 23_000, 'they were asked one after the other');
      assert.deepEqual(
        readdirSync(out).sort(),
        ['nvme0', 'nvme1', 'nvme10', 'nvme2', 'nvme3', 'nvme4', 'nvme5']
          .flatMap((name) => [`${name}.err`, `${name}.json`])
          .sort(),
      );
      assert.equal(readText(join(out, 'nvme0.err')), '');
      assert.equal(readText(join(out, 'nvme5.json')).length, 1024 * 1024, 'an endless answer is cut off');

      // As the beat reads them; an answer from the future is never fresh.
      mkdirSync(join(folder, 'root', 'run'), { recursive: true });
      spawnSync('cp', ['-r', out, join(folder, 'root', 'run', 'ops-monitor-nvme')]);
      const machine = { summary: '', recorded_at: '', hostname: '', statfs: {}, stat: {}, urls: {} };
      writeFileSync(join(folder, 'machine.json'), JSON.stringify(machine));
      const host = openRecordedHost(folder, 'local', new AbortController().signal);
      const stat = async () => ({ kind: 'file' as const, size_bytes: 1, modified_at: '2026-11-20T06:00:00Z' });
      const [disks] = await readFrom([nvme], { ...host, stat }, '2026-11-20T06:00:10Z');
      assert.deepEqual(
        disks?.readings.map((one) => `${one.chip} ${one.sensor} ${'celsius' in one ? one.celsius : one.why}`),
        [
          'nvme0 composite 44.85',
          'nvme0 sensor_1 56.85',
          'nvme1 composite nvme printed nothing: smart log: Permission denied',
          ...['nvme2', 'nvme3', 'nvme4'].map(
            (name) => `${name} composite nvme printed nothing: nvme smart-log ${devices}/${name} ended with 124`,
          ),
          'nvme5 composite nvme printed 1048576 characters; more than 262144 are not read: File size limit exceeded',
          `nvme10 composite nvme says: smart log: Interrupted: nvme smart-log ${devices}/nvme10 ended with 4`,
        ],
      );
      const [ahead] = await readFrom([nvme], { ...host, stat }, '2026-11-20T05:00:00Z');
      assert.deepEqual(
        ahead?.readings.map((one) => ('problem' in one ? one.problem : 'fresh')),
        Array.from({ length: 7 }, () => 'stale'),
      );
    },
  );
});
