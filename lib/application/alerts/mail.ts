// Mails the events of alerts over SMTP.
import MailComposer from 'nodemailer/lib/mail-composer';
import type { SmtpAnswer, SmtpSettings } from '../../contract/outside.ts';
import { oneLine } from '../../core/harmless.ts';
import type { Fate } from '../../outbox/outbox.ts';
import type { AlertEvent } from './alert.ts';

interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** The whole message, RFC 5322. */
export async function composeMail({ kind, alert }: AlertEvent, { from, to }: Envelope): Promise<string> {
  const { name, severity, message, labels, annotations, startedAt, resolvedAt, id } = alert;
  const domain = from.split('@')[1]?.replace(/[^\w.-]/g, '') || 'localhost';
  // One thread for all mails of one occurrence.
  const thread = `<alert-${id}@${domain}>`;
  const lines = [
    oneLine(message),
    '',
    `Alert: ${oneLine(name)} (${severity})`,
    `Since: ${startedAt}`,
    ...(resolvedAt === undefined ? [] : [`Until: ${resolvedAt}`]),
    ...(alert.acknowledged ? [`Acknowledged: by ${oneLine(alert.acknowledged.by)} at ${alert.acknowledged.at}`] : []),
    ...Object.entries({ ...labels, ...annotations }).map(([key, value]) => oneLine(`${key}: ${value}`)),
  ];
  const mail = new MailComposer({
    from,
    to: [...to],
    subject: oneLine(`[${words[kind](severity)}] ${name}: ${message.slice(0, 120)}`),
    text: `${lines.join('\n')}\n`,
    messageId: kind === 'created' ? thread : `<${kind}-${crypto.randomUUID()}@${domain}>`,
    ...(kind === 'created' ? {} : { inReplyTo: thread, references: thread }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  });
  const bytes = await mail.compile().build();
  return bytes.toString('latin1');
}

const words: Record<AlertEvent['kind'], (severity: string) => string> = {
  created: (severity) => severity,
  worsened: (severity) => severity,
  escalated: (severity) => `${severity}, not acknowledged`,
  resolved: () => 'resolved',
};

export async function sendMail(
  raw: string,
  { from, to }: Envelope,
  settings: SmtpSettings,
): Promise<ReadonlyMap<string, Fate>> {
  const { sendOverSmtp } = await import('../../io/smtp.ts');
  const answer = await sendOverSmtp(settings, { from, raw }, to);
  return new Map(to.map((address) => [address, fateOf(address, answer)]));
}

function fateOf(address: string, { accepted, refused, failure, words: said }: SmtpAnswer): Fate {
  if (accepted.includes(address)) return { state: 'sent', words: said };
  const refusal = refused.find((one) => one.address === address);
  const reply = refusal?.reply ?? failure?.reply ?? 0;
  // 5xx about this recipient or this mail will not change by waiting; a failed login or a server that is down may.
  const isFinal = reply >= 500 && (refusal !== undefined || /^(RCPT|DATA|MAIL)/.test(failure?.command ?? ''));
  return { state: isFinal ? 'dead' : 'waiting', words: refusal?.words ?? said };
}
