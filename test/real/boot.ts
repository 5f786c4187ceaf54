// A real systemd as PID 1 of its own namespaces, on an overlay of this machine's root or of another tree: its changes do not
// reach what lies below, its network is a loopback only, and it ends with the test.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { descendantsOf, procFiles, root } from '../process.ts';
import { readText, until } from '../world.ts';
import { installPackages } from './packages.ts';

export interface Booted {
  /** Runs a command in there, as root; `must` fails unless it succeeds, and returns its output. */
  readonly run: (...argv: string[]) => { status: number | null; stdout: string; stderr: string };
  readonly must: (...argv: string[]) => string;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string;
  /** Ends every process at once, as when the power fails; `boot` starts the machine again from its disk. The
   * boot id stays that of the kernel. */
  readonly powerOff: () => Promise<void>;
  readonly boot: () => Promise<void>;
}

/** Unit files by name; those in `enabled` are wanted by their target from the boot on. `tree` is the root that it boots. */
export async function bootSystemd(
  t: TestContext,
  units: Readonly<Record<string, string>>,
  enabled: readonly string[],
  tree = '/',
): Promise<Booted> {
  installPackages('systemd', 'dbus', 'iproute2', 'util-linux');
  const name = `ops-monitor-test-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-boot-'));
  const [unitFolder, disk] = [join(folder, 'units'), join(folder, 'disk')];
  for (const path of [unitFolder, disk]) mkdirSync(path);
  for (const [file, text] of Object.entries(units)) writeFileSync(join(unitFolder, file), text);
  // Mounted outside of the machine, so that what it writes outlives a boot.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', disk]);
  let [child, pid, folders]: [ChildProcess | undefined, number, string[]] = [undefined, 0, []];

  const run: Booted['run'] = (...argv) => {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', String(pid), '-a', ...argv], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { status, stdout, stderr };
  };

  const boot = async (): Promise<void> => {
    const cgroups = makeCgroups(name);
    folders = cgroups.folders;
    writeFileSync(join(folder, 'init'), initScript(name, folder, tree, enabled, cgroups.mounts));
    // In its cgroups before its namespaces are made: otherwise systemd would take the machine's root cgroup for its own.
    const enter = folders.map((path) => `echo $$ > ${path}/cgroup.procs`).join('; ');
    const unshare = 'unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup --propagation private';
    const started = spawn('bash', ['-c', `${enter}; exec ${unshare} bash ${folder}/init`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    child = started;
    let complaints = '';
    started.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
    await until(() => {
      assert.equal(started.exitCode, null, `the boot ended: ${complaints}`);
      pid ||= systemdBelow(started.pid ?? 0);
      return pid > 0 && /^(running|degraded)/.test(run('systemctl', 'is-system-running').stdout);
    });
  };

  const powerOff = async (): Promise<void> => {
    // The first process of its pid namespace: with it, the kernel ends all others in there.
    if (pid > 0) process.kill(pid, 'SIGKILL');
    else child?.kill('SIGKILL');
    pid = 0;
    if (child?.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child?.once('exit', resolve));
    for (const path of folders) removeCgroup(path);
  };

  t.after(async () => {
    await powerOff();
    execFileSync('umount', ['-l', disk]);
    rmSync(folder, { recursive: true });
  });
  await boot();
  return {
    run,
    boot,
    powerOff,
    must: (...argv) => {
      const { status, stdout, stderr } = run(...argv);
      const log = status === 0 ? '' : run('journalctl', '-n', '40', '-o', 'cat').stdout;
      assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}${log}`);
      return stdout;
    },
    write: (path, text) => {
      const argv = ['-t', String(pid), '-a', 'sh', '-c', `cat > ${path}`];
      assert.equal(spawnSync('nsenter', argv, { input: text }).status, 0, path);
    },
    read: (path) => run('cat', path).stdout,
  };
}

/** A cgroup for this test in every hierarchy, and the commands that mount each of them inside. */
function makeCgroups(name: string): { folders: string[]; mounts: string[] } {
  const found = readText('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap((fields) => {
      const dash = fields.indexOf('-');
      const [path = '', type = '', options = ''] = [fields[4], fields[dash + 1], fields[dash + 3]];
      return type === 'cgroup' || type === 'cgroup2' ? [{ path, type, options }] : [];
    });
  assert.ok(found.length > 0, 'no cgroups are mounted here');
  // Of the old hierarchies only what systemd uses; a controller that is nowhere in use may refuse a new process.
  const used = found.filter(
    ({ type, path }) => type === 'cgroup2' || /\/(systemd|memory|pids|cpu|devices)$/.test(path),
  );
  const folders = used.map(({ path }) => join(path, name));
  for (const path of folders) mkdirSync(path, { recursive: true });
  const mounts = used.map(({ path, type, options }) => {
    const inside = path.replace('/sys/fs/cgroup', '') || '/';
    const own = options
      .split(',')
      .filter((word) => !['rw', 'ro'].includes(word))
      .join(',');
    return type === 'cgroup2'
      ? `mkdir -p sys/fs/cgroup${inside}; mount -t cgroup2 cgroup2 sys/fs/cgroup${inside}`
      : `mkdir -p sys/fs/cgroup${inside}; mount -t cgroup -o ${own.startsWith('name=') ? `none,${own}` : own} cgroup sys/fs/cgroup${inside}`;
  });
  return {
    folders,
    mounts: found.length === 1 ? mounts : ['mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup', ...mounts],
  };
}

function removeCgroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  try {
    rmdirSync(path);
  } catch {
    // its last process is still being taken down; an empty cgroup harms nobody
  }
}

/** The script that becomes PID 1: it makes its own root, changes into it, and executes systemd. */
function initScript(
  name: string,
  folder: string,
  tree: string,
  enabled: readonly string[],
  cgroupMounts: readonly string[],
): string {
  const wants = enabled.map((unit) => {
    const target = unit.endsWith('.timer') ? 'timers' : 'multi-user';
    return `mkdir -p etc/systemd/system/${target}.target.wants; ln -sf ../${unit} etc/systemd/system/${target}.target.wants/${unit}`;
  });
  return `set -e
cd ${folder}/disk
first=; [ -d changes ] || first=yes
mkdir -p changes work root
mount -t overlay -o lowerdir=${tree},upperdir=changes,workdir=work overlay root
cd root
if [ $first ]; then
  # What the machine itself would start is not wanted here.
  rm -rf etc/systemd/system/*.wants etc/rc?.d etc/init.d etc/machine-id var/log/journal; : > etc/fstab
  for wanted in lib/systemd/system/timers.target.wants/* lib/systemd/system/multi-user.target.wants/* lib/systemd/system/sockets.target.wants/*; do
    unit=\${wanted##*/}
    case $unit in systemd-journald*|dbus*) ;; *.service|*.timer|*.socket) ln -sf /dev/null etc/systemd/system/$unit;; esac
  done
  tr -d - < /proc/sys/kernel/random/uuid > etc/machine-id
  cp -a ${folder}/units/. etc/systemd/system/
  ${wants.join('\n')}
fi
mount -t proc -o nosuid,nodev,noexec proc proc
mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
${cgroupMounts.join('\n')}
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for device in null zero full random urandom tty autofs; do : > dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/pts dev/shm; mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts; ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm; ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run; mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp
hostname ${name}; ip link set lo up
# This checkout, wherever it lies: a sandbox hides homes and temporary folders.
mkdir -p opt/ops-monitor; mount --bind ${root} opt/ops-monitor
mkdir run/before; pivot_root . run/before; umount -l run/before; rmdir run/before
# Credentials and private mounts of services come about only where mounts are shared.
mount --make-rshared /
exec env -i container=ops-monitor-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target --show-status=false
`;
}

function systemdBelow(parent: number): number {
  const below = descendantsOf(parent);
  return procFiles('stat').find(({ pid, text }) => below.includes(pid) && text.includes('(systemd)'))?.pid ?? 0;
}
