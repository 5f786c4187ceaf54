// Tries those that the monitor tells: mail servers, webhooks, Alertmanager, Sentry and watchdogs. Nothing is sent, posted or
// pinged.
import { documentPath } from '../../io/product.ts';
import { askReplicas } from '../../alerts/alertmanager.ts';
import { chooseTransports, type Chosen } from '../../alerts/post.ts';
import { mergeRecipients, recipientLists, webhookOf } from '../../alerts/recipient.ts';
import { hintAtUnit } from '../../alerts/unit-settings.ts';
import type { KeyPath } from '../../config/origin.ts';
import type { Configuration } from '../../config/schema.ts';
import type { Outside } from '../../contract/outside.ts';
import { beatUrlProblem, type BeatStyle } from '../../core/beat.ts';
import { sentryProject } from '../../core/sentry.ts';
import { reasonOf } from '../../core/text.ts';
import { post } from '../../cycle/post.ts';
import { whyUnreachable } from '../../io/reach.ts';
import { type Finding, ok, problem, tried, unknown } from './finding.ts';

const connectSeconds = 8;
/** A greeting, a login, and programs that are asked for their version before. */
const mailSeconds = 25;

export async function tryRecipients(config: Configuration): Promise<Finding[]> {
  const outside = await post.outside();
  const { alerts, heartbeat, thermal } = config;
  const chosen = chooseTransports(await post.transports(), config, outside);
  const byMail = mergeRecipients(...recipientLists(alerts).map(([, to]) => to)).filter(
    (recipient) => webhookOf(recipient) === undefined,
  );
  const [firstList = ['to']] = recipientLists(alerts).flatMap(([path, to]) =>
    to.some((one) => webhookOf(one) === undefined) ? [path] : [],
  );
  const mailPath = ['alerts', ...firstList];
  const [replicas, ...others] = await Promise.all([
    tryAlertmanager(config, outside),
    ...(byMail.length === 0 ? [] : [tried(mailPath, mailSeconds, () => tryMail(mailPath, chosen, outside))]),
    ...Object.entries(alerts.webhooks).map(([name, { url, token }]) => {
      const path = ['alerts', 'webhooks', name];
      const missing = token === undefined ? undefined : missingSecret(outside, token);
      if (missing !== undefined) return unknown([...path, 'token'], missing);
      return trySecretUrl([...path, 'url'], url, outside, 'nothing was posted');
    }),
    ...(heartbeat ? [tryBeat(['heartbeat', 'url'], heartbeat, outside)] : []),
    ...(thermal.beat ? [tryBeat(['thermal', 'beat', 'url'], thermal.beat, outside)] : []),
    ...(thermal.sentry ? [trySentry(thermal.sentry, outside)] : []),
  ]);
  return [...replicas, ...others];
}

/** As send-alerts does, takes the first transport that can be used. */
async function tryMail(path: KeyPath, { mail }: Chosen, outside: Outside): Promise<Finding> {
  const lacking: string[] = [];
  for (const transport of mail) {
    const ready = await transport.ready(outside);
    if (!ready.usable) {
      lacking.push(`${transport.name}: ${ready.missing}`);
      continue;
    }
    const would = `mails would go by ${transport.name}: ${ready.uses}`;
    if (!transport.reach) return ok(path, `${would}; no mail was sent`);
    return transport.reach(outside).then(
      () => ok(path, `${would}; it answers, and no mail was sent`),
      (error: unknown) => problem(path, `${would}, but: ${reasonOf(error)}`, `See ${documentPath('alerts.md')}`),
    );
  }
  const hint = hintAtUnit(outside, '--check');
  if (hint !== undefined) return unknown(path, `${hint} (in this shell: ${lacking.join('; ')})`);
  const says = `no mail can leave from here: ${lacking.join('; ')}`;
  // The settings of SMTP are variables, which the unit may have and this shell has not.
  const isOfUnit = mail.some((transport) => transport.reach !== undefined);
  return isOfUnit
    ? unknown(path, `${says}; what the unit has besides is not known here`)
    : problem(path, says, `See ${documentPath('alerts.md')}`);
}

async function tryBeat(
  path: KeyPath,
  { url, style }: { readonly url: string; readonly style: BeatStyle },
  outside: Outside,
): Promise<Finding> {
  const found = outside.secret(url);
  const wrong = 'value' in found ? beatUrlProblem(style, found.value) : undefined;
  if (wrong !== undefined) return problem(path, `${url}: ${wrong}`, `Correct ${url}`);
  return trySecretUrl(path, url, outside, 'it was not pinged, so whether it takes pings is not known');
}

async function trySentry({ dsn, monitor }: { readonly dsn: string; readonly monitor: string }, outside: Outside) {
  const path = ['thermal', 'sentry', 'dsn'];
  const found = outside.secret(dsn);
  if ('missing' in found) return unknown(path, found.missing);
  const project = sentryProject(found.value, monitor);
  if (!project)
    return problem(path, `${dsn} is no DSN and no address of a cron monitor`, `See ${documentPath('thermal.md')}`);
  return tryServer(path, dsn, project.envelopeUrl, 'nothing was sent');
}

async function trySecretUrl(path: KeyPath, reference: string, outside: Outside, but: string): Promise<Finding> {
  const found = outside.secret(reference);
  return 'missing' in found ? unknown(path, found.missing) : tryServer(path, reference, found.value, but);
}

/** Shows only the host of the address: the rest may be a token. */
async function tryServer(path: KeyPath, reference: string, url: string, but: string): Promise<Finding> {
  const host = URL.parse(url)?.host || reference;
  const why = await whyUnreachable(url, connectSeconds);
  if (why === undefined) return ok(path, `${host} accepts connections; ${but}`);
  return problem(path, `${host}: ${why}`, `Correct ${reference}, or the way there`);
}

/** Each replica is asked for its status. */
async function tryAlertmanager({ alerts }: Configuration, outside: Outside): Promise<Finding[]> {
  const settings = alerts.alertmanager;
  if (!settings) return [];
  const missingToken = settings.token === undefined ? undefined : missingSecret(outside, settings.token);
  if (missingToken !== undefined) return [unknown(['alerts', 'alertmanager', 'token'], missingToken)];
  const replicas = await askReplicas(outside, settings);
  return replicas.map(({ shown, problem: why }, index) => {
    const path = ['alerts', 'alertmanager', 'urls', index];
    if (why === undefined) return ok(path, `${shown} answers; nothing was posted`);
    const reference = settings.urls[index] ?? '';
    return reference.startsWith('$') && missingSecret(outside, reference) !== undefined
      ? unknown(path, why)
      : problem(path, `${shown}: ${why}`, 'Correct the address, or start it');
  });
}

function missingSecret(outside: Outside, reference: string): string | undefined {
  const found = outside.secret(reference);
  return 'missing' in found ? found.missing : undefined;
}
