// `--check` and `--test`: how news would leave this machine, and whether it does.
import { Usage } from '../contract/errors.ts';
import type { Outcome, World } from '../contract/stage.ts';
import type { AlertsConfig } from './config.ts';
import { deliverWaiting } from './deliver.ts';
import { outboxFolder } from './files.ts';
import { chosen, type Post } from './post.ts';
import { queueDraft } from './queue.ts';

/** Which transport would be used, why not the others, and what they miss. Sends nothing. */
export async function checkWays(post: Post, config: AlertsConfig): Promise<Outcome> {
  const outside = await post.outside();
  const transports = await post.transports();
  const wanted = chosen(transports, config, outside);
  const lines: string[] = [];
  let used: string | undefined;
  for (const transport of transports) {
    const ready = await transport.ready(outside);
    const asked = wanted.includes(transport);
    if (ready.usable && asked) used ??= transport.name;
    const how = ready.usable ? `usable: ${ready.uses}` : `not usable: ${ready.missing}`;
    lines.push(`${transport.name.padEnd(9)} ${asked ? '' : '(not asked for) '}${how}`);
  }
  const to = config.alerts.to.length === 0 ? 'nobody: alerts.to is empty' : config.alerts.to.join(', ');
  const verdict = used === undefined ? 'No mail can leave this machine.' : `Mails would go by ${used}.`;
  return {
    counts: {},
    problems: [],
    text: [...lines, '', `to        ${to}`, verdict].join('\n'),
    exitCode: used === undefined ? 1 : 0,
  };
}

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
  };
  const entry = await queueDraft(world, spool, draft, world.now());
  const flushed = await deliverWaiting(post, world, spool, { isTimeLeft: () => true, settle: async () => undefined });
  const own = flushed.happened.filter((one) => one.entry.message_id === entry.message_id);
  const lines = own.map(({ kind, to, message }) => `${kind}: ${to.join(', ')}: ${message}`);
  const arrived = own.length > 0 && own.every(({ kind }) => kind === 'sent');
  return { counts: {}, problems: arrived ? [] : lines, text: lines.join('\n'), exitCode: arrived ? 0 : 1 };
}
