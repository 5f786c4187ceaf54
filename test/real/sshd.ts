// A real sshd on loopback or on a node of a fleet, with keys of its own, and the ssh_config that reaches it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { end, freePort } from '../process.ts';
import { readText, until } from '../world.ts';
import type { Node } from './nodes.ts';
import { installPackages } from './packages.ts';

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  /** An ssh_config in which the server is called `source`, or has the name of its node. */
  readonly config: string;
  readonly log: () => string;
  /** Writes another ssh_config, with lines before the usual ones. */
  readonly configWith: (name: string, ...lines: readonly string[]) => string;
}

interface Place {
  /** Name of the server in the ssh_config. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The words before a command that runs there. */
  readonly prefix: readonly string[];
}

export const startSshd = async (t: TestContext, ...options: readonly string[]): Promise<Sshd> =>
  startSshdAt(t, { name: 'source', address: '127.0.0.1', port: await freePort(), prefix: [] }, options);

/** Each node keeps what its reports need: root's folders are those of all nodes. */
export const startSshdOn = (t: TestContext, node: Node): Promise<Sshd> =>
  startSshdAt(t, { ...node, port: 2222 }, [`SetEnv XDG_CACHE_HOME=${node.folder}/cache`]);

async function startSshdAt(
  t: TestContext,
  { name, address, port, prefix }: Place,
  options: readonly string[],
): Promise<Sshd> {
  installPackages('openssh-server', 'openssh-client');
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-sshd-'));
  mkdirSync('/run/sshd', { recursive: true });
  for (const key of ['host', 'user', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  writeFileSync(join(folder, 'authorized'), readText(join(folder, 'user.pub')), { mode: 0o600 });
  const [type, key] = readText(join(folder, 'host.pub')).split(' ');
  writeFileSync(join(folder, 'known_hosts'), `[${address}]:${port} ${type} ${key}\n`);
  const server = [
    `ListenAddress ${address}:${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'PidFile none',
    'Subsystem sftp /usr/lib/openssh/sftp-server',
    ...options,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${server.join('\n')}\n`);
  const logFile = join(folder, 'log');
  const argv = [...prefix, '/usr/sbin/sshd', '-D', '-f', join(folder, 'sshd_config'), '-E', logFile];
  const sshd = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
  t.after(async () => {
    await end(sshd);
    rmSync(folder, { recursive: true, force: true });
  });
  await until(() => existsSync(logFile) && readText(logFile).includes('Server listening on'));
  const configWith = (file: string, ...lines: readonly string[]): string => {
    const path = join(folder, file);
    const usual = [
      `HostName ${address}`,
      `Port ${port}`,
      'User root',
      `IdentityFile ${folder}/user`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${folder}/known_hosts`,
      'GlobalKnownHostsFile /dev/null',
    ];
    // Of some keywords ssh uses every line, not the first: a given keyword replaces the usual line.
    const given = new Set(lines.map((line) => line.split(' ')[0]));
    const all = [...lines, ...usual.filter((line) => !given.has(line.split(' ')[0]))];
    writeFileSync(path, `Host ${name}\n${all.map((line) => `  ${line}\n`).join('')}`);
    return path;
  };
  return {
    folder,
    port,
    pid: sshd.pid ?? 0,
    config: configWith('ssh_config'),
    log: () => readText(logFile),
    configWith,
  };
}
