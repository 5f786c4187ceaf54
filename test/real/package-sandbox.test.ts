// What collect-snapshot reads in the sandbox of its unit, as a user without rights, beside what root reads by hand: the same values,
// or that they cannot be read.
import assert from 'node:assert/strict';
import test, { before, describe } from 'node:test';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { installPackages } from './packages.ts';
import { bootMachine, buildPackage, built, config, fileIn, state } from './package-site.ts';
import { dataOf, itemOf } from './stages.ts';

const plugins = '/usr/lib/nagios/plugins';
const watched = `filesystems: { root: /, home: /home, readonly: /srv/readonly, data: /home/alice/data, temporary: /tmp, closed: /srv/closed/disk }
git: { alice: /home/alice/checkout, root: /srv/checkout, own: /srv/own }
streams:
  open: { source: { root: /home/alice/stream } }
  closed: { source: { root: /srv/closed } }
services: [relay.service, nothing.service]
plugins:
  processes: [${plugins}/check_procs, -w, '1:99999', -C, sleep]
  of-a-user: [${plugins}/check_procs, -w, '1:99999', -u, alice]
  disk: [${plugins}/check_disk, -w, 0%, -c, 0%, -p, /home/alice/data]
  swap: [${plugins}/check_swap, -w, 1%, -c, 0%, -n, ok]
`;

/** What moves between two readings. */
const moving =
  /^(ms|collected_at|ran_at|uptime_seconds|load_\d+|memory_(available_bytes|used_percent)|recent_oom_kills)$/;
/** Others write to the root and to /tmp, too. */
const movingOnShared = /^(used_bytes|available_bytes|used_percent|inodes_used|inodes_used_percent)$/;

/** A section without the items that only root may read, and without what moves. */
function settled({ sections }: Snapshot, name: string): unknown {
  const text = JSON.stringify(sections[name], function (this: Record<string, unknown>, key, value: unknown) {
    const isShared = this['mount_point'] === '/' || this['mount_point'] === '/tmp';
    return key === 'closed' || moving.test(key) || (isShared && movingOnShared.test(key)) ? undefined : value;
  });
  return JSON.parse(text) as unknown;
}

describe('the sandbox of collect-snapshot', () => {
  before(() => {
    installPackages('git', 'monitoring-plugins-basic', 'procps');
    buildPackage();
  });

  test('every section says what root reads outside of it, and what is closed to the service is told as not readable', async (t) => {
    const machine = await bootMachine(t);
    const { script } = machine;
    script(`useradd --create-home alice; chmod 755 /home/alice
      mkdir -p /srv/readonly /home/alice/data /home/alice/stream /srv/closed/disk
      mount -t tmpfs -o size=1m tmpfs /srv/readonly; echo some > /srv/readonly/file; mount -o remount,ro /srv/readonly
      mount -t tmpfs -o size=3m tmpfs /home/alice/data; dd if=/dev/zero of=/home/alice/data/file bs=1k count=500 2> /dev/null
      touch /home/alice/stream/a.dat /srv/closed/b.dat; chown -R alice /home/alice; chmod 700 /srv/closed
      for i in 1 2 3; do systemd-run --quiet --uid=alice sleep 1000; done; systemd-run --quiet --unit=relay sleep 999`);
    assert.equal(machine.install(fileIn(built, '.deb')).status, 0);
    script(`systemctl stop 'ops-monitor-*.timer'
      commit='-c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one'
      runuser -u alice -- git init -q -b main /home/alice/checkout; runuser -u alice -- git -C /home/alice/checkout $commit
      touch /home/alice/checkout/untracked
      git init -q -b main /srv/checkout; git -C /srv/checkout $commit
      install -d -o ops-monitor /srv/own; runuser -u ops-monitor -- git init -q -b main /srv/own; runuser -u ops-monitor -- git -C /srv/own $commit`);
    await machine.settle();
    machine.write(config, `${machine.read(config)}${watched}`);
    machine.write('/srv/root.yaml', `files: { state: /srv/of-root }\n${watched}`);
    script('ops-monitor check-config');

    script('systemctl start ops-monitor@collect-snapshot; ops-monitor collect-snapshot --config /srv/root.yaml');
    const [inside, outside] = [`${state}/raw/latest.json`, '/srv/of-root/raw/latest.json'].map(
      (path) => JSON.parse(machine.read(path)) as Snapshot,
    );
    assert.ok(inside && outside);
    const names = Object.keys(outside.sections).filter((name) => outside.sections[name]?.status === 'ok');
    assert.ok(names.length >= 8, names.join());
    assert.deepEqual(Object.keys(inside.sections), Object.keys(outside.sections));

    const closed = {
      filesystems: itemOf(inside, 'filesystems', 'closed'),
      streams: itemOf(inside, 'streams', 'closed'),
    };
    for (const [section, item] of Object.entries(closed)) {
      assert.ok(item.status === 'failed', `${section}: ${JSON.stringify(item)}`);
      assert.match(item.reason, /\/srv\/closed.*permission/i);
      assert.equal(itemOf(outside, section, 'closed').status, 'ok', 'root may look');
    }
    for (const name of names) assert.deepEqual(settled(inside, name), settled(outside, name), name);
    assert.equal(dataOf(inside, 'filesystems', 'readonly')['read_only'], true);
    assert.equal(dataOf(inside, 'filesystems', 'home')['read_only'], false, 'read-only for the unit alone');
    assert.match(String(dataOf(inside, 'plugins', 'of-a-user')['message']), /OK: 3 processes/);
  });
});
