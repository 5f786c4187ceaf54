// `--check` shows by which transport notifications would leave this machine; `--test` sends one.
import { Usage } from '../contract/errors.ts';
import type { Outcome, World } from '../contract/stage.ts';
import type { Transport } from '../contract/mail.ts';
import { padded } from '../core/columns.ts';
import { escapeHtml } from '../core/harmless.ts';
import { attempt } from '../outbox/outbox.ts';
import { askReplicas } from './alertmanager.ts';
import type { AlertsConfig } from './config.ts';
import { openCarrier } from './deliver.ts';
import { chooseTransports, type Post } from './post.ts';
import { composeDraft } from './queue.ts';
import { mergeRecipients, recipientLists, webhookOf } from './recipient.ts';
import { type Sender, senderOf } from './sender.ts';
import { hintAtUnit } from './unit-settings.ts';

/** Lists every transport and recipient: which transport would be used, and what the others lack. Sends nothing. */
export async function checkTransports(post: Post, { config, hostname }: World<AlertsConfig>): Promise<Outcome> {
  const { alerts } = config;
  const outside = await post.outside();
  const transports = await post.transports();
  const chosen = chooseTransports(transports, config, outside);
  let used: { name: string; sender: string | undefined } | undefined;
  let missing = 0;
  const lines: string[] = [];
  const misspelt = chosen.mail.filter((transport) => !transports.mail.includes(transport));
  for (const transport of [...misspelt, ...transports.mail]) {
    const ready = await transport.ready(outside);
    const asked = chosen.mail.includes(transport);
    if (ready.usable && asked) used ??= { name: transport.name, sender: ready.sender };
    lines.push(`${padded(transport.name, 9)} ${asked ? '' : '(not asked for) '}${describeReady(ready)}`);
  }
  for (const [name, webhook] of Object.entries(chosen.webhooks)) {
    const ready = await webhook.ready(outside);
    if (!ready.usable) missing += 1;
    lines.push(`webhook:${name} ${describeReady(ready)}`);
  }
  for (const { shown, problem } of alerts.alertmanager ? await askReplicas(outside, alerts.alertmanager) : []) {
    if (problem !== undefined) missing += 1;
    lines.push(`alertmanager ${shown}: ${problem ?? 'it answers'}`);
  }
  const everybody = everyRecipient(alerts);
  const wantsMail = everybody.some((one) => webhookOf(one) === undefined);
  if (wantsMail && used === undefined) missing += 1;
  const nobody = everybody.length === 0 && !alerts.alertmanager;
  const hint = hintAtUnit(outside, '--check');
  const cannot =
    hint === undefined ? 'No mail can leave this machine.' : 'No mail can leave with the settings of this shell.';
  const verdict = used === undefined ? cannot : `Mails would go by ${used.name}.`;
  const sender = senderOf(config, outside.environment, hostname);
  lines.push('', `from      ${describeSender(sender, used?.sender)}`);
  lines.push(`to        ${alerts.to.length === 0 ? 'nobody: alerts.to is empty' : alerts.to.join(', ')}`);
  const others = everybody.filter((one) => !alerts.to.includes(one));
  if (others.length > 0) lines.push(`          at times also ${others.join(', ')}`);
  return {
    counts: {},
    problems: [],
    text: [...lines, ...(wantsMail || nobody ? [verdict] : []), ...(hint === undefined ? [] : ['', hint])].join('\n'),
    exitCode: missing > 0 || (nobody && used === undefined) ? 1 : 0,
  };
}

const describeReady = (ready: Awaited<ReturnType<Transport['ready']>>): string =>
  ready.usable ? `usable: ${ready.uses}` : `not usable: ${ready.missing}`;

/** `own` is the sender that the transport is configured with. */
function describeSender({ address, origin }: Sender, own: string | undefined): string {
  if (origin === 'default')
    return own === undefined
      ? `${address} (made up from the name of this machine; set alerts.from to an address that somebody reads)`
      : `${own} (of the mail program's own configuration, as neither alerts.from nor OPS_ALERT_SMTP_FROM is set)`;
  const overridden = own === undefined || own === address ? '' : `; it overrides ${own} of the mail program`;
  return `${address} (${origin}${overridden})`;
}

const everyRecipient = (alerts: AlertsConfig['alerts']): string[] =>
  mergeRecipients(...recipientLists(alerts).map(([, to]) => to));

/** Sends a test to every recipient now. Nothing is queued or kept: the person who asked can try again. */
export async function sendTest(post: Post, world: World<AlertsConfig>): Promise<Outcome> {
  const { config, hostname } = world;
  const to = everyRecipient(config.alerts);
  if (to.length === 0) throw new Usage('alerts.to names nobody: there is no one to send a test mail to');
  const text = `This is a test of the alerts of ${config.site} on ${hostname}. Nothing is wrong.\n`;
  const subject = `[TEST ${config.site}] alerts from ${hostname}`;
  const html = `<p>${escapeHtml(text)}</p>`;
  const draft = { to, ids: ['test'], key: 'test', subject, text, html, threads: [], alerts: [] };
  const entry = await composeDraft(post, world, draft, world.now());
  const carrier = { ...(await openCarrier(post, world)), isTimeLeft: () => true };
  const { happened } = await attempt(entry, entry.recipients, carrier);
  const lines = happened.map((one) => `${one.kind}: ${one.to.join(', ')}: ${one.message}`);
  const arrived = happened.length > 0 && happened.every(({ kind }) => kind === 'sent');
  const hint = arrived ? undefined : hintAtUnit(await post.outside(), '--test');
  if (hint !== undefined) lines.push('', hint);
  return { counts: {}, problems: [], text: lines.join('\n'), exitCode: arrived ? 0 : 1 };
}
