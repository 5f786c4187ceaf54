// The man page ops-monitor(1), from the commands' help.
import type { CommandHelp } from './commands.ts';

export function renderMan(product: CommandHelp, { version, epoch }: { version: string; epoch: number }): string {
  const day = new Date(epoch * 1000).toISOString().slice(0, 10);
  const lines = [
    `.TH OPS\\-MONITOR 1 "${day}" "ops\\-monitor ${version}" "User Commands"`,
    '.SH NAME',
    `ops\\-monitor \\- ${escaped(product.summary.replace(/^is an /, ''))}`,
    '.SH SYNOPSIS',
    '.B ops\\-monitor',
    '.I COMMAND',
    '[\\fIOPTION\\fR]…',
    '.SH DESCRIPTION',
    'Reads disks, data streams and their copies, services, web pages, checkouts, the power supply and other machines, judges each',
    'reading green, amber, red or unknown, reports, archives and mails. It only observes: it never restarts, deletes or repairs anything.',
    'Timers of systemd start its stages; each can be run again by hand.',
    '.SH COMMANDS',
    ...product.commands.flatMap(renderCommand),
    '.SH EXIT STATUS',
    ...row('0', 'the command did its work, whatever it found'),
    ...row('1', 'it failed, or its output lies elsewhere than it should'),
    ...row('2', 'wrong usage or configuration; nothing was touched'),
    ...row('75', 'the same stage is already running'),
    '.SH FILES',
    ...row('/etc/ops-monitor/config.yaml', 'the configuration'),
    ...row('/etc/ops-monitor/STAGE.env', 'values of the $NAMEs in the configuration, for one stage'),
    ...row('/var/lib/ops-monitor', 'snapshots, health, reports, alerts, the archive'),
    ...row('ops/docs, ops/runbooks', 'documentation and runbooks: the last line of ops-monitor --help says where'),
    '.SH SEE ALSO',
    '.BR systemd.timer (5),',
    '.BR journalctl (1)',
  ];
  return `${lines.join('\n')}\n`;
}

function renderCommand({ name, operand, summary, options, commands }: CommandHelp): string[] {
  if (commands.length > 0) return commands.flatMap(renderCommand);
  const heading = `.SS "${escaped(`ops-monitor ${name}${operand === undefined ? '' : ` ${operand}`}`)}"`;
  const rows = options
    .filter(({ flag }) => flag !== '--help')
    .flatMap(({ flag, value, summary }) => row(value === undefined ? flag : `${flag} ${value}`, summary));
  return [heading, `${escaped(summary)}.`, ...rows];
}

const row = (term: string, text: string): string[] => ['.TP', `.B ${escaped(term)}`, `${escaped(text)}.`];

/** A backslash begins an escape of roff, a dot at the start of a line a request, and a plain - becomes a hyphen. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^([.'])/, '\\&$1');
