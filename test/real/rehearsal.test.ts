// run-rehearsal with a real sshd, promtool, a full disk, and its unit under a real systemd.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { RehearsalSummary } from '../../lib/rehearsal/files.ts';
import { processesOf, root } from '../process.ts';
import { makeSite, sh } from '../rehearsal/site.ts';
import { readText, until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { fill, mountTmpfs } from './disks.ts';
import { promtoolOf } from './packages.ts';
import { startSshd } from './sshd.ts';

describe('run-rehearsal, with real components', () => {
  test('the probe of a remote agent runs over ssh: its exit code, its words, its end at the time limit', async (t) => {
    const sshd = await startSshd(t);
    const agent = join(sshd.folder, 'agent');
    writeFileSync(agent, '#!/bin/sh\nsleep 600\n', { mode: 0o755 });
    const ssh = (...command: string[]) => ({ ssh: { host: 'source', command } });
    const site = makeSite(
      t,
      {
        connectors: {
          good: ssh('test', '-d', sshd.folder),
          bad: ssh('sh', '-c', 'printf "agent\\033[2Jis dead\\nmore" >&2; exit 3'),
          silent: ssh('false'),
          missing: ssh('/nowhere/agentctl'),
          hanging: { ...ssh(agent), timeout: '3s' },
          noisy: { ...ssh('sh', '-c', 'head -c 20000000 /dev/zero | tr "\\0" x'), timeout: '20s' },
        },
      },
      { hosts: { source: { ssh: 'source', 'ssh-config': sshd.config } } },
    );
    const { status, stderr } = await site.run();
    assert.equal(status, 0, stderr);
    const of = (name: string): string => {
      const found = site.summary().health?.connectors.find((one) => one.name === name);
      return `${found?.kind} ${found?.outcome}: ${found?.reason ?? ''}`;
    };
    assert.equal(of('good'), 'ssh pass: ');
    assert.equal(of('bad'), 'ssh fail: its command: exit code 3: agent [2Jis dead');
    assert.equal(of('silent'), 'ssh fail: its command: exit code 1');
    assert.match(of('missing'), /^ssh fail: \/nowhere\/agentctl is not installed on source/);
    assert.equal(of('hanging'), 'ssh fail: no answer within 3s');
    assert.match(of('noisy'), /^ssh fail: .* printed more than \d+ bytes$/);
    const connections = sshd
      .log()
      .split('\n')
      .filter((line) => line.includes('Accepted publickey')).length;
    assert.equal(connections, 1);
    await until(() => processesOf(agent).length === 0);
  });

  test('promtool accepts the textfile of a rehearsal that passes, and of one that fails in every part', async (t) => {
    const promtool = promtoolOf(t);
    for (const code of [0, 1]) {
      const command = sh(`date -u +%s; exit ${code}`);
      const site = makeSite(t, {
        connectors: { 'a.b:c@d': { command } },
        'smoke-test': { command },
        credentials: { key: { command, 'max-age': '1d' } },
        doctrine: { command },
        drill: { start: new Date(Date.now() - 7_200_000).toISOString() },
      });
      assert.equal((await site.run('--exit-code')).status, code);
      const text = site.textfile();
      assert.deepEqual(promtool(['check', 'metrics'], text), { status: 0, said: '' });
      assert.ok((text.match(/^# TYPE /gm) ?? []).length >= 15, text);
    }
  });

  test('a disk that is full keeps the old archive; with room again the archive is replaced', async (t) => {
    const disk = mountTmpfs(t, 'size=1m,mode=777');
    const archive = join(disk, 'logs', 'stage_b.tgz');
    const site = makeSite(t, { 'smoke-test': { command: sh('head -c 60000 /dev/urandom | base64') }, archive });
    assert.equal((await site.run('--pipeline')).status, 0);
    const before = readFileSync(archive);
    fill(disk);
    const { status, stderr } = await site.run('--pipeline');
    assert.equal(status, 1, stderr);
    assert.match(stderr, /the results are complete, but \S+stage_b\.tgz was not replaced: tar: .*\(.*No space left/i);
    assert.ok(before.equals(readFileSync(archive)));
    assert.deepEqual(readdirSync(join(disk, 'logs')), ['stage_b.tgz']);
    execFileSync('sh', ['-c', `rm ${disk}/ballast ${disk}/rest`]);
    assert.equal((await site.run('--pipeline')).status, 0);
    assert.ok(readFileSync(archive).length > before.length);
  });

  test('a disk that is full leaves the last complete run, and the next run ends well', async (t) => {
    const disk = mountTmpfs(t, 'size=2m,mode=777');
    const site = makeSite(t, { 'smoke-test': { command: sh('head -c 60000 /dev/urandom | base64') } });
    const moved = makeSite(t, {});
    const state = join(disk, 'state');
    const config = { files: { state }, rehearsal: { 'smoke-test': { command: sh('seq 20000') } } };
    writeFileSync(moved.config, JSON.stringify(config));
    mkdirSync(state);
    assert.equal((await site.run()).status, 0);
    assert.equal((await moved.run()).status, 0);
    const summary = join(state, 'monitoring', 'stage_b', 'latest', 'rehearsal_summary.json');
    const before = readText(summary);
    fill(disk);
    const { status, stderr } = await moved.run();
    assert.equal(status, 1);
    assert.match(stderr, /ENOSPC|no space left/i);
    assert.equal(readText(summary), before);
    execFileSync('sh', ['-c', `rm ${disk}/ballast ${disk}/rest`]);
    assert.equal((await moved.run()).status, 0);
    assert.notEqual(readText(summary), before);
    const names = readdirSync(join(state, 'monitoring', 'stage_b'));
    assert.deepEqual(
      names.filter((name) => name.endsWith('.unfinished')),
      [],
    );
  });

  test('its unit runs in its sandbox, with a credential; one that cannot start leaves a record', async (t) => {
    const unit = 'ops-monitor-rehearsal.service';
    const names = [unit, 'ops-monitor-rehearsal.timer', 'ops-monitor-failed@.service'];
    const units = Object.fromEntries(names.map((name) => [name, readText(join(root, 'systemd', name))]));
    const { must, run, write, read } = await bootSystemd(t, units, []);
    must('useradd', '--system', '--home-dir', '/var/lib/ops-monitor', 'ops-monitor');
    must('mkdir', '-p', '/etc/ops-monitor', '/etc/credstore', `/run/systemd/system/${unit}.d`);
    write('/etc/credstore/ops-monitor.token', 's3cr3t');
    must('chmod', '600', '/etc/credstore/ops-monitor.token');
    write(
      `/run/systemd/system/${unit}.d/token.conf`,
      '[Service]\nLoadCredential=SITE_TOKEN:/etc/credstore/ops-monitor.token\n',
    );
    const rehearsal = {
      connectors: {
        vault: { command: sh('echo "$TOKEN"; test "$TOKEN" = s3cr3t'), env: { TOKEN: '$SITE_TOKEN' } },
        closed: { tcp: '127.0.0.1:1', required: false },
      },
      'smoke-test': { command: sh('echo "[1]"; setsid sleep 300 &') },
      credentials: { key: { file: '/etc/machine-id', 'max-age': '1d' } },
      doctrine: { command: ['true'] },
    };
    write('/etc/ops-monitor/config.yaml', JSON.stringify({ rehearsal }));
    must('systemctl', 'daemon-reload');
    assert.equal(run('systemctl', 'is-enabled', 'ops-monitor-rehearsal.timer').stdout.trim(), 'disabled');
    must('systemctl', 'start', unit);
    const stage = '/var/lib/ops-monitor/monitoring/stage_b';
    const summary = JSON.parse(read(`${stage}/latest/rehearsal_summary.json`)) as RehearsalSummary;
    assert.equal(summary.verdict, 'pass', summary.reason);
    assert.match(summary.health?.connectors[1]?.reason ?? '', /the connection is refused/);
    assert.equal(read(`${stage}/latest/connector-vault.log`), '…\n');
    assert.equal(must('find', stage, '!', '-user', 'ops-monitor').trim(), '');
    assert.equal(run('grep', '-r', 's3cr3t', '/var/lib/ops-monitor').stdout, '');
    const record = () => JSON.parse(read('/var/lib/ops-monitor/stages/run-rehearsal.json')) as { outcome: string };
    assert.equal(record().outcome, 'ok');
    must('systemctl', 'start', 'ops-monitor-rehearsal.timer');
    assert.match(must('systemctl', 'show', '-P', 'NextElapseUSecRealtime', 'ops-monitor-rehearsal.timer'), /:07:00/);

    write(`/run/systemd/system/${unit}.d/broken.conf`, '[Service]\nExecStart=\nExecStart=/bin/false\n');
    must('systemctl', 'daemon-reload');
    assert.notEqual(run('systemctl', 'start', unit).status, 0);
    await until(() => record().outcome === 'failed');
  });
});
