// Whose fault a mail server's refusal is: only a recipient who does not exist, or a mail that no server would take, makes a
// dead letter. A refused sender, login or relay is a fault of the set-up: the mail waits until a person corrects it.

/** The part of the mail that the server refused: the sender's address, a recipient's address, or the content. */
export type Step = 'sender' | 'recipient' | 'content';

export type Blame = 'recipient' | 'content' | 'set-up' | 'later';

/** Replies that ask for a login or for encryption. */
const loginReplies = new Set([530, 534, 535, 538]);
/** Enhanced codes (RFC 3463): bad sender address, sender unknown, and policy, which concerns the sender or this machine. */
const ofTheSetUp = /\b5\.(1\.[78]|7\.\d+)\b/;
/** SPF, DKIM and DMARC failures. */
const ofTheSendersDomain = /\b5\.7\.2\d\b/;
const tooBig = /\b5\.(2\.3|3\.4)\b/;
const enhancedCode = /\b5\.\d{1,3}\.\d{1,3}\b/;
/** Servers without enhanced codes refuse a sender or a relay at the first recipient, by words only. */
const namesTheSender =
  /relay(ing)? (access )?(is )?(denied|not permitted|prohibited)|sender .*(reject|denied|verif|fail)|authenticat|log ?in first/i;

export function blameOf(reply: number | undefined, words: string, step: Step): Blame {
  if (reply === undefined || reply < 500) return 'later';
  if (loginReplies.has(reply)) return 'set-up';
  if (step === 'content') return ofTheSendersDomain.test(words) ? 'set-up' : 'content';
  if (step === 'sender') return reply === 552 || tooBig.test(words) ? 'content' : 'set-up';
  if (ofTheSetUp.test(words)) return 'set-up';
  return !enhancedCode.test(words) && namesTheSender.test(words) ? 'set-up' : 'recipient';
}
