// bsd-mailx, which hands the mail to /usr/sbin/sendmail. It makes the headers itself, so the composed message is taken
// apart and handed over in pieces. The options below keep mailx from adding headers and from reading a ~/.mailrc.
import { basename } from 'node:path';
import { NotSetUp } from '../../contract/errors.ts';
import { defineTransport } from '../../contract/mail.ts';
import type { Outside } from '../../contract/outside.ts';
import {
  describeSendmail,
  findSendmail,
  type Missing,
  type SendmailProgram,
  usualSendmail,
  withOwnSender,
} from '../sendmail-program.ts';
import { attemptOf, carry, carrySeconds } from '../sysexits.ts';

export const mailx = defineTransport({
  name: 'mailx',
  summary: 'bsd-mailx over a sendmail-compatible command',
  ready: async (outside) => {
    const here = await findMailx(outside);
    if ('missing' in here) return { usable: false, ...here };
    const below = await describeSendmail(here.sendmail, outside);
    return 'missing' in below
      ? { usable: false, ...below }
      : { usable: true, ...below, uses: `${here.path} over ${below.uses}` };
  },
  send: async (composed, to, outside) => {
    const here = await findMailx(outside);
    if ('missing' in here) throw new NotSetUp(here.missing);
    const mail = await withOwnSender(composed, here.sendmail, outside);
    const { headers, body } = takeApart(mail.raw);
    // `-r` sets both envelope sender and From: a From by -a would be a second one. mailx makes To from the
    // arguments. A header given by -a replaces the one mailx would add, such as Content-Type.
    const own = headers.filter(({ name }) => !['from', 'to', 'subject'].includes(name.toLowerCase()));
    // Without this header mailx would write 8bit; in a multipart mail each part has its own encoding.
    if (!own.some(({ name }) => name.toLowerCase() === 'content-transfer-encoding'))
      own.push({ name: 'Content-Transfer-Encoding', value: '7bit' });
    const subject = headers.find(({ name }) => name.toLowerCase() === 'subject')?.value ?? '';
    const extra = own.flatMap(({ name, value }) => ['-a', `${name}: ${value}`]);
    const argv = [here.path, '-n', ...extra, '-r', mail.from, '-s', subject, '--'];
    return carry({ name: here.path, takesAllOrNone: here.sendmail.kind === 'msmtp' }, to, async (some) => {
      const ran = await outside.run([...argv, ...some], {
        input: body,
        // Without DEAD every failed mail is appended to ~/dead.letter, for ever.
        env: { MAILRC: '/dev/null', DEAD: '/dev/null', LC_ALL: 'C.UTF-8' },
        seconds: carrySeconds,
      });
      // mailx itself exits with 0 or 1 only; its last line has sendmail's exit code.
      const code = /sendmail process failed with error code (\d+)/.exec(ran.stderr)?.[1];
      return attemptOf(here.path, ran, code === undefined ? ran.exit_code : Number(code));
    });
  },
});

interface Mailx {
  readonly path: string;
  readonly sendmail: SendmailProgram;
}

async function findMailx(outside: Outside): Promise<Mailx | Missing> {
  const path = outside.find('bsd-mailx') ?? outside.find('mailx');
  if (path === undefined) return { missing: 'there is no mailx: install bsd-mailx' };
  const other = await otherMailx(path, outside);
  if (other !== undefined)
    return { missing: `${path} is ${other}, whose options mean other things: install bsd-mailx` };
  const sendmail = await findSendmail(outside);
  if ('missing' in sendmail) return sendmail;
  if (sendmail.path !== usualSendmail)
    return { missing: `mailx needs ${usualSendmail}, which is not there: install msmtp-mta, say` };
  // mailx could only be told by a program written for it, in a folder where programs may be run, which /run is not.
  if (sendmail.options.length > 0)
    return {
      missing: `mailx cannot tell msmtp to read ${sendmail.config}; the transport sendmail does. For mailx it has to be /etc/msmtprc or ~/.msmtprc`,
    };
  return { path, sendmail };
}

/** In s-nail and heirloom mailx, -a attaches a file; GNU mailx is closer to bsd-mailx, but untested. */
async function otherMailx(path: string, outside: Outside): Promise<string | undefined> {
  if (basename(outside.realpath(path) ?? path) === 'bsd-mailx') return undefined;
  const { stdout, stderr } = await outside.run([path, '--version'], { seconds: 5 });
  return /s-nail|heirloom|mailutils/i.exec(stdout + stderr)?.[0];
}

/** Header lines are unfolded; the body gets line ends of \n. */
function takeApart(raw: string): { headers: { name: string; value: string }[]; body: string } {
  const text = raw.replaceAll('\r\n', '\n');
  const end = text.indexOf('\n\n');
  const lines = text
    .slice(0, end)
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
  return { headers, body: text.slice(end + 2) };
}
