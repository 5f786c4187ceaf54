// Finds the sendmail program of this machine and, if it is msmtp, its configuration.
import { basename } from 'node:path';
import type { Mail } from '../contract/mail.ts';
import type { Outside } from '../contract/outside.ts';
import { join } from '../core/path.ts';
import { withSender } from './sender.ts';
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

export interface DescribedSendmail {
  /** `/usr/sbin/sendmail, which is msmtp with /etc/msmtprc, by relay.example.org:587` */
  readonly uses: string;
  /** The `from` of msmtp's configuration. */
  readonly sender: string | undefined;
}

/** Runs msmtp --pretend, which contacts no server. */
export async function describeSendmail(
  { path, kind, config, options }: SendmailProgram,
  outside: Outside,
): Promise<DescribedSendmail | Missing> {
  if (config === undefined) {
    const uses = `${path}, which is ${kind} and may queue: whether a mail then leaves this machine is not seen here`;
    return { uses, sender: undefined };
  }
  const argv = [path, ...options, '--pretend'];
  const pretend = (...more: string[]) =>
    outside.run([...argv, ...more, '--', 'ops@localhost'], { env: { LC_ALL: 'C' }, seconds: 10 });
  // Without -f, msmtp shows its own sender, or fails if it has none.
  const own = await pretend();
  const ran = own.exit_code === 0 ? own : await pretend('-f', 'ops@localhost');
  if (ran.exit_code !== 0) return { missing: `msmtp cannot use ${config}: ${wordsOf(ran)}` };
  // msmtp prints the whole account, even the password command: only host, port and sender are taken.
  const [host = '?', port = '?', from] = ['host', 'port', 'from'].map(
    (key) => new RegExp(`^${key} = (.*)$`, 'm').exec(ran.stdout)?.[1],
  );
  const sender = own.exit_code === 0 && /^[^\s@*<>]+@[^\s@*<>]+$/.test(from ?? '') ? from : undefined;
  return { uses: `${path}, which is msmtp with ${config}, by ${host}:${port}`, sender };
}

/** The mail with the program's own sender where nobody has set one for ops-monitor: a made-up sender is refused by most relays. */
export async function withOwnSender(mail: Mail, program: SendmailProgram, outside: Outside): Promise<Mail> {
  if (mail.fromIsDefault !== true || program.config === undefined) return mail;
  const described = await describeSendmail(program, outside);
  const sender = 'missing' in described ? undefined : described.sender;
  return sender === undefined ? mail : { ...mail, from: sender, raw: withSender(mail.raw, sender) };
}
