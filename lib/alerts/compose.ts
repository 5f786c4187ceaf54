// A draft → the bytes of a mail, once. Loaded only when there is something to say: composing costs more than looking.
import MailComposer from 'nodemailer/lib/mail-composer';
import { fingerprint } from '../core/text.ts';
import type { Draft } from './mail.ts';
import type { Entry } from './outbox.ts';

export interface Letterhead {
  readonly site: string;
  readonly from: string;
  /** The machine's name, as the right half of message ids. */
  readonly hostname: string;
  readonly at: Date;
  readonly now: Date;
}

/** The same news to the same people have the same id: whoever is killed and begins again writes no second mail. */
export async function compose(draft: Draft, { site, from, hostname, at, now }: Letterhead): Promise<Entry> {
  const host = domainOf(hostname);
  const threads = draft.incidents.map((incident) => `<${incident}@${host}>`);
  const message_id = `<${at.getTime().toString(36)}.${fingerprint(`${draft.key} ${draft.to.join(' ')}`)}@${host}>`;
  const composer = new MailComposer({
    from: { name: `ops-monitor ${site}`, address: from },
    to: [...draft.to],
    subject: draft.subject,
    text: draft.text,
    html: draft.html,
    messageId: message_id,
    date: now,
    inReplyTo: threads[0] ?? '',
    references: threads,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': { prepared: true, value: `ops-monitor ${ascii(site)} <ops-monitor.${host}>` },
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await composer.compile().build();
  return {
    schema_version: 1,
    message_id,
    from,
    subject: draft.subject,
    composed_at: now.toISOString(),
    ids: [...draft.ids],
    recipients: draft.to.map((address) => ({ address, state: 'waiting', attempts: 0 })),
    raw: raw.toString('latin1'),
  };
}

const domainOf = (hostname: string): string => {
  const plain = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return plain === '' ? 'localhost' : plain;
};

const ascii = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/[<>"]/g, '');
