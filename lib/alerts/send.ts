// send-alerts: works out from snapshot and state which notices are due, then sends the waiting mails. It judges the snapshot
// itself, so a broken or missing health file silences nothing. The state names every mail that waits in the outbox, before the
// mail is written and until every recipient has it: a mail that is lost or damaged is composed anew.
import { Usage } from '../contract/errors.ts';
import type { Sections } from '../contract/registry.ts';
import type { Spool } from '../contract/spool.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { secondsSince } from '../core/age.ts';
import { counted, listed } from '../core/text.ts';
import { formatDuration } from '../core/quantity.ts';
import type { JudgedSite, JudgementInput } from '../health/files.ts';
import { type Outbox, readOutbox, setAside } from '../outbox/outbox.ts';
import { readHeartbeat } from '../confirm/files.ts';
import { readTelling } from '../thermal/files.ts';
import { latest, readLatest, type Snapshot } from '../snapshot/files.ts';
import { postToAlertmanager } from './alertmanager.ts';
import { checkTransports, sendTest } from './check.ts';
import type { AlertsConfig } from './config.ts';
import { deliverWaiting } from './deliver.ts';
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
import { digestsOf, keptMails, lostMails, settled, withComposed } from './ledger.ts';
import { advance } from './lifecycle.ts';
import { log } from './log.ts';
import { handlingOf, monitorSightings, snapshotSightings, readingsOf } from './sightings.ts';
import { type Entry, mailKind } from './mail-outbox.ts';
import type { Post } from './post.ts';
import { allOf, type Composed, composeMails, queuedEvent } from './queue.ts';
import { parseNotes, activeSilences, expiredNotes } from './silences.ts';

const fresh: State = { schema_version: 1, snapshot: { alerts: {} }, own: { alerts: {} } };
/** Mails not sent within this time wait for the next run. */
const sendingMs = 60_000;

/** The checks over the snapshot and over what the monitor knows of itself. */
export type Judge<Config> = (known: JudgementInput, config: Config, at: Date) => JudgedSite;

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
  const isDry = world.options['dry-run'] === true;
  const problems: string[] = [];
  const spool = post.spool(outboxFolder(places), places.runtime);
  // Without the state all alerts start again: a mail may be sent twice, and none is lost.
  const { content: before = fresh, problems: noState } = await world.previous(stateFile);
  problems.push(...noState.map((problem) => `the state of the alerts ${problem}`));
  const { snapshot, missing } = await readLatest(world);

  const { notes, problems: noNotes } = parseNotes(post.notes(silencesFolder(places)));
  problems.push(...noNotes);
  const alerts = alertsIn(before);
  const firstSeenOf = (id: string) => alerts[id]?.first_seen;
  const byTime = snapshot && snapshotTime(snapshot);
  const runId = snapshot?.run_id ?? world.runId;
  const outbox = readOutbox(spool, mailKind, digestsOf(before.mails));
  const onTheirWay = new Set(outbox.waiting.flatMap(({ entry }) => entry.ids));
  const shared = {
    handlingOf: (rule: string, subject: string) => handlingOf(config, rule, subject, { notes, at: now, firstSeenOf }),
    isOnItsWay: (id: string) => onTheirWay.has(id),
  };
  const known: JudgementInput = {
    snapshot,
    missing,
    stages: await world.stageRecords(),
    heartbeat: await readHeartbeat(world),
    telling: await readTelling(world),
    judgingStage: 'send-alerts',
    outbox: countOutbox(outbox, spool, now),
  };
  const site = judge(known, config, now);
  const all = allOf(site);
  const seen =
    snapshot && byTime
      ? advance(before.snapshot, {
          at: byTime,
          seen: snapshotSightings(all, readingsOf(sections, snapshot.sections), config),
          ...shared,
        })
      : { state: before.snapshot, events: [], notices: [], ended: {} };
  const own = advance(before.own, { at: now, seen: monitorSightings(all, config), ...shared });
  const notices = [...seen.notices, ...own.notices];
  // With Alertmanager, an alert without recipients here is no problem: Alertmanager routes it.
  const happened = [...seen.events, ...own.events].filter(
    ({ kind }) => kind !== 'unheard' || !config.alerts.alertmanager,
  );
  const stillSince = (id: string) => (seen.state.alerts[id] ?? own.state.alerts[id])?.first_seen;
  const quiet = activeSilences(notes, config.alerts.maintenance, stillSince, now);
  const judged: State = { schema_version: 1, quiet, snapshot: seen.state, own: own.state };
  const active = Object.values(alertsIn(judged)).filter(({ phase }) => phase === 'firing').length;
  const counts = { active, notices: notices.length };
  if (isDry) return { counts, problems, text: dryText(notices) };

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
    { at: byTime ?? now, notices },
  ];
  const composed: Composed[] = [];
  for (const batch of batches) composed.push(...(await composeMails(post, world, batch, { snapshot, judged: site })));
  // A mail of a killed run may be in the outbox already, and some recipients may have accepted it.
  const mails = withComposed(kept, composed);
  const logged = [...(before.owed?.events ?? []), ...happened];
  let state: State = { ...judged, mails };
  const queued = composed.map(queuedEvent);
  if (composed.length > 0 || logged.length > 0) {
    // From here on, a kill loses nothing: the next run composes the mails that are not in the outbox.
    await world.replace(stateFile, { ...state, owed: { at: now.toISOString(), notices: [], events: logged } });
    for (const { name, entry } of composed) if (!Object.hasOwn(kept, name)) spool.put(name, JSON.stringify(entry));
    const noticed = logged.map(({ kind, id, message }) => ({ kind, ids: [id], message }));
    problems.push(...(await log(world, runId, [...noticed, ...queued])));
    await world.replace(stateFile, state);
  } else if (JSON.stringify(state) !== JSON.stringify(before)) await world.replace(stateFile, state);

  const flushed = await deliverWaiting(post, world, spool, {
    runId,
    digests: digestsOf(mails),
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
  for (const name of expiredNotes(notes, stillSince, now)) post.removeNote(silencesFolder(places), name);
  const unposted = await postToAlertmanager(world, state, { ...seen.ended, ...own.ended }, post.outside);
  problems.push(...unposted);
  const { waiting, waiting_seconds, dead } = countOutbox(
    readOutbox(spool, mailKind, digestsOf(state.mails)),
    spool,
    now,
  );
  if (waiting > 0)
    problems.push(
      `${counted(waiting, 'mail')} could not be delivered, the oldest of ${formatDuration(waiting_seconds)} ago`,
    );
  return {
    counts: {
      ...counts,
      queued: queued.length,
      sent: flushed.happened.filter(({ kind }) => kind === 'sent').length,
      // Health judges delivery by these counts.
      waiting,
      waiting_seconds: Math.round(waiting_seconds),
      dead,
      ...(config.alerts.alertmanager ? { untold: unposted.length } : {}),
    },
    problems,
    ...(snapshot ? { run_id: snapshot.run_id } : {}),
    json: state,
    text: `${counted(counts.active, 'alert')} active, ${counted(queued.length, 'mail')} written, ${waiting} waiting`,
  };
}

function snapshotTime(snapshot: Snapshot): Date | undefined {
  const at = new Date(snapshot.time_utc);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function countOutbox({ waiting, bad }: Outbox<Entry>, spool: Spool, now: Date): NonNullable<JudgementInput['outbox']> {
  const ages = waiting.map(({ entry }) => secondsSince(entry.composed_at, now));
  return { waiting: waiting.length, waiting_seconds: Math.max(0, ...ages), dead: spool.dead().length + bad.length };
}

const dryText = (notices: readonly Notice[]): string =>
  notices.length === 0
    ? 'no notification would be sent'
    : notices
        .map(
          ({ kind, id, alert, to }) => `would notify ${listed([...to]) || 'nobody'} (${kind}): ${id}: ${alert.message}`,
        )
        .join('\n');
