// The lifecycle of an alert: pending, firing, recovered. Pure: sightings and the time go in; the next state, the events
// and the notices to be mailed come out.
import type { Firing, Sighting } from '../contract/policy.ts';
import { secondsSince } from '../core/age.ts';
import { mergeRecipients, recipientsMissingIn } from './recipient.ts';
import type { Alert, AlertEvent, AlertState, Notice } from './files.ts';

/** Durations are in seconds. */
export interface Handling {
  readonly hold: number;
  readonly clearHold: number;
  readonly repeat: number;
  readonly to: readonly string[];
  readonly escalate: { readonly after: number; readonly to: readonly string[] } | undefined;
  /** The reason of the silence that holds now, if there is one. */
  readonly silenced: string | undefined;
  /** The acknowledgement of this incident, if there is one. */
  readonly acknowledged: string | undefined;
}

export interface Evaluation {
  readonly at: Date;
  /** Rule name → its sightings. */
  readonly seen: Readonly<Record<string, RuleSightings>>;
  readonly handlingOf: (rule: string, subject: string) => Handling;
  /** Recipients for whom a mail about this incident is still in the outbox. One about an earlier incident says nothing of this one. */
  readonly waitingFor: (id: string, incident: string) => readonly string[];
}

export interface RuleSightings {
  readonly sightings: readonly Sighting[];
  /** Why a subject without a sighting may still exist: its section could not be read. */
  readonly failureOf: (subject: string) => string | undefined;
}

export function advance(before: AlertState, evaluation: Evaluation) {
  const at = evaluation.at.toISOString();
  const run = newRun(evaluation, at);
  const { events, notices, ended } = run;
  if (before.seen_at === at) return { state: before, events, notices, ended };
  const alerts: Record<string, Alert> = {};
  const keep = (id: string, alert: Alert | undefined): void => {
    if (alert) alerts[id] = alert;
  };
  const known = new Map(Object.entries(before.alerts).map(([id, alert]) => [id, notFromTheFuture(alert, at)]));
  const named = new Set<string>();
  for (const [rule, { sightings }] of Object.entries(evaluation.seen)) {
    for (const sighting of worstOfEach(sightings)) {
      const id = `${rule}:${sighting.subject}`;
      named.add(id);
      keep(id, run.apply(id, rule, sighting, known.get(id)));
    }
  }
  for (const [id, alert] of known) {
    if (named.has(id)) continue;
    const failure = evaluation.seen[alert.rule]?.failureOf(alert.subject);
    keep(id, failure === undefined ? run.vanish(id, alert) : run.keepUnknown(id, alert, failure));
  }
  return { state: { seen_at: at, alerts }, events, notices, ended };
}

/** A mail is sent a moment after its snapshot was taken: without this grace, every repeat would slip by a cycle. */
const graceSeconds = 60;

const worstFirst: readonly Sighting['state'][] = ['firing', 'unknown', 'clear'];

/** Two sightings of one subject would raise and clear its alert in one evaluation, and again in the next. */
function worstOfEach(sightings: readonly Sighting[]): Iterable<Sighting> {
  const found = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const known = found.get(sighting.subject);
    if (!known || worstFirst.indexOf(sighting.state) < worstFirst.indexOf(known.state))
      found.set(sighting.subject, sighting);
  }
  return found.values();
}

/** After the clock was set back: times in the future are set to now, so every wait starts again. */
function notFromTheFuture(alert: Alert, at: string): Alert {
  const future = times.filter((key) => (alert[key] ?? at) > at);
  return { ...alert, ...Object.fromEntries(future.map((key) => [key, at])) };
}

const times = [
  'first_seen',
  'last_seen',
  'since',
  'clear_since',
  'unknown_since',
  'first_queued',
  'last_queued',
  'last_sent',
  'escalated_at',
] as const;

function newRun(evaluation: Evaluation, at: string) {
  const events: AlertEvent[] = [];
  const notices: Notice[] = [];
  /** Alerts that are over, with the message and the value of now. */
  const ended: Record<string, Alert> = {};
  const record = (kind: AlertEvent['kind'], id: string, message: string): void =>
    void events.push({ kind, id, message });

  const apply = (id: string, rule: string, sighting: Sighting, known: Alert | undefined): Alert | undefined => {
    if (sighting.state === 'unknown') return known && keepUnknown(id, known, sighting.message);
    const alert = known && markKnown(id, known);
    if (sighting.state === 'firing') return raise(id, rule, sighting, alert);
    return alert && clear(id, alert, sighting.message, sighting.value ?? null);
  };

  /** The alert stays as it is: one that was raised is still active, and the mails about it go on. */
  const keepUnknown = (id: string, known: Alert, why: string): Alert => {
    if (known.unknown_since === undefined) record('unknown', id, why);
    const alert = { ...known, unknown_since: known.unknown_since ?? at };
    if (alert.phase === 'pending') return alert;
    return notifyIfDue(id, alert, evaluation.handlingOf(alert.rule, alert.subject));
  };

  const markKnown = (id: string, { unknown_since, ...alert }: Alert): Alert => {
    if (unknown_since !== undefined) record('known', id, `it can be read again; unknown since ${unknown_since}`);
    return alert;
  };

  const raise = (id: string, rule: string, sighting: Firing, known: Alert | undefined): Alert => {
    const { state: _firing, since, urgent, ...shown } = sighting;
    const { subject, message } = shown;
    const handling = evaluation.handlingOf(rule, subject);
    if (!known) record('pending', id, message);
    // The words of an earlier sighting must not survive where this one has none.
    const {
      clear_since: _over,
      clears_when: _cleared,
      runbook: _page,
      ...before
    } = known ?? newAlert(id, rule, sighting);
    const seen: Alert = { ...before, ...shown, since: earliest(since, before.since), last_seen: at };
    if (seen.phase === 'pending') {
      if (!urgent && secondsSince(seen.since, at) < handling.hold) return seen;
      record('firing', id, message);
    }
    return notifyIfDue(id, { ...seen, phase: 'firing' }, handling);
  };

  const newAlert = (id: string, rule: string, { state: _firing, since, urgent: _atOnce, ...shown }: Firing): Alert => ({
    rule,
    ...shown,
    phase: 'pending',
    first_seen: at,
    last_seen: at,
    since: earliest(since, at),
    incident: `${id.replaceAll(/[^\w.-]+/g, '-')}.${Date.parse(at).toString(36)}`,
  });

  /** Adds a notice if one is due now. */
  const notifyIfDue = (id: string, alert: Alert, handling: Handling): Alert => {
    if (handling.silenced !== undefined) {
      if (alert.silenced_since === undefined) record('silenced', id, handling.silenced);
      return { ...alert, silenced_since: alert.silenced_since ?? at };
    }
    const joined = joinedTo(alert, handling);
    const { silenced_since: _ended, ...audible } = notifyJoined(id, alert, joined);
    if (handling.acknowledged !== undefined) {
      if (audible.acknowledged_at !== undefined) return audible;
      record('acknowledged', id, handling.acknowledged);
      return { ...audible, acknowledged_at: at };
    }
    if (handling.to.length === 0 && audible.told === undefined) {
      if (audible.unheard_since === undefined) record('unheard', id, `its \`to\` is empty: ${audible.message}`);
      return { ...audible, unheard_since: audible.unheard_since ?? at };
    }
    const { unheard_since: _noRecipient, ...current } = audible;
    const { first_queued, last_queued, last_sent, escalated_at } = current;
    if (last_queued === undefined) return addNotice('opening', id, current, handling.to);
    const { escalate } = handling;
    const everybody = escalate ? mergeRecipients(handling.to, escalate.to) : handling.to;
    // A recipient for whom a mail about the alert waits gets no further one; the others do.
    const free = (all: readonly string[]) =>
      recipientsMissingIn([...evaluation.waitingFor(id, alert.incident), ...joined], all);
    // Counted from the first mail: the problem itself may be older than the monitor.
    if (escalate && escalated_at === undefined && secondsSince(first_queued ?? last_queued, at) >= escalate.after) {
      record('escalated', id, current.message);
      return addNotice('escalation', id, { ...current, escalated_at: at }, free(everybody));
    }
    // Counted from the last mail that was delivered; from when it was written, as long as nobody has it.
    const arrived = last_sent !== undefined && last_sent >= last_queued ? last_sent : last_queued;
    if (secondsSince(arrived, at) < handling.repeat - graceSeconds) return current;
    const to = free(escalated_at === undefined ? handling.to : everybody);
    if (to.length === 0) return current;
    record('repeated', id, current.message);
    return addNotice('repeat', id, current, to);
  };

  /** The recipients who were added after the first mail: a new colleague, a corrected address. */
  const joinedTo = ({ last_queued, escalated_at, told = [] }: Alert, { to, escalate }: Handling): string[] => {
    if (last_queued === undefined) return [];
    return recipientsMissingIn(told, escalate && escalated_at !== undefined ? mergeRecipients(to, escalate.to) : to);
  };

  /** They get an opening of their own. The repeat for the others is not delayed by it. */
  const notifyJoined = (id: string, alert: Alert, joined: readonly string[]): Alert => {
    if (joined.length === 0) return alert;
    record('joined', id, `${joined.join(', ')} became a recipient while the alert is active: ${alert.message}`);
    notices.push({ kind: 'opening', joined: true, id, alert, to: [...joined] });
    return { ...alert, told: mergeRecipients(alert.told ?? [], joined) };
  };

  const addNotice = (kind: Notice['kind'], id: string, alert: Alert, to: readonly string[]): Alert => {
    const told = mergeRecipients(alert.told ?? [], to);
    const { headline = alert.message, first_queued = at } = alert;
    const queued = { ...alert, headline, first_queued, last_queued: at, told };
    notices.push({ kind, id, alert: queued, to: [...to] });
    return queued;
  };

  const clear = (id: string, before: Alert, message: string, value: Alert['value']): Alert | undefined => {
    const handling = evaluation.handlingOf(before.rule, before.subject);
    const alert = { ...before, value };
    if (alert.phase === 'pending') return close('passed', id, alert, message);
    const clear_since = alert.clear_since ?? at;
    if (secondsSince(clear_since, at) < handling.clearHold) return { ...before, clear_since };
    return close('recovered', id, alert, message);
  };

  const close = (kind: 'passed' | 'recovered' | 'vanished', id: string, alert: Alert, message: string): undefined => {
    record(kind, id, message);
    ended[id] = { ...alert, message, last_seen: at };
    // A recovery is mailed even if the first mail still waits: both are sent, so that every opening has its end.
    if (alert.last_queued === undefined) return;
    const to = alert.told ?? evaluation.handlingOf(alert.rule, alert.subject).to;
    const how = kind === 'vanished' ? 'vanished' : 'recovery';
    notices.push({ kind: how, id, alert: { ...alert, message, last_seen: at }, to: [...to] });
  };

  const vanish = (id: string, alert: Alert): undefined =>
    close(
      'vanished',
      id,
      { ...alert, value: null },
      `${alert.subject} is no longer watched: whether it is well is unknown`,
    );

  return { events, notices, ended, apply, keepUnknown, vanish };
}

const earliest = (one: string | undefined, other: string): string => (one !== undefined && one < other ? one : other);

/** Records that a transport accepted a mail about these alerts; a later `last_sent` and an earlier `thread` are kept. */
export function sent(state: AlertState, ids: readonly string[], at: Date, messageId?: string): AlertState {
  const alerts = { ...state.alerts };
  for (const id of ids) {
    const alert = alerts[id];
    const isLater = (alert?.last_sent ?? '') < at.toISOString();
    const thread = alert?.thread ?? messageId;
    if (alert && isLater)
      alerts[id] = { ...alert, last_sent: at.toISOString(), ...(thread === undefined ? {} : { thread }) };
  }
  return { ...state, alerts };
}
