// Bombs of every kind at once, through the whole cycle and the thermal beat, under a memory limit that the kernel imposes: both
// end in time, each bomb is a failed reading with its reason, and every other reading is there.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { checkouts, gates, stores, urls } from './bomb-site.ts';
import { installPackages } from './packages.ts';
import { levelsIn } from './stages.ts';

const node = '/opt/ops-monitor/node_modules/.bin/node';
const sound = { temperature: 310, critical_warning: 0 };

describe('bombs', () => {
  test('bombs through the whole cycle and the beat under an imposed limit: both end in time, and the rest is read', async (t) => {
    installPackages('git');
    const machine = await bootSystemd(t, {}, []);
    const { must, write } = machine;
    must('mkdir', '-p', '/srv/site', '/run/ops-monitor-nvme');
    // A million inodes are more than a temporary filesystem has by default.
    must('mount', '-t', 'tmpfs', '-o', 'nr_inodes=3m,size=4g,mode=777', 'tmpfs', '/srv/site');
    const maker = `${node} --import tsx test/real/bomb-site.ts /srv/site`;
    const as = '-p User=nobody -p WorkingDirectory=/opt/ops-monitor -p Environment=HOME=/srv/site';
    must(...`systemd-run --quiet --unit=bombs ${as} ${maker}`.split(' '));
    write('/usr/local/bin/sensors', '#!/bin/sh\nexec yes "[["\n');
    write('/usr/local/bin/nvme', '#!/bin/sh\nhead -c 1000000000 /dev/zero | tr "\\0" "["\n');
    must('chmod', '755', '/usr/local/bin/sensors', '/usr/local/bin/nvme');
    write('/run/ops-monitor-nvme/nvme1.json', JSON.stringify(sound));
    must('truncate', '--size=1G', '/run/ops-monitor-nvme/nvme2.json');
    must('mkfifo', '/run/ops-monitor-nvme/nvme3.json');
    must('ln', '-s', '/dev/zero', '/run/ops-monitor-nvme/nvme4.json');
    await until(() => machine.run('test', '-e', '/srv/site/ready').status === 0);

    /** In a cgroup of its own; the status of the program is that of the call. */
    const limited = (megabytes: number, ...argv: string[]) => {
      const limits = [
        `MemoryMax=${megabytes}M`,
        'MemorySwapMax=0',
        'TasksMax=128',
        'User=nobody',
        'Environment=HOME=/srv/site/home',
      ];
      const properties = limits.flatMap((limit) => ['-p', limit]);
      const began = performance.now();
      const ended = machine.run('systemd-run', '--quiet', '--wait', '--pipe', '--collect', ...properties, ...argv);
      return { ...ended, seconds: (performance.now() - began) / 1000 };
    };
    const run = (bundle: string, megabytes: number, config: string) =>
      limited(megabytes, node, `/opt/ops-monitor/dist/${bundle}.cjs`, '--config', `/srv/site/${config}`);

    const greedy = limited(512, node, '-e', 'Buffer.alloc(1e9, 1)');
    assert.notEqual(greedy.status, 0, 'the limit is not imposed');

    for (const config of ['config.yaml', 'second.yaml']) {
      const { status, stderr, seconds } = run('run-cycle', 512, config);
      assert.equal(status, 0, stderr);
      assert.ok(seconds < 90, `the cycle took ${seconds} s`);
      t.diagnostic(`${config}: the cycle took ${seconds.toFixed(1)} s`);
    }
    const state = '/srv/site/state';
    const { sections } = JSON.parse(machine.read(`${state}/raw/latest.json`)) as Snapshot;
    type Items = Record<string, { status: string; reason?: string; data?: Record<string, unknown> }>;
    const itemsOf = (name: string): Items => {
      const section = sections[name];
      assert.equal(section?.status, 'ok', `${name}: ${JSON.stringify(section)}`);
      return (section as { data: Items }).data;
    };
    let count = 0;
    for (const [section, bombs] of Object.entries({ gates, streams: stores, checkouts }))
      for (const [name, { says }] of Object.entries(bombs)) {
        const found = itemsOf(section)[name];
        assert.equal(found?.status, 'failed', `${section}.${name}: ${JSON.stringify(found)}`);
        assert.match(found?.reason ?? '', says, `${section}.${name}`);
        assert.ok((found?.reason ?? '').length < 500, name);
        count += 1;
      }
    assert.ok(count >= 20, `only ${count} bombs`);
    const read = (section: string, name: string): Record<string, unknown> => {
      const found = itemsOf(section)[name];
      assert.equal(found?.status, 'ok', `${section}.${name}: ${JSON.stringify(found)}`);
      return found?.data ?? {};
    };
    for (const [name, { answered }] of Object.entries(urls))
      assert.equal(read('endpoints', name)['answered'], answered, name);
    const workspace = sections['workspace'] as { status: string; data: { reached: boolean; usage_problem?: string } };
    assert.equal(workspace.data.reached, true);
    assert.match(workspace.data.usage_problem ?? '', /printed more than 8388608 bytes/);
    const second = (JSON.parse(machine.read('/srv/site/state-2/raw/latest.json')) as Snapshot).sections;
    assert.match(JSON.stringify(second['workspace']), /usage_problem":"[^"]*not a regular file/);
    assert.match(JSON.stringify(second['power']), /voltage_problem":"[^"]*not a regular file/);

    // What is no bomb, and a million files, are read as ever.
    assert.equal(read('gates', 'sound')['verdict'], 'pass');
    assert.equal(read('endpoints', 'sound')['status'], 200);
    assert.equal(read('checkouts', 'sound-checkout')['branch'], 'main');
    for (const name of ['few', 'plain-store', 'million']) assert.ok(read('streams', name)['newest_at'], name);
    assert.equal(read('mirrors', 'million.copy')['missing_files'], 1_000_000);
    for (const name of ['host', 'filesystems']) assert.equal(sections[name]?.status, 'ok', name);
    const levels = levelsIn(machine.read(`${state}/health/latest_health.json`));
    assert.equal(levels['filesystem-readonly:root'], 'green');
    assert.equal(levels['stream-age:few'], 'green');
    for (const name of Object.keys(gates)) assert.equal(levels[`gate-verdict:${name}`], 'unknown', name);
    assert.ok(machine.read(`${state}/health/latest_report.md`).length < 200_000);

    // The beat, and the unit that asks the disks, each under the limit of its own unit.
    const disks = limited(
      64,
      '/bin/sh',
      '-c',
      'mkdir -p /srv/site/disks/dev && touch /srv/site/disks/dev/nvme0 && exec /opt/ops-monitor/systemd/nvme-smart-log.sh /srv/site/disks /srv/site/disks/dev',
    );
    assert.equal(disks.status, 0, disks.stderr);
    assert.ok(
      Number(must('du', '-sk', '/srv/site/disks').split('\t')[0]) < 4096,
      'an answer fills the memory of the machine',
    );
    const beat = run('thermal-heartbeat', 192, 'config.yaml');
    assert.equal(beat.status, 0, beat.stderr);
    assert.ok(beat.seconds < 30, `the beat took ${beat.seconds} s`);
    t.diagnostic(`the beat took ${beat.seconds.toFixed(1)} s`);
    const prom = machine.read('/srv/site/textfiles/thermal.prom');
    assert.match(prom, /nvme1.* 36\.85/, prom);
    assert.match(prom, /source_success\{source="sensors"\} 0/);
    for (const disk of [2, 3, 4]) assert.match(prom, new RegExp(`nvme${disk}.*unreadable`), prom);
  });
});
