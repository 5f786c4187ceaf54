// Transport to one webhook: a chat, or another program.
import { Refused, Unconfigured } from '../../contract/errors.ts';
import { defineTransport, type Transport } from '../../contract/mail.ts';
import type { Outside } from '../../contract/outside.ts';
import { judgeReply } from '../../core/reply.ts';
import { bearer } from '../bearer.ts';
import { type WebhookConfig, webhookRequests } from '../webhook-body.ts';

const answerSeconds = 10;

export const webhook = (name: string, { url, style, token }: WebhookConfig): Transport =>
  defineTransport({
    name,
    summary: `a webhook in the format ${style}`,
    ready: async (outside) => {
      const found = settingsOf(outside, url, token);
      return 'missing' in found
        ? { usable: false, ...found }
        : { usable: true, uses: `${style}, at ${new URL(found.url).host}` };
    },
    send: async ({ message_id, news }, to, outside) => {
      const found = settingsOf(outside, url, token);
      if ('missing' in found) throw new Unconfigured(found.missing);
      if (!news) throw new Refused('it was composed as a mail only');
      const asked = webhookRequests[style](found.url, news, message_id);
      const reply = await outside.request({
        method: 'POST',
        url: asked.url,
        headers: { 'content-type': 'application/json', ...found.headers },
        body: JSON.stringify(asked.body),
        seconds: answerSeconds,
      });
      const { outcome, summary, quote } = judgeReply(reply);
      if (outcome !== 'accepted') throw new kinds[outcome](quote);
      return { accepted: to, refused: [], words: summary };
    },
  });

type Found =
  { readonly url: string; readonly headers: Readonly<Record<string, string>> } | { readonly missing: string };

function settingsOf(outside: Outside, url: string, token: string | undefined): Found {
  const address = outside.secret(url);
  if ('missing' in address) return address;
  if (!['http:', 'https:'].includes(URL.parse(address.value)?.protocol ?? ''))
    return { missing: `${url} is no http or https URL` };
  const login = bearer(outside, token);
  return 'missing' in login ? login : { url: address.value, ...login };
}

/** Refused only if this very message is at fault: a wrong address can be corrected, and the message retried. */
const kinds = { refused: Refused, misconfigured: Unconfigured, later: Error };
