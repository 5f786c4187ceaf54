// What becomes of an alert from one look to the next: pending, firing, over. Pure: what was seen and the time go in, the
// next state, what happened, and who is to be told come out.
import type { Firing, Sighting } from '../contract/policy.ts';
import { secondsSince } from '../core/age.ts';
import type { Alert, AlertEvent, AlertState, Notice } from './files.ts';

/** How an alert is handled. Seconds throughout. */
export interface Handling {
  readonly hold: number;
  readonly clearHold: number;
  readonly repeat: number;
  readonly to: readonly string[];
  readonly escalate: { readonly after: number; readonly to: readonly string[] } | undefined;
  /** Why nobody is told now, if so. */
  readonly silenced: string | undefined;
  /** Who knows of it, if somebody does. */
  readonly acknowledged: string | undefined;
}

export interface Look {
  readonly at: Date;
  /** By rule: what it says of each subject, or why it cannot see. */
  readonly seen: Readonly<Record<string, Seen>>;
  readonly handlingOf: (rule: string, subject: string) => Handling;
  /** A mail about it waits to be delivered. */
  readonly isOnItsWay: (id: string) => boolean;
}

export interface Seen {
  readonly sightings: readonly Sighting[];
  /** Subjects that are not named may be there all the same. */
  readonly blind: string | undefined;
}

export interface Advance {
  readonly state: AlertState;
  readonly events: readonly AlertEvent[];
  readonly notices: readonly Notice[];
}

export function advance(before: AlertState, look: Look): Advance {
  const at = look.at.toISOString();
  if (before.seen_at === at) return { state: before, events: [], notices: [] };
  const run = newRun(look, at);
  const alerts: Record<string, Alert> = {};
  const keep = (id: string, alert: Alert | undefined): void => {
    if (alert) alerts[id] = alert;
  };
  const known = new Map(Object.entries(before.alerts).map(([id, alert]) => [id, notFromTheFuture(alert, at)]));
  const named = new Set<string>();
  for (const [rule, { sightings }] of Object.entries(look.seen)) {
    for (const sighting of worstOfEach(sightings)) {
      const id = `${rule}:${sighting.subject}`;
      named.add(id);
      keep(id, run.see(id, rule, sighting, known.get(id)));
    }
  }
  for (const [id, alert] of known) {
    if (named.has(id)) continue;
    const blind = look.seen[alert.rule]?.blind;
    keep(id, blind === undefined ? run.vanish(id, alert) : run.lose(id, alert, blind));
  }
  return { state: { seen_at: at, alerts }, events: run.events, notices: run.notices };
}

/** A mail leaves a moment after its snapshot was taken: without this, every repeat would slip by a cycle. */
const graceSeconds = 60;

const worstFirst: readonly Sighting['state'][] = ['firing', 'unknown', 'clear'];

/** A subject that is named twice would begin and end in one look, and again in the next. */
function worstOfEach(sightings: readonly Sighting[]): Iterable<Sighting> {
  const found = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const known = found.get(sighting.subject);
    if (!known || worstFirst.indexOf(sighting.state) < worstFirst.indexOf(known.state))
      found.set(sighting.subject, sighting);
  }
  return found.values();
}

/** A clock that was set back: what lies ahead of it now happened just now, and waits begin anew. */
function notFromTheFuture(alert: Alert, at: string): Alert {
  const earlier = (time: string): string => (time > at ? at : time);
  const optional = [
    'clear_since',
    'unknown_since',
    'first_queued',
    'last_queued',
    'last_sent',
    'escalated_at',
  ] as const;
  const moved = optional.flatMap((key) => (alert[key] === undefined ? [] : [[key, earlier(alert[key])]]));
  return {
    ...alert,
    first_seen: earlier(alert.first_seen),
    last_seen: earlier(alert.last_seen),
    since: earlier(alert.since),
    ...(Object.fromEntries(moved) as Partial<Alert>),
  };
}

function newRun(look: Look, at: string) {
  const events: AlertEvent[] = [];
  const notices: Notice[] = [];
  const say = (kind: AlertEvent['kind'], id: string, message: string): void => void events.push({ kind, id, message });

  const see = (id: string, rule: string, sighting: Sighting, known: Alert | undefined): Alert | undefined => {
    if (sighting.state === 'unknown') return known && lose(id, known, sighting.message);
    const alert = known && find(id, known);
    if (sighting.state === 'firing') return fire(id, rule, sighting, alert);
    return alert && end(id, alert, sighting.message);
  };

  const lose = (id: string, alert: Alert, why: string): Alert => {
    if (alert.unknown_since === undefined) say('unknown', id, why);
    return { ...alert, unknown_since: alert.unknown_since ?? at };
  };

  const find = (id: string, { unknown_since, ...alert }: Alert): Alert => {
    if (unknown_since !== undefined) say('known', id, `it can be read again, after ${unknown_since}`);
    return alert;
  };

  const fire = (id: string, rule: string, sighting: Firing, known: Alert | undefined): Alert => {
    const { state: _firing, since, ...shown } = sighting;
    const { subject, message } = shown;
    const handling = look.handlingOf(rule, subject);
    if (!known) say('pending', id, message);
    const { clear_since: _over, ...before } = known ?? begin(id, rule, sighting);
    const seen: Alert = { ...before, ...shown, since: earliest(since, before.since), last_seen: at };
    if (seen.phase === 'pending') {
      if (secondsSince(seen.since, at) < handling.hold) return seen;
      say('firing', id, message);
    }
    return tell(id, { ...seen, phase: 'firing' }, handling);
  };

  const begin = (id: string, rule: string, { state: _firing, since, ...shown }: Firing): Alert => ({
    rule,
    ...shown,
    phase: 'pending',
    first_seen: at,
    last_seen: at,
    since: since !== undefined && since < at ? since : at,
    incident: `${id.replaceAll(/[^\w.-]+/g, '-')}.${Date.parse(at).toString(36)}`,
  });

  /** Whether somebody has to be told of it now. */
  const tell = (id: string, alert: Alert, handling: Handling): Alert => {
    if (handling.silenced !== undefined) {
      if (alert.silenced_since === undefined) say('silenced', id, handling.silenced);
      return { ...alert, silenced_since: alert.silenced_since ?? at };
    }
    const { silenced_since: _ended, ...audible } = alert;
    if (handling.acknowledged !== undefined) {
      if (audible.acknowledged_at !== undefined) return audible;
      say('acknowledged', id, handling.acknowledged);
      return { ...audible, acknowledged_at: at };
    }
    if (handling.to.length === 0 && audible.told === undefined) {
      if (audible.unheard_since === undefined) say('unheard', id, `nobody is in its \`to\`: ${audible.message}`);
      return { ...audible, unheard_since: audible.unheard_since ?? at };
    }
    const { unheard_since: _nobody, ...heard } = audible;
    const { first_queued, last_queued, last_sent, escalated_at } = heard;
    if (last_queued === undefined) return notify('opening', id, heard, handling.to);
    const { escalate } = handling;
    const everybody = escalate ? [...new Set([...handling.to, ...escalate.to])] : handling.to;
    // From when somebody could have known: it may be older than the monitor.
    if (escalate && escalated_at === undefined && secondsSince(first_queued ?? last_queued, at) >= escalate.after) {
      say('escalated', id, heard.message);
      return notify('escalation', id, { ...heard, escalated_at: at }, everybody);
    }
    // Counted from when one arrived. While one is still on its way there is no second; one that never will arrive was none.
    const arrived = last_sent !== undefined && last_sent >= last_queued ? last_sent : undefined;
    if (arrived === undefined && look.isOnItsWay(id)) return heard;
    if (secondsSince(arrived ?? last_queued, at) < handling.repeat - graceSeconds) return heard;
    say('repeated', id, heard.message);
    return notify('repeat', id, heard, escalated_at === undefined ? handling.to : everybody);
  };

  const notify = (kind: Notice['kind'], id: string, alert: Alert, to: readonly string[]): Alert => {
    const told = [...new Set([...(alert.told ?? []), ...to])];
    const queued = { ...alert, first_queued: alert.first_queued ?? at, last_queued: at, told };
    notices.push({ kind, id, alert: queued, to });
    return queued;
  };

  const end = (id: string, alert: Alert, message: string): Alert | undefined => {
    const handling = look.handlingOf(alert.rule, alert.subject);
    if (alert.phase === 'pending') return close('passed', id, alert, message);
    const clear_since = alert.clear_since ?? at;
    if (secondsSince(clear_since, at) < handling.clearHold) return { ...alert, clear_since };
    return close('recovered', id, alert, message);
  };

  const close = (kind: 'passed' | 'recovered' | 'vanished', id: string, alert: Alert, message: string): undefined => {
    say(kind, id, message);
    // Also where the first mail still waits: then both go out, and nobody is left with half of it.
    if (alert.last_queued === undefined) return;
    const to = alert.told ?? look.handlingOf(alert.rule, alert.subject).to;
    const how = kind === 'vanished' ? 'vanished' : 'recovery';
    notices.push({ kind: how, id, alert: { ...alert, message, last_seen: at }, to });
  };

  const vanish = (id: string, alert: Alert): undefined =>
    close('vanished', id, alert, `${alert.subject} is not watched any more: whether it is well, nobody knows`);

  return { events, notices, see, lose, vanish };
}

const earliest = (one: string | undefined, other: string): string => (one !== undefined && one < other ? one : other);

const latest = (one: string | undefined, other: string): string => (one !== undefined && one > other ? one : other);

/** A transport took a mail about these then; what is known of a later one stays. */
export function sent(state: AlertState, ids: readonly string[], at: Date): AlertState {
  const alerts = { ...state.alerts };
  for (const id of ids) {
    const alert = alerts[id];
    if (alert) alerts[id] = { ...alert, last_sent: latest(alert.last_sent, at.toISOString()) };
  }
  return { ...state, alerts };
}
