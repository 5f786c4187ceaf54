// `--check` and `--test`: how news would leave this machine, and whether it does.
import { Usage } from '../contract/errors.ts';
import type { Outcome, World } from '../contract/stage.ts';
import type { Transport } from '../contract/transport.ts';
import { askReplicas } from './alertmanager.ts';
import type { AlertsConfig } from './config.ts';
import { deliverWaiting } from './deliver.ts';
import { outboxFolder } from './files.ts';
import { type Post, waysOut } from './post.ts';
import { queueDraft } from './queue.ts';
import { webhookOf } from './recipient.ts';

/** Which way would be used for whom, why not the others, and what they miss. Sends nothing. */
export async function checkWays(post: Post, config: AlertsConfig): Promise<Outcome> {
  const { alerts } = config;
  const outside = await post.outside();
  const transports = await post.transports();
  const ways = waysOut(transports, config, outside);
  let used: string | undefined;
  let missing = 0;
  const lines: string[] = [];
  for (const transport of transports.mail) {
    const ready = await transport.ready(outside);
    const asked = ways.mail.includes(transport);
    if (ready.usable && asked) used ??= transport.name;
    lines.push(`${transport.name.padEnd(9)} ${asked ? '' : '(not asked for) '}${sayReady(ready)}`);
  }
  for (const [name, webhook] of Object.entries(ways.webhooks)) {
    const ready = await webhook.ready(outside);
    if (!ready.usable) missing += 1;
    lines.push(`webhook:${name} ${sayReady(ready)}`);
  }
  for (const { shown, problem } of await askReplicas(outside, alerts.alertmanager)) {
    if (problem !== undefined) missing += 1;
    lines.push(`alertmanager ${shown}: ${problem ?? 'it answers'}`);
  }
  const wantsMail = alerts.to.some((one) => webhookOf(one) === undefined);
  if (wantsMail && used === undefined) missing += 1;
  const nobody = alerts.to.length === 0 && !alerts.alertmanager;
  const verdict = used === undefined ? 'No mail can leave this machine.' : `Mails would go by ${used}.`;
  lines.push('', `to        ${alerts.to.length === 0 ? 'nobody: alerts.to is empty' : alerts.to.join(', ')}`);
  return {
    counts: {},
    problems: [],
    text: [...lines, ...(wantsMail || nobody ? [verdict] : [])].join('\n'),
    exitCode: missing > 0 || (nobody && used === undefined) ? 1 : 0,
  };
}

const sayReady = (ready: Awaited<ReturnType<Transport['ready']>>): string =>
  ready.usable ? `usable: ${ready.uses}` : `not usable: ${ready.missing}`;

/** A test mail to `alerts.to`, now. */
export async function sendTest(post: Post, world: World<AlertsConfig>): Promise<Outcome> {
  const { config } = world;
  if (config.alerts.to.length === 0) throw new Usage('alerts.to names nobody: there is no one to send a test mail to');
  const spool = post.spool(outboxFolder(world.places), world.places.runtime);
  const text = `This is a test of the alerts of ${config.site} on ${world.hostname}. Nothing is wrong.\n`;
  const draft = {
    to: config.alerts.to,
    ids: ['test'],
    key: 'test',
    subject: `[${config.site}] TEST of alerts from ${world.hostname}`,
    text,
    html: `<p>${text}</p>`,
    incidents: [],
    alerts: [],
  };
  const entry = await queueDraft(post, world, spool, draft, world.now());
  const flushed = await deliverWaiting(post, world, spool, { isTimeLeft: () => true, settle: async () => undefined });
  const own = flushed.happened.filter((one) => one.entry.message_id === entry.message_id);
  const lines = own.map(({ kind, to, message }) => `${kind}: ${to.join(', ')}: ${message}`);
  const arrived = own.length > 0 && own.every(({ kind }) => kind === 'sent');
  return { counts: {}, problems: arrived ? [] : lines, text: lines.join('\n'), exitCode: arrived ? 0 : 1 };
}
