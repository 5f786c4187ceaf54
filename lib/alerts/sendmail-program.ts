// Finds the sendmail program of this machine and, if it is msmtp, its configuration.
import { basename } from 'node:path';
import type { Outside } from '../contract/outside.ts';
import { join } from '../core/path.ts';
import { wordsOf } from './sysexits.ts';

export interface SendmailProgram {
  readonly path: string;
  /** The program behind the link: `msmtp`, `exim4`, … */
  readonly kind: string;
  /** Configuration file, for msmtp only. */
  readonly config?: string;
  /** Options that make msmtp read that configuration, if it would not by itself. */
  readonly options: readonly string[];
}

export type Missing = { readonly missing: string };

/** The path built into bsd-mailx; its folder is not in every PATH. */
export const usualSendmail = '/usr/sbin/sendmail';

export async function findSendmail(outside: Outside): Promise<SendmailProgram | Missing> {
  const usual = outside.realpath(usualSendmail) === undefined ? undefined : usualSendmail;
  const path = usual ?? outside.find('sendmail') ?? outside.find('msmtp');
  if (path === undefined)
    return { missing: `there is no sendmail (${usualSendmail}, or in PATH): install msmtp-mta, say` };
  const kind = await kindOf(path, outside);
  if (kind !== 'msmtp') return { path, kind, options: [] };
  const found = findConfig(outside);
  return 'missing' in found ? found : { path, kind, ...found };
}

async function kindOf(path: string, outside: Outside): Promise<string> {
  const name = basename(outside.realpath(path) ?? path);
  if (name === 'msmtp') return name;
  // A wrapper script around msmtp can only be recognised by its --version.
  const { stdout } = await outside.run([path, '--version'], { seconds: 5 });
  return stdout.startsWith('msmtp version') ? 'msmtp' : name;
}

/** Searches where msmtp looks by itself, then /etc/msmtp, which Debian's documentation names but msmtp never reads. */
function findConfig(outside: Outside): { config: string; options: string[] } | Missing {
  const { environment } = outside;
  const named = environment['OPS_ALERT_MSMTP_CONFIG'];
  if (named) {
    return outside.readable(named)
      ? { config: named, options: ['-C', named] }
      : { missing: `OPS_ALERT_MSMTP_CONFIG names ${named}, which is not there or not ours to read` };
  }
  const home = environment['HOME'];
  const xdg = environment['XDG_CONFIG_HOME'] || (home && join(home, '.config'));
  const own = [home && join(home, '.msmtprc'), xdg && join(xdg, 'msmtp', 'config'), '/etc/msmtprc'].filter(
    (path): path is string => path !== undefined && path !== '',
  );
  const config = own.find((path) => outside.readable(path));
  if (config !== undefined) return { config, options: [] };
  const unread = '/etc/msmtp/msmtprc';
  if (outside.readable(unread)) return { config: unread, options: ['-C', unread] };
  return {
    missing: `msmtp has no configuration that we may read: write ${[...own, unread].join(' or ')}, or name another in OPS_ALERT_MSMTP_CONFIG`,
  };
}

/** `/usr/sbin/sendmail, which is msmtp with /etc/msmtprc, by relay.example.org:587`. Runs msmtp --pretend, which contacts no server. */
export async function describeSendmail(program: SendmailProgram, outside: Outside): Promise<string | Missing> {
  const { path, kind, config, options } = program;
  if (config === undefined)
    return `${path}, which is ${kind} and may queue: whether a mail then leaves this machine is not seen here`;
  const ran = await outside.run([path, ...options, '--pretend', '-f', 'ops@localhost', '--', 'ops@localhost'], {
    env: { LC_ALL: 'C' },
    seconds: 10,
  });
  if (ran.exit_code !== 0) return { missing: `msmtp cannot use ${config}: ${wordsOf(ran)}` };
  // msmtp prints the whole account, even the password command: only host and port are taken.
  const [host, port] = ['host', 'port'].map((key) => new RegExp(`^${key} = (.*)$`, 'm').exec(ran.stdout)?.[1]);
  return `${path}, which is msmtp with ${config}, by ${host ?? '?'}:${port ?? '?'}`;
}
