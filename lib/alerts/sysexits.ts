// The meaning of a mail program's exit code (sysexits.h), and how to handle a program that takes all recipients or none.
import { Refused, Unconfigured, Unsure } from '../contract/errors.ts';
import type { Receipt, Refusal } from '../contract/mail.ts';
import type { RunResult } from '../contract/outside.ts';
import { oneLine } from '../core/harmless.ts';
import { type Blame, blameOf } from './blame.ts';

/** How long a mail program may take: msmtp without `timeout` in its configuration waits for ever. */
export const carrySeconds = 30;

/** One call of a mail program. `code` is undefined if the program did not exit by itself. */
interface Attempt {
  readonly code: number | undefined;
  readonly words: string;
  /** The program was ended while it ran: it may have sent the mail. */
  readonly wasEnded: boolean;
}

/** `code`: in place of the program's own exit code. */
export const attemptOf = (path: string, ran: RunResult, code = ran.exit_code): Attempt => ({
  code,
  words: ran.exit_code === 0 ? `${path} took it` : wordsOf(ran),
  wasEnded: code === undefined && ran.ending?.wasRunning === true,
});

/** USAGE, DATAERR, NOUSER: msmtp's codes for a 5xx reply to a recipient, and other programs' codes for a bad address. */
const permanent = new Set<number | undefined>([64, 65, 67]);
/** NOPERM, CONFIG: also a wrong password. */
const setUpWrongly = new Set<number | undefined>([77, 78]);
/** UNAVAILABLE: msmtp's code for a 4xx reply, and for a 5xx reply after the mail itself. */
const unavailable = 69;
/** Codes that a single recipient may have caused. */
const ofOneRecipient = new Set<number | undefined>([...permanent, unavailable]);

/** From msmtp's words; other programs do not quote the server, and name only recipients. */
function blameIn({ code, words }: Attempt): Blame {
  const reply = /server message: ([45]\d\d)/.exec(words)?.[1];
  if (/envelope.from address .*not accepted/.test(words)) return blameOf(Number(reply ?? 550), words, 'sender');
  if (code === unavailable)
    return /not accept the mail/.test(words) ? blameOf(Number(reply ?? 450), words, 'content') : 'later';
  if (setUpWrongly.has(code)) return 'set-up';
  return permanent.has(code) ? blameOf(Number(reply ?? 550), words, 'recipient') : 'later';
}

/** IOERR: msmtp's code for a server that stopped answering, at the greeting or after the mail: it does not say which. */
const serverStoppedAnswering = 74;

/** A refused sender would be refused with every recipient. */
const mayBeOfOneRecipient = (attempt: Attempt): boolean =>
  ofOneRecipient.has(attempt.code) && !/envelope.from address .*not accepted/.test(attempt.words);

/** Every failure that is not known to be final (69, 71, 74, 75, a timeout, …) is retried. */
function failureOf(program: string, attempt: Attempt): Error {
  const { code, words } = attempt;
  const message = `${program} ${code === undefined ? 'did not get through' : `gave up with exit code ${code}`}: ${words}`;
  const blame = blameIn(attempt);
  if (blame === 'set-up') return new Unconfigured(message);
  if (code === serverStoppedAnswering || attempt.wasEnded) return new Unsure(message);
  return blame === 'later' ? new Error(message) : new Refused(message);
}

/**
 * Sends to all recipients at once. msmtp delivers to nobody if one address is bad: where one recipient may have caused the failure
 * of such a program, the mail is sent to each recipient alone.
 */
export async function carry(
  program: { readonly name: string; readonly takesAllOrNone: boolean },
  to: readonly string[],
  attempt: (to: readonly string[]) => Promise<Attempt>,
): Promise<Receipt> {
  const together = await attempt(to);
  if (together.code === 0) return { accepted: to, refused: [], words: together.words };
  if (to.length < 2 || !program.takesAllOrNone || !mayBeOfOneRecipient(together))
    throw failureOf(program.name, together);
  const accepted: string[] = [];
  const refused: Refusal[] = [];
  let last = together;
  for (const address of to) {
    // A failure that no single recipient caused would hit the next one as well, after the same timeout.
    if (last.code === 0 || mayBeOfOneRecipient(last)) last = await attempt([address]);
    if (last.code === 0) accepted.push(address);
    else refused.push({ address, permanent: ['recipient', 'content'].includes(blameIn(last)), words: last.words });
  }
  const alike = refused.every((one) => one.permanent === refused[0]?.permanent);
  if (accepted.length === 0 && alike) throw failureOf(program.name, last);
  return { accepted, refused, words: together.words };
}

/** Whether a word looks like base64, as a login in transit does. We cannot compare: only msmtp knows the password. */
const isCoded = (word: string): boolean =>
  word.length % 4 === 0 && (word.endsWith('=') || (/[a-z]/.test(word) && /.[A-Z]/.test(word)));

/** The program's error output as one line, without secrets. */
export function wordsOf(ran: RunResult): string {
  const said = oneLine(
    ran.stderr
      // A passwordeval command may contain the password.
      .replaceAll(/cannot read output of '.*'/g, 'cannot read the output of passwordeval')
      // A server may quote a login that it did not understand.
      .replaceAll(/\b(AUTH [A-Z0-9-]+) \S+/gi, '$1 …')
      .replaceAll(/(?<=server message: .*)[A-Za-z0-9+/]{8,}={0,2}/g, (word) => (isCoded(word) ? '…' : word))
      // mailx adds this line; its exit code is in the message anyway.
      .replaceAll(/^.*sendmail process failed.*$/gm, '')
      .replaceAll(/^(sendmail|msmtp): /gm, '')
      .trim()
      .replaceAll(/\n+/g, '; ')
      .replace('; could not send mail (', ' ('),
  );
  const words = [ran.ending?.words, said].filter(Boolean).join(': ');
  return words.length > 300 ? `${words.slice(0, 299)}…` : words || 'it said nothing';
}
