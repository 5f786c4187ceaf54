// A draft → the bytes of a mail, once. Loaded only when there is something to say: composing costs more than looking.
import MailComposer from 'nodemailer/lib/mail-composer';
import { forMailName } from '../core/harmless.ts';
import { fingerprint } from '../core/text.ts';
import type { Draft } from './mail.ts';
import type { Entry } from './mail-outbox.ts';
import { webhookOf } from './recipient.ts';

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
  const threads = fitting(draft.incidents.map((incident) => `<${incident}@${host}>`));
  const message_id = `<${at.getTime().toString(36)}.${fingerprint(`${draft.key} ${draft.to.join(' ')}`)}@${host}>`;
  const mailed = draft.to.filter((recipient) => webhookOf(recipient) === undefined);
  const composer = new MailComposer({
    from: { name: `ops-monitor ${site}`, address: from },
    // In parts: `root` alone would be taken for a name without an address.
    to: mailed.map((address) => ({ name: '', address })),
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
      'List-Id': { prepared: true, value: `ops-monitor ${forMailName(site)} <ops-monitor.${host}>` },
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = mailed.length === 0 ? '' : (await composer.compile().build()).toString('latin1');
  const { subject, text, alerts } = draft;
  return {
    schema_version: 1,
    message_id,
    from,
    subject,
    composed_at: now.toISOString(),
    ids: [...draft.ids],
    recipients: draft.to.map((address) => ({ address, state: 'waiting', attempts: 0 })),
    raw,
    ...(mailed.length === draft.to.length ? {} : { news: { site, hostname, subject, text, alerts: [...alerts] } }),
  };
}

/** The first of them, as many as a line may hold: not every transport folds it (RFC 5322: 998 characters with the name). */
function fitting(threads: readonly string[]): string[] {
  let length = 'References:'.length;
  return threads.filter((thread) => (length += 1 + thread.length) <= 998);
}

const domainOf = (hostname: string): string => {
  const plain = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return plain === '' ? 'localhost' : plain;
};
