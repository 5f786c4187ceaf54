// How a mail could leave this machine. Nothing is connected to, and no settings with secrets are read.
import { parseListening } from '../../parse/listening.ts';
import { defineFinder } from '../finding.ts';

export const mail = defineFinder({
  name: 'mail',
  summary: 'the ways to send mail',

  async look({ host }) {
    const read = (file: string): Promise<string> => host.readText(`/proc/net/${file}`).catch(() => '');
    const isThere = (path: string): Promise<boolean> =>
      host.stat(path).then(
        () => true,
        () => false,
      );
    const [tcp, tcp6, msmtp, sendmail] = await Promise.all([
      read('tcp'),
      read('tcp6'),
      isThere('/usr/bin/msmtp'),
      isThere('/usr/sbin/sendmail'),
    ]);
    const hasServer = parseListening(`${tcp}${tcp6}`).some(({ port, on }) => port === 25 && on !== 'other');
    const way = hasServer
      ? 'a mail server listens on port 25 of this machine'
      : msmtp
        ? 'msmtp is installed'
        : sendmail
          ? 'there is a sendmail'
          : undefined;
    return {
      findings: [
        {
          key: 'alerts',
          name: 'to',
          value: ['you@example.org'],
          where: way ?? 'no program that sends mail was found',
          off: 'write your address; how mails leave: install.md, Mail',
        },
      ],
      left: [],
      notes: [
        `Mail: ${way ?? 'no way to send mail was found'}; set alerts.to, then try: ops-monitor send-alerts --check`,
      ],
    };
  },
});
