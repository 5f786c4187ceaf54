// Turns a draft into the bytes of a mail. Loaded only when there is a mail to write: nodemailer is expensive to load.
import MailComposer from 'nodemailer/lib/mail-composer';
import { asciiMailName } from '../core/harmless.ts';
import { fingerprint } from '../core/text.ts';
import type { MailPicture } from './illustrate.ts';
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

/** The same content to the same recipients has the same id: a run repeated after a kill writes no second mail. */
export async function compose(
  draft: Omit<Draft, 'notices'>,
  { site, from, hostname, at, now }: Letterhead,
  picture?: MailPicture,
): Promise<Entry> {
  const host = domainOf(hostname);
  const threads = fitting(draft.threads);
  const message_id = `<${at.getTime().toString(36)}.${fingerprint(`${draft.key} ${draft.to.join(' ')}`)}@${host}>`;
  const mailed = draft.to.filter((recipient) => webhookOf(recipient) === undefined);
  const composer = new MailComposer({
    from: { name: `ops-monitor ${site}`, address: from },
    // As objects: nodemailer would take a bare `root` for a name without an address.
    to: mailed.map((address) => ({ name: '', address })),
    subject: draft.subject,
    text: draft.text,
    html: draft.html,
    // Beside the text, not inside of its HTML: a mail program that shows the plain text hides all that belongs to the HTML.
    attachments: picture && [
      {
        filename: picture.name,
        content: Buffer.from(picture.png),
        contentType: 'image/png',
        contentDisposition: 'inline' as const,
      },
    ],
    messageId: message_id,
    date: now,
    ...(threads[0] === undefined ? {} : { inReplyTo: threads[0], references: threads }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': { prepared: true, value: `ops-monitor ${asciiMailName(site)} <ops-monitor.${host}>` },
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

/** As many ids as fit into one header line, which not every transport folds (RFC 5322: 998 characters with the name). */
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
