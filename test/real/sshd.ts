// A real sshd on loopback, with keys of its own, and the ssh_config that reaches it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '../process.ts';
import { readText, until } from '../world.ts';
import { installPackages } from './packages.ts';

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isUp = await new Promise<boolean>((resolve) =>
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
  );
  socket.destroy();
  return isUp;
}

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  /** An ssh_config in which the server is called `source`. */
  readonly config: string;
  readonly log: () => string;
  /** Writes another ssh_config, with lines before the usual ones. */
  readonly configWith: (name: string, ...lines: readonly string[]) => string;
}

export async function startSshd(t: TestContext, ...options: readonly string[]): Promise<Sshd> {
  installPackages('openssh-server', 'openssh-client');
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-sshd-'));
  mkdirSync('/run/sshd', { recursive: true });
  for (const key of ['host', 'user', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  writeFileSync(join(folder, 'authorized'), readText(join(folder, 'user.pub')), { mode: 0o600 });
  const port = await freePort();
  const [type, key] = readText(join(folder, 'host.pub')).split(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);
  const server = [
    `ListenAddress 127.0.0.1:${port}`,
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
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-f', join(folder, 'sshd_config'), '-E', join(folder, 'log')], {
    stdio: 'ignore',
  });
  t.after(async () => {
    sshd.kill('SIGKILL');
    if (sshd.exitCode === null && sshd.signalCode === null) await once(sshd, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  await until(() => answers(port));
  const configWith = (name: string, ...lines: readonly string[]): string => {
    const path = join(folder, name);
    const usual = [
      'HostName 127.0.0.1',
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
    writeFileSync(path, `Host source\n${all.map((line) => `  ${line}\n`).join('')}`);
    return path;
  };
  return {
    folder,
    port,
    pid: sshd.pid ?? 0,
    config: configWith('ssh_config'),
    log: () => readText(join(folder, 'log')),
    configWith,
  };
}
