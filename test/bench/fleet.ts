// npm run bench:fleet: what `monitor` costs beside the nodes themselves (real ssh and sshd, each node answers after a second), beside
// asking them one by one, and beside parallel-ssh and ansible, which collect the same. It exits 1 where a budget is exceeded. It installs
// openssh-server, pssh and ansible-core where they are missing: run it as root.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare, type Contestant, inTurns, must, peakOf } from './measure.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { installPackages } from '../real/packages.ts';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 7;
/** Beyond the slowest of three nodes, in bare starts; of the time one by one; beyond ten nodes; beside the others. */
const budgets = { beyondSlowest: 6, ofOneByOne: 0.1, moreMiB: 40, besideOthers: 1 };
const [few, some, many] = [3, 10, 200] as const;

installPackages('openssh-server', 'openssh-client', 'pssh', 'ansible-core');
must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
try {
  const config = makeSite();
  const env = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ANSIBLE_LOCALHOST_WARNING: 'false' };
  const monitor = (count: number): Contestant => {
    const argv = [
      process.execPath,
      join(root, 'dist', 'monitor.cjs'),
      'alerts',
      '--json',
      '--env',
      `of${count}`,
      '--config',
      config,
    ];
    must(argv, env);
    return { name: `monitor, ${count} nodes`, argv, env };
  };
  const ssh = ['-F', join(folder, 'ssh_config')];
  const command = 'sudo -n ops-monitor node-report --json';
  const one: Contestant = { name: 'one node by ssh', argv: ['ssh', ...ssh, 'node1', command], env };
  const others: Contestant[] = [
    {
      name: `parallel-ssh, ${some} nodes`,
      argv: [
        'parallel-ssh',
        '-h',
        join(folder, 'hosts'),
        '-p',
        '50',
        '-o',
        join(folder, 'pssh'),
        '-x',
        ssh.join(' '),
        command,
      ],
      env,
    },
    {
      name: `ansible, ${some} nodes`,
      argv: [
        'ansible',
        'all',
        '-i',
        join(folder, 'hosts'),
        '-f',
        '50',
        '--ssh-common-args',
        ssh.join(' '),
        '-m',
        'raw',
        '-a',
        command,
      ],
      env,
    },
  ];
  const contestants = [bare, one, monitor(few), monitor(some), ...others];
  const times = inTurns(contestants, rounds);
  const [least, single, three, ten, ...rest] = times;
  if (!least || !single || !three || !ten) throw new Error('nothing was measured');
  const [largest] = inTurns([monitor(many)], 3);
  if (!largest) throw new Error('nothing was measured');
  console.log(
    `Node ${process.version}, the middle half of ${rounds} rounds in alternation; each node answers after a second.\n`,
  );
  for (const { name, wallMs } of [...times, largest])
    console.log(`${name.padEnd(24)} ${wallMs.toFixed(0).padStart(7)} ms`);
  console.log();
  const budget = (name: string, value: number, most: number): void => {
    const isOver = value > most;
    if (isOver) process.exitCode = 1;
    console.log(`${name.padEnd(60)} ${value.toFixed(2).padStart(7)}   budget ${most}${isOver ? ', exceeded' : ''}`);
  };
  budget(
    'three nodes beyond the slowest one, in bare starts',
    (three.wallMs - slowestMs(monitor(few))) / least.wallMs,
    budgets.beyondSlowest,
  );
  budget(`${many} nodes, of the time one by one`, largest.wallMs / (single.wallMs * many), budgets.ofOneByOne);
  budget(
    `MiB that ${many} nodes take more than ${some}`,
    peakOf(monitor(many), folder) - peakOf(monitor(some), folder),
    budgets.moreMiB,
  );
  for (const { name, wallMs } of rest) budget(`monitor beside ${name}`, ten.wallMs / wallMs, budgets.besideOthers);
} finally {
  rmSync(folder, { recursive: true });
}

/** The configuration. All nodes are this machine, by an sshd that ssh itself starts. */
function makeSite(): string {
  mkdirSync('/run/sshd', { recursive: true });
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const report = spawnSync(process.execPath, [join(root, 'dist', 'ops-monitor-node.cjs'), '--json'], {
    encoding: 'utf8',
    env: { HOME: folder },
  });
  writeFileSync(join(folder, 'report.json'), report.stdout);
  const programs = { 'ops-monitor': `sleep 1; exec cat ${folder}/report.json`, sudo: 'shift; exec "$@"' };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  writeFileSync(join(folder, 'authorized'), readText(join(folder, 'user.pub')), { mode: 0o600 });
  writeFileSync(join(folder, 'known_hosts'), `node ${readText(join(folder, 'host.pub'))}`);
  write('sshd_config', [
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'PidFile none',
    'PrintMotd no',
    // A shell that sshd starts reads the user's .bashrc, which is not what is measured.
    `SetEnv PATH=${bin}:/usr/bin:/bin HOME=${folder}`,
  ]);
  write('ssh_config', [
    'Host node*',
    `ProxyCommand /usr/sbin/sshd -i -f ${folder}/sshd_config -E ${folder}/log`,
    'User root',
    `IdentityFile ${folder}/user`,
    'IdentitiesOnly yes',
    'HostKeyAlias node',
    `UserKnownHostsFile ${folder}/known_hosts`,
    'GlobalKnownHostsFile /dev/null',
  ]);
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `node${index + 1}`);
  write('hosts', names(some));
  const environments = Object.fromEntries(
    [few, some, many].map((count) => [
      `of${count}`,
      { nodes: Object.fromEntries(names(count).map((name) => [name, {}])) },
    ]),
  );
  const config = join(folder, 'fleet.yaml');
  writeFileSync(config, JSON.stringify({ fleet: { 'ssh-config': join(folder, 'ssh_config'), environments } }));
  return config;
}

function write(name: string, lines: readonly string[]): void {
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
}

/** The median over some runs of the time that the slowest node took, as the reading says. */
function slowestMs({ argv: [file = '', ...argv], env }: Contestant): number {
  const view = argv.indexOf('alerts');
  const all = Array.from({ length: 5 }, () => {
    const { stdout } = spawnSync(file, argv.with(view, 'cluster'), {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    const found = [...stdout.matchAll(/"collection_ms": (\d+)/g)].map(([, ms]) => Number(ms));
    if (found.length < few) throw new Error(`no times of nodes in: ${stdout.slice(0, 500)}`);
    return Math.max(...found);
  });
  return all.toSorted((a, b) => a - b)[2] ?? 0;
}
