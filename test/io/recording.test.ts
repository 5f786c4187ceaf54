// What `record-host` takes over from a machine full of secrets.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { makeRedactor } from '../../lib/core/redact.ts';
import { parseFstab, unmountedDisks } from '../../lib/parse/fstab.ts';
import { emptyRecording, recordingFiles } from '../../lib/io/recording.ts';

/** Each contains the number of the secret. */
const secret = (count: number): string => `hunter2x${count}Zq`;

describe('io/recording', () => {
  test('none of 40 planted secrets is taken over, in whatever form it is written', () => {
    let count = 0;
    const plant = (): string => secret((count += 1));
    const forms = (): string[] => [
      `password = ${plant()}`,
      `PGPASSWORD=${plant()}`,
      `{"token": "${plant()}"}`,
      `  api_key: ${plant()}`,
      `postgres://me:${plant()}@db.example.org/x`,
      `Authorization: Bearer ${plant()}`,
      `Authorization: Basic ${Buffer.from(`me:${plant()}`).toString('base64')}`,
      `machine h login me password ${plant()}`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA${plant()}\n-----END OPENSSH PRIVATE KEY-----`,
      `curl https://h/?token=${plant()}`,
      `/usr/bin/mount.cifs //nas/x -o user=me,pass=${plant()}`,
      `export SECRET='${plant()}'`,
    ];
    const lines = forms();
    const recording = emptyRecording();
    recording.files['/srv/gate.json'] = JSON.stringify({ status: 'failed', reason: forms().join('; '), [plant()]: 1 });
    recording.files['/srv/usage'] = `used: 12\nnote: ${plant()}\n`;
    recording.files[`/srv/${plant()}/latest`] = 'used: 12';
    recording.files['/proc/self/mountinfo'] =
      `36 35 98:0 / /mnt/${plant()} rw - cifs //nas/${plant()} rw,username=me,password=${plant()},credentials=/root/${plant()}\n`;
    recording.files['/etc/fstab'] = [
      `# ${plant()}`,
      `UUID=${plant()} /data ext4 defaults,x-${plant()} 0 2`,
      `//nas/${plant()} /mnt/${plant()} cifs noauto,username=me,password=${plant()} 0 0`,
    ].join('\n');
    recording.files['/sys/devices/system/cpu/online'] = '0-3\n';
    recording.files['/proc/meminfo'] = `MemTotal: 1 kB\nsecret: ${plant()}\n`;
    recording.commands.push(
      {
        argv: ['systemctl', 'list-units', '--state=failed'],
        exit_code: 0,
        stdout: [`a.service loaded failed failed Job with ${plant()}`, ...lines],
        stderr: plant(),
      },
      {
        argv: ['sh', 'git-status', `/srv/${plant()}`],
        exit_code: 0,
        stdout: [`# branch.head ${plant()}`, `1 .M N... 100644 100644 100644 ${plant()} ${plant()}`],
        stderr: '',
      },
      {
        argv: ['find', '-H', '/data', '-name', '*.nc'],
        exit_code: 0,
        stdout: [`1795160656\t12\t/data/${plant()}.nc\0`],
        stderr: `find: ${plant()}: Permission denied`,
      },
      { argv: ['quota', `--password=${plant()}`], exit_code: 0, stdout: [plant()], stderr: '' },
    );
    recording.machine.statfs[`/mnt/${plant()}`] = `EACCES: ${plant()}`;
    recording.machine.stat['/a'] = {
      kind: 'link',
      size_bytes: 1,
      modified_at: '2026-11-20T08:13:57.298Z',
      target: `/b/${plant()}`,
    };
    recording.machine.urls[`https://me:${plant()}@h/a?token=${plant()}#${plant()}`] = {
      response_ms: 1,
      error: `${plant()} 5`,
    };
    const about = { summary: 's', recorded_at: '2026-11-20T08:13:57.298Z', hostname: 'recorded' };
    const files = recordingFiles(recording, about, makeRedactor(['/data', '*.nc']));
    assert.ok(count >= 40, `${count} secrets`);
    const all = JSON.stringify(files);
    assert.deepEqual(
      Array.from({ length: count }, (_, index) => secret(index + 1)).filter(
        (one) => all.includes(one) || all.includes(Buffer.from(`me:${one}`).toString('base64').replace(/=+$/, '')),
      ),
      [],
    );
    assert.ok(!/quota|BEGIN OPENSSH/.test(all), all);
    // What a replay needs is there.
    assert.match(files['commands/find.json'] ?? '', /"\*\.nc"[^]*1795160656\\t12\\t\/data\/w\d+\.nc\\u0000/);
    assert.equal(files['root/sys/devices/system/cpu/online'], '0-3\n');
    const fstab = parseFstab(files['root/etc/fstab'] ?? '');
    assert.deepEqual(unmountedDisks(fstab, []), ['/data'], 'a replay knows what ought to be mounted');
    assert.match(files['root/proc/meminfo'] ?? '', /^MemTotal: 1 kB\n$/);
    assert.match(files['root/proc/self/mountinfo'] ?? '', /^36 35 98:0 \/ \/mnt\/w\d+ rw - cifs \/\/w\d+\/w\d+ rw\n$/);
  });
});
