// A real sshd for one user, without a port and without a daemon: ssh starts it as its ProxyCommand and talks to it
// through a pipe. sshd itself handles keys, login, sessions and every command; it ends with the connection.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { firstLine, reasonOf } from '../core/text.ts';
import { makeFolder } from './files.ts';
import { readByProgram } from './process.ts';

const program = '/usr/sbin/sshd';
/** sshd needs this folder only when root starts it; normally sshd's own unit makes it. */
const privilegeSeparation = '/run/sshd';

export interface OwnSshd {
  /** Path of an ssh_config in which this sshd is the Host `source`. */
  readonly config: string;
  /** Makes the sshd reachable or unreachable through that ssh_config. */
  setReachable(reachable: boolean): void;
}

/** Prepares keys and configurations in `folder`; where sshd cannot be used, returns the reason as a sentence. */
export async function prepareSshd(folder: string): Promise<OwnSshd | string> {
  if (!existsSync(program)) return `there is no ${program} (package openssh-server)`;
  makeFolder(folder);
  const signal = AbortSignal.timeout(20_000);
  const inFolder = (name: string): string => join(folder, name);
  try {
    if (process.getuid?.() === 0) mkdirSync(privilegeSeparation, { recursive: true, mode: 0o755 });
    for (const key of ['host', 'user']) {
      const made = await readByProgram(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', inFolder(key)], {
        signal,
      });
      if (made.exit_code !== 0) return `ssh-keygen failed: ${firstLine(made.stderr)}`;
    }
    const [type, key] = readFileSync(inFolder('host.pub'), 'utf8').split(' ');
    writeFileSync(inFolder('known_hosts'), `source ${type} ${key}\n`);
    writeFileSync(inFolder('authorized'), readFileSync(inFolder('user.pub')), { mode: 0o600 });
    writeFileSync(inFolder('sshd_config'), serverConfig(inFolder));
    const server: OwnSshd = {
      config: inFolder('ssh_config'),
      setReachable: (reachable) => writeFileSync(inFolder('ssh_config'), clientConfig(inFolder, reachable)),
    };
    server.setReachable(true);
    const login = await readByProgram(['ssh', '-F', server.config, '-o', 'BatchMode=yes', 'source', 'true'], {
      signal,
    });
    return login.exit_code === 0 ? server : `${program} refuses the login: ${firstLine(login.stderr)}`;
  } catch (error) {
    return reasonOf(error);
  }
}

const serverConfig = (inFolder: (name: string) => string): string =>
  lines(
    `HostKey ${inFolder('host')}`,
    `AuthorizedKeysFile ${inFolder('authorized')}`,
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'UsePAM no',
    'PidFile none',
    'PrintMotd no',
  );

const clientConfig = (inFolder: (name: string) => string, reachable: boolean): string =>
  lines(
    'Host source',
    `ProxyCommand ${reachable ? `${program} -i -f ${inFolder('sshd_config')} -E ${inFolder('log')}` : 'false'}`,
    `User ${userInfo().username}`,
    `IdentityFile ${inFolder('user')}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${inFolder('known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
  );

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
