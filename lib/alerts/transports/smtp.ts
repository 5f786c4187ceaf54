// Sends directly to a mail server, configured by OPS_ALERT_SMTP_HOST and the other OPS_ALERT_SMTP_* variables.
import { NotSetUp, Refused, Unconfigured, Unsure } from '../../contract/errors.ts';
import { defineTransport, type Receipt } from '../../contract/mail.ts';
import type { Outside, SmtpAnswer, SmtpSettings } from '../../contract/outside.ts';
import { join } from '../../core/path.ts';
import { oneLine } from '../../core/harmless.ts';
import { reasonOf } from '../../core/text.ts';
import { type Blame, blameOf } from '../blame.ts';

const answerSeconds = 15;
/** Somebody waits for the result. */
const greetSeconds = 8;
const credential = 'smtp-password';

export const smtp = defineTransport({
  name: 'smtp',
  summary: 'straight to the mail server that OPS_ALERT_SMTP_HOST names',
  ready: async (outside) => {
    const settings = settingsOf(outside);
    return 'missing' in settings ? { usable: false, ...settings } : { usable: true, uses: describe(settings) };
  },
  reach: async (outside) => {
    const settings = settingsOf(outside);
    if ('missing' in settings) throw new Unconfigured(settings.missing);
    receiptOf(await outside.greet({ ...settings, seconds: greetSeconds }), settings);
  },
  send: async (mail, to, outside) => {
    const settings = settingsOf(outside);
    if ('missing' in settings)
      throw isAskedFor(outside) ? new Unconfigured(settings.missing) : new NotSetUp(settings.missing);
    const from = outside.environment['OPS_ALERT_SMTP_FROM'] || mail.from;
    const answer = await outside.smtp(settings, { ...mail, from }, to);
    return receiptOf(answer, settings);
  },
});

function receiptOf(answer: SmtpAnswer, settings: SmtpSettings): Receipt {
  const clean = (words: string): string => cleanWords(words, settings);
  const words = clean(answer.words);
  if (answer.failure) throw failureOf(answer.failure, `${settings.host}:${settings.port}: ${words}`);
  const refused = answer.refused.map(({ address, reply, words: own }) => ({
    address,
    blame: blameOf(reply, own, 'recipient'),
    words: clean(own),
  }));
  const [first] = refused;
  if (answer.accepted.length === 0 && first && refused.every(({ blame }) => blame === first.blame))
    throw errorOf(first.blame, `${settings.host}:${settings.port}: ${words}`);
  return {
    accepted: answer.accepted,
    refused: refused.map(({ blame, ...one }) => ({ ...one, permanent: blame === 'recipient' })),
    words,
  };
}

const errorOf = (blame: Blame, message: string): Error =>
  blame === 'later' ? new Error(message) : new (blame === 'set-up' ? Unconfigured : Refused)(message);

/** The codes are nodemailer's, or those of the system below it. */
function failureOf({ code, reply, command }: NonNullable<SmtpAnswer['failure']>, message: string): Error {
  const isPermanent = reply !== undefined && reply >= 500;
  const isLater = reply !== undefined && reply < 500;
  // A server without STARTTLS replies 5xx; a connection that breaks during STARTTLS leaves no reply.
  const hasNoTls = code === 'ETLS' && isPermanent;
  const badCertificate = /CERT|UNABLE_TO_VERIFY|SELF_SIGNED|WRONG_VERSION/.test(code);
  if ((code === 'EAUTH' && !isLater) || hasNoTls || badCertificate) return new Unconfigured(message);
  const fellSilent = ['ETIMEDOUT', 'ESOCKET', 'ECONNECTION', 'ECONNRESET', 'EPIPE'].includes(code);
  if (reply === undefined && fellSilent) return new Unsure(message);
  // Without a reply, the client itself refused the mail: it is larger than the server takes.
  if (reply === undefined) return ['EENVELOPE', 'EMESSAGE'].includes(code) ? new Refused(message) : new Error(message);
  const step =
    code === 'EENVELOPE' && command !== 'RCPT TO' ? 'sender' : code === 'EENVELOPE' ? 'recipient' : 'content';
  const blame = blameOf(reply, message, step);
  // A refusal before the envelope (a greeting with 554) concerns this client or this moment, not the mail.
  const isOfTheMail = ['EENVELOPE', 'EMESSAGE'].includes(code);
  return blame === 'set-up' || isOfTheMail ? errorOf(blame, message) : new Error(message);
}

/** Removes the login, which a server may quote when it did not understand it. */
function cleanWords(words: string, { user = '', password = '' }: SmtpSettings): string {
  if (password === '') return oneLine(words);
  const coded = [password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64'));
  const secrets = [...coded, password].flatMap((text) => [text, text.replace(/=+$/, '')]);
  return oneLine(secrets.reduce((text, secret) => text.replaceAll(secret, '…'), words));
}

/** Without a host, SMTP was never meant to be used here; half of its settings are a mistake. */
const isAskedFor = ({ environment }: Outside): boolean => Boolean(environment['OPS_ALERT_SMTP_HOST']);

function describe({ host, port, tls, user }: SmtpSettings): string {
  const how = { tls: 'TLS', starttls: 'STARTTLS', offered: 'STARTTLS if it is offered', none: 'no encryption' }[tls];
  return `${host}:${port}, ${how}, ${user === undefined ? 'no login' : `as ${user}`}`;
}

type Found = SmtpSettings | { readonly missing: string };

function settingsOf(outside: Outside): Found {
  const { environment } = outside;
  const host = environment['OPS_ALERT_SMTP_HOST'];
  if (!host) return { missing: 'OPS_ALERT_SMTP_HOST is not set: it names the mail server' };
  const tls = tlsOf(environment);
  if (tls === undefined)
    return {
      missing: `OPS_ALERT_SMTP_TLS is ${JSON.stringify(environment['OPS_ALERT_SMTP_TLS'])}: expected tls, starttls or none`,
    };
  const usualPort = { tls: 465, starttls: 587, offered: 25, none: 25 }[tls];
  const port = Number(environment['OPS_ALERT_SMTP_PORT'] || usualPort);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    return {
      missing: `OPS_ALERT_SMTP_PORT is ${JSON.stringify(environment['OPS_ALERT_SMTP_PORT'])}: expected a port, 1 to 65535`,
    };
  const server = { host, port, tls, seconds: answerSeconds };
  const user = environment['OPS_ALERT_SMTP_USER'];
  if (!user) {
    const given = ['OPS_ALERT_SMTP_PASSWORD', 'OPS_ALERT_SMTP_PASSWORD_FILE'].find((name) => environment[name]);
    return given === undefined ? server : { missing: `${given} is set, but not OPS_ALERT_SMTP_USER: whose is it?` };
  }
  const found = passwordOf(outside);
  return 'missing' in found ? found : { ...server, user, password: found.password };
}

/** By default, a password is never sent over an unencrypted connection. */
function tlsOf(environment: Outside['environment']): SmtpSettings['tls'] | undefined {
  const said = environment['OPS_ALERT_SMTP_TLS']?.toLowerCase();
  if (said === 'tls' || said === 'starttls' || said === 'none') return said;
  if (said) return undefined;
  if (environment['OPS_ALERT_SMTP_PORT'] === '465') return 'tls';
  return environment['OPS_ALERT_SMTP_USER'] ? 'starttls' : 'offered';
}

function passwordOf(outside: Outside): { password: string } | { missing: string } {
  const { environment } = outside;
  const plain = environment['OPS_ALERT_SMTP_PASSWORD'];
  if (plain) return { password: plain };
  const named = environment['OPS_ALERT_SMTP_PASSWORD_FILE'];
  const folder = environment['CREDENTIALS_DIRECTORY'];
  const given = folder && join(folder, credential);
  const path = named || (given && outside.readable(given) ? given : undefined);
  if (!path)
    return {
      missing: `OPS_ALERT_SMTP_USER is set, but no password: OPS_ALERT_SMTP_PASSWORD_FILE, the credential ${credential}, or OPS_ALERT_SMTP_PASSWORD`,
    };
  try {
    const password = outside.readText(path).replace(/\r?\n$/, '');
    return password === '' ? { missing: `the password file ${path} is empty` } : { password };
  } catch (error) {
    return { missing: `the password file ${path} cannot be read: ${reasonOf(error)}` };
  }
}
