// A sendmail-compatible command: the whole message on its input, the envelope on its command line.
import { NotSetUp } from '../../contract/errors.ts';
import { defineTransport } from '../../contract/mail.ts';
import { describeSendmail, findSendmail, withOwnSender } from '../sendmail-program.ts';
import { attemptOf, carry, carrySeconds } from '../sysexits.ts';

export const sendmail = defineTransport({
  name: 'sendmail',
  summary: 'a sendmail-compatible command: msmtp or a full mail server',
  ready: async (outside) => {
    const program = await findSendmail(outside);
    if ('missing' in program) return { usable: false, ...program };
    const described = await describeSendmail(program, outside);
    return 'missing' in described ? { usable: false, ...described } : { usable: true, ...described };
  },
  send: async (composed, to, outside) => {
    const program = await findSendmail(outside);
    if ('missing' in program) throw new NotSetUp(program.missing);
    const mail = await withOwnSender(composed, program, outside);
    const { path, kind, options } = program;
    return carry({ name: path, takesAllOrNone: kind === 'msmtp' }, to, async (some) => {
      // -i: programs other than msmtp treat a line with a lone dot as the end of the mail.
      const ran = await outside.run([path, ...options, '-i', '-f', mail.from, '--', ...some], {
        input: mail.raw,
        env: { LC_ALL: 'C' },
        seconds: carrySeconds,
      });
      return attemptOf(path, ran);
    });
  },
});
