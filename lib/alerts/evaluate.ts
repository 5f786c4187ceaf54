// The evaluation of one run of send-alerts: judges the site, and takes every alert one step further, those of the snapshot by its time and
// those of the monitor by the clock. Pure: files → values.
import type { Sections } from '../contract/registry.ts';
import type { JudgedSite, JudgementInput } from '../health/files.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import type { Snapshot } from '../snapshot/files.ts';
import { alertsIn, type AlertEvent, type Notice, type State, type WaitingMail } from './files.ts';
import { advance } from './lifecycle.ts';
import type { Entry } from './mail-outbox.ts';
import { allOf } from './queue.ts';
import { activeSilences, type Note } from './silences.ts';
import { handlingOf, monitorSightings, readingsOf, snapshotSightings } from './sightings.ts';

/** The checks over the snapshot and over what the monitor knows of itself. */
export type Judge<Config> = (known: JudgementInput, config: Config, at: Date) => JudgedSite;

interface Known<Config> {
  readonly config: Config;
  readonly before: State;
  readonly known: JudgementInput;
  readonly outbox: Outbox<Entry>;
  readonly notes: readonly (Note & { readonly name: string })[];
  readonly now: Date;
}

export interface Evaluated {
  readonly judged: JudgedSite;
  /** Without the mails. */
  readonly state: State;
  readonly notices: readonly Notice[];
  readonly events: readonly AlertEvent[];
  /** Alerts that ended in this run, as Alertmanager is told of them. */
  readonly ended: ReturnType<typeof advance>['ended'];
  readonly firstSeenOf: (id: string) => string | undefined;
  /** Time of the notices: that of the snapshot, if there is one. */
  readonly at: Date;
}

export function evaluate<Config extends AlertsConfig>(
  { config, before, known, outbox, notes, now }: Known<Config>,
  judge: Judge<Config>,
  sections: Sections,
): Evaluated {
  const alerts = alertsIn(before);
  const { snapshot } = known;
  const shared = {
    handlingOf: (rule: string, subject: string) =>
      handlingOf(config, rule, subject, { notes, at: now, alertOf: (id) => alerts[id] }),
    waitingFor: (id: string, incident: string) =>
      outbox.waiting
        .filter(({ name, entry }) => isAbout(before.mails?.[name], entry, id, incident))
        .flatMap(({ entry: { recipients } }) =>
          recipients.flatMap(({ state, address }) => (state === 'waiting' ? address : [])),
        ),
  };
  const judged = judge(known, config, now);
  const all = allOf(judged);
  const byTime = snapshot && validTime(snapshot.time_utc);
  const seen =
    snapshot && byTime
      ? advance(before.snapshot, {
          at: byTime,
          seen: snapshotSightings(all, readingsOf(sections, snapshot.sections), config),
          ...shared,
        })
      : { state: before.snapshot, events: [], notices: [], ended: {} };
  const own = advance(before.own, { at: now, seen: monitorSightings(all, config), ...shared });
  const firstSeenOf = (id: string) => (seen.state.alerts[id] ?? own.state.alerts[id])?.first_seen;
  return {
    judged,
    state: {
      schema_version: 1,
      quiet: activeSilences(notes, config.alerts.maintenance, firstSeenOf, now),
      snapshot: seen.state,
      own: own.state,
    },
    notices: [...seen.notices, ...own.notices],
    // With Alertmanager, an alert without recipients here is no problem: Alertmanager routes it.
    events: [...seen.events, ...own.events].filter(({ kind }) => kind !== 'unheard' || !config.alerts.alertmanager),
    ended: { ...seen.ended, ...own.ended },
    firstSeenOf,
    at: byTime ?? now,
  };
}

/** Sightings of the rules in an earlier snapshot. */
export const seenIn =
  <Config extends AlertsConfig>(known: JudgementInput, config: Config, judge: Judge<Config>, sections: Sections) =>
  (snapshot: Snapshot) => {
    const all = allOf(judge({ ...known, snapshot }, config, new Date(snapshot.time_utc)));
    return snapshotSightings(all, readingsOf(sections, snapshot.sections), config);
  };

/** Without the notices of a mail (a state that was lost, or is of an older version), its ids have to do. */
function isAbout(mail: WaitingMail | undefined, { ids }: Entry, id: string, incident: string): boolean {
  const { notices = [] } = mail ?? {};
  if (notices.length === 0) return ids.includes(id);
  return notices.some((one) => one.id === id && one.alert.incident === incident);
}

function validTime(text: string): Date | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
