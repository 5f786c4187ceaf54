// send-alerts: snapshot and state → who is to be told; then what waits is sent. A mail is on the disk before the state
// says so, and the state says that it is sent before it goes from the disk.
import { Usage } from '../contract/errors.ts';
import type { Spool } from '../contract/spool.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import type { Outside, Transport } from '../contract/transport.ts';
import { counted, listed, reasonOf } from '../core/text.ts';
import { formatDuration } from '../core/quantity.ts';
import { latestHealth } from '../health/files.ts';
import { latest, type Snapshot } from '../snapshot/files.ts';
import type { AlertsConfig } from './config.ts';
import { events, type LoggedEvent, outboxFolder, silencesFolder, type State, stateFile } from './files.ts';
import { advance, type AlertEvent, type AlertState, type Notice, sent } from './lifecycle.ts';
import { lookAtOwn, lookAtSnapshot, policyOf, runbookOf } from './look.ts';
import { draftMails } from './mail.ts';
import { recordsOf } from './own.ts';
import { parseNotes } from './silence.ts';
import { type Flushed, flush, readOutbox, type Settle, writeEntry } from './outbox.ts';

/** What sending needs beyond a World. */
export interface Post {
  readonly spool: (folder: string, runtime: string) => Spool;
  /** Loaded when there is something to send: a run without costs nothing of it. */
  readonly outside: () => Promise<Outside>;
  readonly transports: () => Promise<readonly Transport[]>;
  /** What people left in that folder. */
  readonly notes: (folder: string) => readonly { name: string; text: string }[];
  /** A file that cannot be used, out of the way and kept: its new name. */
  readonly setAside: (path: string, now: Date) => string;
}

const empty: AlertState = { seen_at: undefined, alerts: {} };
const fresh: State = { schema_version: 1, snapshot: empty, own: empty };
/** What is left then is for the next run. */
const sendingMs = 90_000;

export const sendAlerts = (post: Post) =>
  defineStage<AlertsConfig>({
    name: 'send-alerts',
    summary: 'mails who has to hear of something, and what still waits',
    reads: [latest, latestHealth, stateFile],
    writes: [stateFile, events],
    deadlineMs: 150_000,
    options: {
      check: { type: 'boolean', summary: 'say which transport would be used, why not the others, and what they miss' },
      test: { type: 'boolean', summary: 'send a test mail to `alerts.to`, now' },
    },
    onlyAsks: (options) => options['check'] === true,

    async run(world) {
      if (world.options['check'] === true) return check(post, world.config);
      if (world.options['test'] === true) return sendTest(post, world);
      return sendNew(post, world);
    },
  });

async function sendNew(post: Post, world: World<AlertsConfig>): Promise<Outcome> {
  const { config, places } = world;
  const now = world.now();
  const began = world.monotonicMs();
  const isDry = world.options['dry-run'] === true;
  const problems: string[] = [];
  const spool = post.spool(outboxFolder(places), places.runtime);
  const before = await readState(post, world, problems);
  const { snapshot, problem } = await world.read(latest).then(
    (found) => ({ snapshot: found, problem: found ? undefined : 'there is no snapshot yet' }),
    (error: unknown) => ({ snapshot: undefined, problem: reasonOf(error) }),
  );

  const { notes, problems: noNotes } = parseNotes(post.notes(silencesFolder(places)));
  problems.push(...noNotes);
  const firstSeenOf = (id: string) => (before.snapshot.alerts[id] ?? before.own.alerts[id])?.first_seen;
  const policy = (rule: string, subject: string) => policyOf(config, rule, subject, { notes, at: now, firstSeenOf });
  const byTime = snapshot && lookTime(snapshot);
  const seen =
    snapshot && byTime
      ? advance(before.snapshot, {
          at: byTime,
          seen: lookAtSnapshot(snapshot.sections, config, byTime),
          policyOf: policy,
        })
      : { state: before.snapshot, events: [], notices: [] };
  const own = advance(before.own, {
    at: now,
    seen: lookAtOwn(
      { snapshot: ageOf(byTime, problem, now), outbox: waitingIn(spool, now), ...(await recordsOf(world, now)) },
      config,
      now,
    ),
    policyOf: policy,
  });
  const notices = [...seen.notices, ...own.notices];
  const happened = [...seen.events, ...own.events];
  let state: State = { schema_version: 1, snapshot: seen.state, own: own.state };
  const counts = { active: countActive(state), notices: notices.length };
  if (isDry) return { counts, problems, text: dryText(notices) };

  // On the disk first; then in the state.
  const queued = await queue(world, spool, notices, byTime ?? now);
  if (JSON.stringify(state) !== JSON.stringify(before)) await world.replace(stateFile, state);
  for (const event of [...happened.map(eventOf), ...queued]) await log(world, event);

  const flushed = await sendWaiting(post, world, spool, {
    isTimeLeft: () => world.monotonicMs() - began < sendingMs,
    settle: async (ids, at) => {
      const next = { ...state, snapshot: sent(state.snapshot, ids, at), own: sent(state.own, ids, at) };
      // While another recipient waits, it is told of the same again with every run.
      if (JSON.stringify(next) === JSON.stringify(state)) return;
      state = next;
      await world.replace(stateFile, state);
    },
  });
  problems.push(...flushed.problems);
  const { waiting, oldest_seconds } = waitingIn(spool, now);
  if (waiting > 0)
    problems.push(
      `${counted(waiting, 'mail')} could not be delivered, the oldest of ${formatDuration(oldest_seconds)} ago`,
    );
  return {
    counts: {
      ...counts,
      queued: queued.length,
      sent: flushed.happened.filter(({ kind }) => kind === 'sent').length,
      // What health says of the delivery it takes from here.
      waiting,
      waiting_seconds: Math.round(oldest_seconds),
      dead: spool.dead().length,
    },
    problems,
    ...(snapshot ? { run_id: snapshot.run_id } : {}),
    json: state,
    text: `${counted(counts.active, 'alert')} active, ${counted(queued.length, 'mail')} written, ${waiting} waiting`,
  };
}

async function readState(post: Post, world: World<AlertsConfig>, problems: string[]): Promise<State> {
  try {
    return (await world.read(stateFile)) ?? fresh;
  } catch (error) {
    // Without it alerts begin anew: a mail may come twice, and none is lost.
    const path = stateFile.path(world.places, world.now());
    const aside = world.options['dry-run'] === true ? 'not moved in a dry run' : post.setAside(path, world.now());
    problems.push(`the state of the alerts could not be used and was set aside (${aside}): ${reasonOf(error)}`);
    return fresh;
  }
}

function lookTime(snapshot: Snapshot): Date | undefined {
  const at = new Date(snapshot.time_utc);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

const ageOf = (at: Date | undefined, problem: string | undefined, now: Date) => ({
  age_seconds: at ? Math.max(0, (now.getTime() - at.getTime()) / 1000) : undefined,
  problem: at ? undefined : (problem ?? 'the latest snapshot has no time'),
});

function waitingIn(spool: Spool, now: Date): { waiting: number; oldest_seconds: number } {
  const { waiting } = readOutbox(spool);
  const ages = waiting.map(({ entry }) => (now.getTime() - Date.parse(entry.composed_at)) / 1000);
  return { waiting: waiting.length, oldest_seconds: Math.max(0, ...ages) };
}

const countActive = ({ snapshot, own }: State): number =>
  [...Object.values(snapshot.alerts), ...Object.values(own.alerts)].filter(({ phase }) => phase === 'firing').length;

const dryText = (notices: readonly Notice[]): string =>
  notices.length === 0
    ? 'nobody would be told of anything'
    : notices
        .map(
          ({ kind, id, alert, to }) => `would tell ${listed([...to]) || 'nobody'} (${kind}): ${id}: ${alert.message}`,
        )
        .join('\n');

type Event = Pick<LoggedEvent, 'kind' | 'ids' | 'message'> & Partial<LoggedEvent>;

const eventOf = ({ kind, id, message }: AlertEvent): Event => ({ kind, ids: [id], message });

async function log(world: World<AlertsConfig>, event: Event): Promise<void> {
  await world.append(events, { schema_version: 1, time: world.now().toISOString(), run_id: world.runId, ...event });
}

/** The mails of these, in the outbox; what is said of them in the log. */
async function queue(world: World<AlertsConfig>, spool: Spool, notices: readonly Notice[], at: Date): Promise<Event[]> {
  const { config } = world;
  if (notices.length === 0) return [];
  const unheard = notices.filter(({ to }) => to.length === 0);
  const health = await world.read(latestHealth).catch(() => undefined);
  const elsewhere = (health?.observations ?? []).filter(({ level }) => level === 'red' || level === 'unknown');
  const drafts = draftMails(notices, {
    site: config.site,
    hostname: world.hostname,
    at,
    elsewhere,
    runId: health?.run_id ?? world.runId,
    runbookOf,
  });
  const told: Event[] = unheard.map(({ id, alert }) => ({
    kind: 'unheard',
    ids: [id],
    message: `nobody is in alerts.to: ${alert.message}`,
  }));
  if (drafts.length === 0) return told;
  const { compose } = await import('./compose.ts');
  for (const draft of drafts) {
    const from = sender(world);
    const entry = await compose(draft, { site: config.site, from, hostname: world.hostname, at, now: world.now() });
    writeEntry(spool, entry);
    told.push({
      kind: 'queued',
      ids: entry.ids,
      message: entry.subject,
      message_id: entry.message_id,
      to: [...draft.to],
    });
  }
  return told;
}

/** An address that somebody reads: what comes back is the sign of a mail that did not arrive. */
const sender = ({ config, hostname }: World<AlertsConfig>): string => config.alerts.from ?? `ops-monitor@${hostname}`;

interface Sending {
  readonly isTimeLeft: () => boolean;
  readonly settle: Settle;
}

async function sendWaiting(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  { isTimeLeft, settle }: Sending,
): Promise<Flushed> {
  // Nothing waits: nothing of what sending needs is even looked for.
  if (spool.names().length === 0) return { happened: [], problems: [] };
  const outside = await post.outside();
  const transports = chosen(await post.transports(), world.config, outside);
  const giveUp = world.config.alerts['give-up'];
  const flushed = await flush({ spool, transports, outside, now: world.now(), giveUp, isTimeLeft }, settle);
  for (const { kind, entry, to, message } of flushed.happened)
    await log(world, { kind, ids: entry.ids, message, message_id: entry.message_id, to: [...to] });
  return flushed;
}

/** `OPS_ALERT_TRANSPORT` wins over the configuration. `auto` tries them in their order. */
function chosen(
  transports: readonly Transport[],
  { alerts }: AlertsConfig,
  { environment }: Outside,
): readonly Transport[] {
  const wanted = environment['OPS_ALERT_TRANSPORT'] || alerts.transport;
  if (wanted === 'auto') return transports;
  const found = transports.filter(({ name }) => name === wanted);
  const names = ['auto', ...transports.map(({ name }) => name)];
  if (found.length === 0)
    throw new Usage(`OPS_ALERT_TRANSPORT is ${JSON.stringify(wanted)}; expected one of ${listed(names)}`);
  return found;
}

async function check(post: Post, config: AlertsConfig): Promise<Outcome> {
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

async function sendTest(post: Post, world: World<AlertsConfig>): Promise<Outcome> {
  const { config } = world;
  if (config.alerts.to.length === 0) throw new Usage('alerts.to names nobody: there is no one to send a test mail to');
  const now = world.now();
  const spool = post.spool(outboxFolder(world.places), world.places.runtime);
  const text = `This is a test of the alerts of ${config.site} on ${world.hostname}. Nothing is wrong.\n`;
  const { compose } = await import('./compose.ts');
  const draft = {
    to: config.alerts.to,
    ids: ['test'],
    key: 'test',
    subject: `[${config.site}] TEST of alerts from ${world.hostname}`,
    text,
    html: `<p>${text}</p>`,
    incidents: [],
  };
  const from = sender(world);
  const entry = await compose(draft, { site: config.site, from, hostname: world.hostname, at: now, now });
  writeEntry(spool, entry);
  const flushed = await sendWaiting(post, world, spool, { isTimeLeft: () => true, settle: async () => undefined });
  const own = flushed.happened.filter((one) => one.entry.message_id === entry.message_id);
  const lines = own.map(({ kind, to, message }) => `${kind}: ${to.join(', ')}: ${message}`);
  const arrived = own.length > 0 && own.every(({ kind }) => kind === 'sent');
  return { counts: {}, problems: arrived ? [] : lines, text: lines.join('\n'), exitCode: arrived ? 0 : 1 };
}
