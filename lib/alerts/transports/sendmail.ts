// A sendmail-compatible command: the whole message on its input, the envelope on its command line.
import { Unconfigured } from '../../contract/errors.ts';
import { defineTransport } from '../../contract/mail.ts';
import { describeSendmail, findSendmail } from '../sendmail-program.ts';
import { carry, carrySeconds, wordsOf } from '../sysexits.ts';

export const sendmail = defineTransport({
  name: 'sendmail',
  summary: 'a sendmail-compatible command: msmtp or a full mail server',
  ready: async (outside) => {
    const program = await findSendmail(outside);
    if ('missing' in program) return { usable: false, ...program };
    const uses = await describeSendmail(program, outside);
    return typeof uses === 'string' ? { usable: true, uses } : { usable: false, ...uses };
  },
  send: async (mail, to, outside) => {
    const program = await findSendmail(outside);
    if ('missing' in program) throw new Unconfigured(program.missing);
    const { path, kind, options } = program;
    return carry({ name: path, takesAllOrNone: kind === 'msmtp' }, to, async (some) => {
      // -i: programs other than msmtp treat a line with a lone dot as the end of the mail.
      const ran = await outside.run([path, ...options, '-i', '-f', mail.from, '--', ...some], {
        input: mail.raw,
        env: { LC_ALL: 'C' },
        seconds: carrySeconds,
      });
      return { code: ran.exit_code, words: ran.exit_code === 0 ? `${path} took it` : wordsOf(ran) };
    });
  },
});
