// send-alerts: works out from snapshot and state which notices are due, then sends the waiting mails. It judges the snapshot
// itself, so a broken or missing health file silences nothing. The state names every mail that waits in the outbox, before the
// mail is written and until every recipient has it: a mail that is lost or damaged is composed anew.
import { Usage } from '../contract/errors.ts';
import type { Sections } from '../contract/registry.ts';
import type { Spool } from '../contract/spool.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { counted, listed, reasonOf } from '../core/text.ts';
import { formatDuration } from '../core/quantity.ts';
import type { JudgementInput } from '../health/files.ts';
import { type Outbox, readOutbox, setAside } from '../outbox/outbox.ts';
import { readHeartbeat } from '../confirm/files.ts';
import { readTelling } from '../thermal/files.ts';
import { latest, readLatest, type Snapshot } from '../snapshot/files.ts';
import { postToAlertmanager } from './alertmanager.ts';
import { checkTransports, sendTest } from './check.ts';
import type { AlertsConfig } from './config.ts';
import { deliverWaiting } from './deliver.ts';
import { type Evaluated, evaluate, type Judge, seenIn } from './evaluate.ts';
import {
  alertsIn,
  events,
  type Notice,
  outboxFolder,
  silencesFolder,
  type State,
  stateFile,
  postedAlerts,
} from './files.ts';
import { illustrate } from './illustrate.ts';
import { digestsOf, keptMails, lostMails, settled, withComposed } from './ledger.ts';
import { log } from './log.ts';
import { countOutbox, type Entry, mailKind } from './mail-outbox.ts';
import type { Post } from './post.ts';
import { type Composed, composeMails, type Illustrate, queuedEvent } from './queue.ts';
import { expiredNotes, parseNotes } from './silences.ts';

const fresh: State = { schema_version: 1, snapshot: { alerts: {} }, own: { alerts: {} } };
/** Mails not sent within this time wait for the next run. */
const sendingMs = 60_000;

export const sendAlerts = <Config extends AlertsConfig>(post: Post, judge: Judge<Config>, sections: Sections) =>
  defineStage<Config>({
    name: 'send-alerts',
    summary: 'mails new, repeated and ended alerts, and retries undelivered mails',
    reads: [latest, stateFile],
    writes: [stateFile, events, postedAlerts],
    runsEvery: 'cycle',
    speaksWhenBroken: true,
    // A mail begun within the 60 s for sending may be tried by all three transports, 30 s each; 30 s are to spare.
    deadlineMs: 180_000,
    options: {
      check: { type: 'boolean', summary: 'print which transport would be used, and why the others would not' },
      test: { type: 'boolean', summary: 'send a test message to every recipient under `alerts` now' },
    },
    // A test is never queued: it arrives, or the output says why not.
    onlyPrints: (options) => options['check'] === true || options['test'] === true,

    async run(world) {
      const { check, test, 'dry-run': isDry } = world.options;
      if (check === true) return checkTransports(post, world);
      if (test === true && isDry === true) throw new Usage('--test sends a mail, and --dry-run none: choose one');
      return test === true ? sendTest(post, world) : sendNew(post, world, judge, sections);
    },
  });

async function sendNew<Config extends AlertsConfig>(
  post: Post,
  world: World<Config>,
  judge: Judge<Config>,
  sections: Sections,
): Promise<Outcome> {
  const { config, places } = world;
  const now = world.now();
  const began = world.monotonicMs();
  const problems: string[] = [];
  const spool = post.spool(outboxFolder(places), places.runtime);
  // Without the state all alerts start again: a mail may be sent twice, and none is lost.
  const { content: before = fresh, problems: noState } = await world.previous(stateFile);
  problems.push(...noState.map((problem) => `the state of the alerts ${problem}`));
  const { snapshot, missing } = await readLatest(world);
  const { notes, problems: noNotes } = parseNotes(post.notes(silencesFolder(places)));
  problems.push(...noNotes);
  const outbox = readOutbox(spool, mailKind, digestsOf(before.mails));
  const known: JudgementInput = {
    snapshot,
    missing,
    stages: await world.stageRecords(),
    heartbeat: await readHeartbeat(world),
    telling: await readTelling(world),
    judgingStage: 'send-alerts',
    outbox: countOutbox(outbox, spool, now),
  };
  const evaluated = evaluate({ config, before, known, outbox, notes, now }, judge, sections);
  const active = Object.values(alertsIn(evaluated.state)).filter(({ phase }) => phase === 'firing').length;
  const counts = { active, notices: evaluated.notices.length };
  if (world.options['dry-run'] === true) return { counts, problems, text: dryText(evaluated.notices) };

  const seen = seenIn(known, config, judge, sections);
  const run: Run = {
    post,
    world,
    spool,
    runId: snapshot?.run_id ?? world.runId,
    now,
    problems,
    illustrate: (drafts, at) =>
      illustrate(drafts, world, post, at, seen).catch((error: unknown) => {
        problems.push(`the picture for a mail could not be drawn: ${reasonOf(error)}`);
        return new Map();
      }),
  };
  const written = await writeMails(run, before, evaluated, outbox, snapshot);
  let state = written.state;
  const flushed = await deliverWaiting(post, world, spool, {
    runId: run.runId,
    digests: digestsOf(state.mails),
    isTimeLeft: () => world.monotonicMs() - began < sendingMs,
    settle: async (name, entry, taken, isFinished) => {
      const next = settled(state, name, entry, taken, isFinished);
      // While another recipient waits, settle is called with the same values in every run.
      if (JSON.stringify(next) === JSON.stringify(state)) return;
      state = next;
      await world.replace(stateFile, state);
    },
  });
  problems.push(...flushed.problems);
  for (const name of expiredNotes(notes, evaluated.firstSeenOf, now)) post.removeNote(silencesFolder(places), name);
  const unposted = await postToAlertmanager(world, state, evaluated.ended, post.outside);
  problems.push(...unposted);
  const left = countOutbox(readOutbox(spool, mailKind, digestsOf(state.mails)), spool, now);
  if (left.waiting > 0)
    problems.push(
      `${counted(left.waiting, 'mail')} could not be delivered, the oldest of ${formatDuration(left.waiting_seconds)} ago`,
    );
  return {
    counts: {
      ...counts,
      queued: written.queued,
      sent: flushed.happened.filter(({ kind }) => kind === 'sent').length,
      // Health judges delivery by these counts.
      ...left,
      waiting_seconds: Math.round(left.waiting_seconds),
      ...(config.alerts.alertmanager ? { untold: unposted.length } : {}),
    },
    problems,
    steps: flushed.steps,
    ...(snapshot ? { run_id: snapshot.run_id } : {}),
    json: state,
    text: `${counted(active, 'alert')} active, ${counted(written.queued, 'mail')} written, ${left.waiting} waiting`,
  };
}

interface Run {
  readonly post: Post;
  readonly world: World<AlertsConfig>;
  readonly spool: Spool;
  readonly runId: string;
  readonly now: Date;
  readonly problems: string[];
  readonly illustrate: Illustrate;
}

/** Puts the mails of the notices into the outbox, and those that were lost from it. The order of the writes is such that a kill
 * loses no mail. */
async function writeMails(
  { post, world, spool, runId, now, problems, illustrate: draw }: Run,
  before: State,
  { judged, state: next, notices, events: happened, at }: Evaluated,
  outbox: Outbox<Entry>,
  snapshot: Snapshot | undefined,
): Promise<{ state: State; queued: number }> {
  spool.sweep();
  for (const bad of outbox.bad) {
    setAside(spool, bad, now);
    problems.push(`${bad.name} in the outbox was not sent, and moved to outbox/dead: ${bad.reason}`);
  }
  const kept = keptMails(outbox, before.mails, now);
  const { lost, unknown } = lostMails(before.mails, kept);
  problems.push(...unknown.map((name) => `${name} is no longer in the outbox, and what it said is not known`));
  const batches = [
    ...lost,
    ...(before.owed ? [{ at: new Date(before.owed.at), notices: before.owed.notices }] : []),
    { at, notices },
  ];
  const composed: Composed[] = [];
  for (const batch of batches) composed.push(...(await composeMails(post, world, batch, { snapshot, judged }, draw)));
  // A mail of a killed run may be in the outbox already, and some recipients may have accepted it.
  const state: State = { ...next, mails: withComposed(kept, composed) };
  const logged = [...(before.owed?.events ?? []), ...happened];
  const queued = composed.map(queuedEvent);
  if (composed.length > 0 || logged.length > 0) {
    // From here on, a kill loses nothing: the next run composes the mails that are not in the outbox.
    await world.replace(stateFile, { ...state, owed: { at: now.toISOString(), notices: [], events: logged } });
    for (const { name, entry } of composed) if (!Object.hasOwn(kept, name)) spool.put(name, JSON.stringify(entry));
    const noticed = logged.map(({ kind, id, message }) => ({ kind, ids: [id], message }));
    problems.push(...(await log(world, runId, [...noticed, ...queued])));
    await world.replace(stateFile, state);
  } else if (JSON.stringify(state) !== JSON.stringify(before)) await world.replace(stateFile, state);
  return { state, queued: queued.length };
}

const dryText = (notices: readonly Notice[]): string =>
  notices.length === 0
    ? 'no notification would be sent'
    : notices
        .map(
          ({ kind, id, alert, to }) => `would notify ${listed([...to]) || 'nobody'} (${kind}): ${id}: ${alert.message}`,
        )
        .join('\n');
