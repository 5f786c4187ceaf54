import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import * as fc from 'fast-check';
import type { AlertState } from '../../lib/alerts/files.ts';
import { advance, type Handling, type Evaluation, sent } from '../../lib/alerts/lifecycle.ts';
import type { Sighting } from '../../lib/contract/policy.ts';

const minute = 60_000;
const start = Date.parse('2026-11-20T00:00:00Z');
const time = (minutes: number): Date => new Date(start + minutes * minute);
const empty: AlertState = { seen_at: undefined, alerts: {} };
const plain: Handling = {
  hold: 0,
  clearHold: 0,
  repeat: 12 * 3600,
  to: ['ops@example.org'],
  escalate: undefined,
  silenced: undefined,
  acknowledged: undefined,
};

const firing = (since?: Date, subject = 'data'): Sighting => ({
  subject,
  state: 'firing',
  value: 91,
  unit: 'percent',
  limit: { value: 80, key: 'alerts.rules.storage.at' },
  message: '/data is 91 % full',
  ...(since ? { since: since.toISOString() } : {}),
});
const clear = (subject = 'data'): Sighting => ({ subject, state: 'clear', message: '/data is 20 % full' });
const unknown = (subject = 'data'): Sighting => ({ subject, state: 'unknown', message: 'it hangs' });

const look = (
  minutes: number,
  sightings: readonly Sighting[],
  policy: Partial<Handling> = {},
  failure?: string,
): Evaluation => ({
  at: time(minutes),
  seen: { storage: { sightings, failureOf: () => failure } },
  handlingOf: () => ({ ...plain, ...policy }),
  waitingFor: () => [],
});

const delivered = ({ state, notices }: ReturnType<typeof advance>, minutes: number): AlertState =>
  sent(
    state,
    notices.map(({ id }) => id),
    time(minutes),
  );

const kindsOf = ({ notices }: ReturnType<typeof advance>): string[] => notices.map(({ kind }) => kind);

/** Minute → sighting, with the handling of that minute where it differs. */
type Steps = Readonly<Record<number, Sighting | readonly [Sighting, Partial<Handling>]>>;

/** Returns the notices and events by minute; a transport delivers every mail at once. */
function play(
  steps: Steps,
  policy: Partial<Handling> = {},
  isDelivered = true,
  waitsFor = isDelivered ? [] : plain.to,
) {
  let state = empty;
  const told: string[] = [];
  const events: string[] = [];
  for (const [key, step] of Object.entries(steps)) {
    const minutes = Number(key);
    const [sighting, own] = 'state' in step ? [step, {}] : step;
    const next = advance(state, { ...look(minutes, [sighting], { ...policy, ...own }), waitingFor: () => waitsFor });
    told.push(...next.notices.map(({ kind, to }) => `${minutes} ${kind}${to.length > 1 ? ` to ${to.length}` : ''}`));
    events.push(...next.events.map(({ kind }) => `${minutes} ${kind}`));
    state = isDelivered ? delivered(next, minutes) : next.state;
  }
  return { told, events, state };
}

const firingAt = (...minutes: number[]): Steps => Object.fromEntries(minutes.map((minute) => [minute, firing()]));

describe('alerts/lifecycle', () => {
  test('an alert is mailed when it fires and when it clears, and not between', () => {
    const { told, events, state } = play({ 0: firing(), 5: firing(), 10: clear(), 15: clear() });
    assert.deepEqual(told, ['0 opening', '10 recovery']);
    assert.deepEqual(events, ['0 pending', '0 firing', '10 recovered']);
    assert.deepEqual(state.alerts, {});
  });

  test('an alert with a hold fires at the hold, not a moment before; one that clears during the hold is not mailed', () => {
    const hold = { hold: 3600 };
    assert.deepEqual(play({ 0: firing(), 59.99: firing() }, hold).told, []);
    assert.deepEqual(play({ 0: firing(), 60: firing() }, hold).told, ['60 opening']);
    const passed = play({ 0: firing(), 55: clear(), 60: clear() }, hold);
    assert.deepEqual([passed.told, passed.events], [[], ['0 pending', '55 passed']]);
  });

  test('a hold counts from the start of the condition, where the data state it', () => {
    assert.deepEqual(play({ 0: firing(time(-61)) }, { hold: 3600 }).told, ['0 opening']);
  });

  test('an alert is mailed again every twelve hours after a delivery, and not while a mail still waits', () => {
    const steps = firingAt(...Array.from({ length: 30 }, (_, hour) => hour * 60));
    assert.deepEqual(play(steps).told, ['0 opening', '720 repeat', '1440 repeat']);
    assert.deepEqual(play(steps, {}, false).told, ['0 opening']);
  });

  test('an alert that clears while its first mail still waits sends both mails', () => {
    assert.deepEqual(play({ 0: firing(), 5: clear() }, {}, false).told, ['0 opening', '5 recovery']);
  });

  test('an unreadable value neither raises nor clears an alert, and is logged once', () => {
    const { told, events } = play({
      0: unknown(),
      5: firing(),
      10: unknown(),
      15: unknown(),
      20: firing(),
      25: clear(),
    });
    assert.deepEqual(told, ['5 opening', '25 recovery']);
    assert.deepEqual(events, ['5 pending', '5 firing', '10 unknown', '20 known', '25 recovered']);
  });

  test('a hold continues over a gap in the readings', () => {
    assert.deepEqual(play({ 0: firing(), 30: unknown(), 60: firing() }, { hold: 3600 }).told, ['60 opening']);
  });

  test('a flapping alert with a clear hold is one incident', () => {
    const steps = { 0: firing(), 5: clear(), 10: firing(), 15: clear(), 20: clear(), 26: clear() };
    assert.deepEqual(play(steps, { clearHold: 600 }).told, ['0 opening', '26 recovery']);
  });

  test('a snapshot that is evaluated twice changes nothing', () => {
    const first = advance(empty, look(0, [firing()]));
    const again = advance(first.state, look(0, [clear()]));
    assert.deepEqual(again, { state: first.state, events: [], notices: [], ended: {} });
  });

  test('an alert without a sighting is reported as no longer watched, unless the rule is blind', () => {
    const first = advance(empty, look(0, [firing()]));
    const gone = advance(first.state, look(5, []));
    assert.deepEqual(
      gone.notices.map(({ kind, alert }) => [kind, alert.message]),
      [['vanished', 'data is no longer watched: whether it is well is unknown']],
    );
    const blind = advance(first.state, look(5, [], {}, 'the section failed'));
    assert.deepEqual([blind.notices, Object.keys(blind.state.alerts)], [[], ['storage:data']]);
    assert.equal(advance(first.state, { ...look(5, []), seen: {} }).notices.length, 1, 'the rule is gone');
  });

  test('the worst of two sightings of one subject counts', () => {
    for (const both of [
      [firing(), clear()],
      [clear(), firing()],
      [unknown(), firing()],
    ]) {
      const first = advance(empty, look(0, both));
      assert.deepEqual(kindsOf(first), ['opening']);
      assert.deepEqual(advance(first.state, look(5, both)).notices, []);
    }
  });

  test('a clock that is set back starts the holds again, and one that jumps ahead loses nothing', () => {
    const hold = { hold: 3600 };
    const first = advance(empty, look(0, [firing()], hold));
    const back = advance(first.state, look(-1440, [firing()], hold));
    assert.deepEqual(back.notices, []);
    assert.equal(back.state.alerts['storage:data']?.since, time(-1440).toISOString());
    assert.deepEqual(kindsOf(advance(back.state, look(-1380, [firing()], hold))), ['opening']);
    assert.deepEqual(kindsOf(advance(first.state, look(1440, [firing()], hold))), ['opening']);
  });

  test('a silenced alert is mailed when the silence ends, unless it has cleared by then', () => {
    const silenced = { silenced: 'maintenance' };
    assert.deepEqual(play({ 0: [firing(), silenced], 5: [firing(), silenced], 10: firing() }).told, ['10 opening']);
    const over = play({ 0: [firing(), silenced], 5: [clear(), silenced] });
    assert.deepEqual([over.told, over.events], [[], ['0 pending', '0 firing', '0 silenced', '5 recovered']]);
  });

  const acknowledged = { acknowledged: 'ada' };
  const escalate = { after: 3600, to: ['lead@example.org'] };

  test('an acknowledged alert is not repeated and not escalated, and its recovery is mailed', () => {
    const steps: Steps = { 0: firing(), 5: [firing(), acknowledged], 2000: [firing(), acknowledged], 2005: clear() };
    assert.deepEqual(play(steps, { escalate }).told, ['0 opening', '2005 recovery']);
  });

  test('an alert that nobody acknowledges is escalated once, and the further recipients get its recovery', () => {
    const steps = { 0: firing(), 60: firing(), 65: firing(), 70: clear() };
    assert.deepEqual(play(steps, { escalate }).told, ['0 opening', '60 escalation to 2', '70 recovery to 2']);
  });

  test('an escalation counts from the first mail, however old the condition was by then', () => {
    const old = firing(time(-30 * 60));
    const { told } = play({ 0: old, 1: old, 59: old, 60: old }, { escalate });
    assert.deepEqual(told, ['0 opening', '60 escalation to 2']);
  });

  test('an alert that was acknowledged during its hold is not mailed, and neither is its recovery', () => {
    const steps: Steps = { 0: firing(), 5: [firing(), acknowledged], 120: [firing(), acknowledged], 125: clear() };
    const { told, events } = play(steps, { hold: 3600 });
    assert.deepEqual(told, []);
    assert.deepEqual(events, ['0 pending', '120 firing', '120 acknowledged', '125 recovered']);
  });

  test('a dead letter does not end the repeats; a waiting mail holds them back', () => {
    const steps = firingAt(0, 5, 719, 720, 1440);
    const repeats = ['0 opening', '719 repeat', '1440 repeat'];
    const dead = play(steps, { repeat: 43_200 }, false, []);
    assert.deepEqual(dead.told, repeats, 'a minute early, or each would slip by a cycle');
    assert.deepEqual(play(steps, { repeat: 43_200 }, false).told, ['0 opening']);
    // One of two recipients has the mail, which waits for the other: the repeat is sent to the first all the same.
    const two = { repeat: 43_200, to: [...plain.to, 'other@example.org'] };
    assert.deepEqual(play(steps, two, true, ['other@example.org']).told, ['0 opening to 2', ...repeats.slice(1)]);
  });

  test('whoever becomes a recipient when a repeat or an escalation is due gets the alert once', () => {
    const both = { to: [...plain.to, 'new@example.org'] };
    assert.deepEqual(play({ 0: firing(), 720: [firing(), both] }).told, ['0 opening', '720 opening', '720 repeat']);
    const escalate = { after: 43_200, to: ['boss@example.org'] };
    const escalated = play({ 0: firing(), 720: [firing(), { ...both, escalate }] });
    assert.deepEqual(escalated.told, ['0 opening', '720 opening', '720 escalation to 2']);
  });

  test('no repeat is due while nobody is a recipient, and the next one is not put off by that', () => {
    const nobody = { to: [] };
    const steps: Steps = { 0: firing(), 720: [firing(), nobody], 1000: [firing(), nobody], 1005: firing() };
    assert.deepEqual(play(steps).told, ['0 opening', '1005 repeat']);
  });

  test('the mails about an alert go on while its value is unreadable', () => {
    const escalate = { after: 86_400, to: ['boss@example.org'] };
    const { told } = play({ 0: firing(), 5: unknown(), 720: unknown(), 1440: unknown(), 1445: clear() }, { escalate });
    assert.deepEqual(told, ['0 opening', '720 repeat', '1440 escalation to 2', '1445 recovery to 2']);
    const quiet = { silenced: 'by ada' };
    assert.deepEqual(play({ 0: [firing(), quiet], 5: [unknown(), quiet], 10: unknown() }).told, ['10 opening']);
  });

  test('an alert without recipients counts as not mailed: a recipient who is added later gets its opening', () => {
    const nobody = { to: [] };
    const { told, events } = play({
      0: [firing(), nobody],
      5: [firing(), nobody],
      2000: firing(),
      2005: [clear(), { to: ['new@example.org'] }],
    });
    assert.deepEqual(told, ['2000 opening', '2005 recovery']);
    assert.deepEqual(
      events.filter((one) => one.includes('unheard')),
      ['0 unheard'],
    );
  });

  test('a recovery goes to the recipients of the opening, whatever the configuration says by then', () => {
    const began = advance(empty, look(0, [firing()], { to: ['old@example.org'] }));
    const over = advance(began.state, look(5, [clear()], { to: ['new@example.org'] }));
    const gone = advance(began.state, look(5, [], { to: [] }));
    assert.deepEqual(
      [over, gone].map(({ notices }) => notices.map(({ kind, to }) => [kind, ...to])),
      [[['recovery', 'old@example.org']], [['vanished', 'old@example.org']]],
    );
  });

  test('a silence after the first mail holds back the repeats, but not the recovery', () => {
    const quiet = { silenced: 'by ada' };
    const steps: Steps = {
      0: firing(),
      800: [firing(), quiet],
      1600: [firing(), quiet],
      1605: firing(),
      1610: [clear(), quiet],
    };
    assert.deepEqual(play(steps).told, ['0 opening', '1605 repeat', '1610 recovery']);
  });

  test('any sequence of sightings, at any time, gives no recovery without an opening, no second opening, and loses no alert', () => {
    const step = fc.record({
      minutes: fc.integer({ min: -600, max: 3000 }),
      subject: fc.constantFrom('a', 'b'),
      state: fc.constantFrom('firing', 'clear', 'unknown', 'gone', 'blind'),
      silenced: fc.boolean(),
      isDelivered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(7200), fc.nat(1200), (steps, hold, clearHold) => {
        let state = empty;
        const open = new Set<string>();
        for (const { minutes, subject, state: what, silenced, isDelivered } of steps) {
          const sighting = {
            firing: [firing(undefined, subject)],
            clear: [clear(subject)],
            unknown: [unknown(subject)],
            gone: [],
            blind: [],
          }[what];
          const policy = { hold, clearHold, silenced: silenced ? 'x' : undefined };
          const next = advance(state, look(minutes, sighting, policy, what === 'blind' ? 'x' : undefined));
          for (const { kind, id } of next.notices) {
            if (kind === 'opening') assert.ok(!open.has(id), 'a second opening');
            else assert.ok(open.has(id), `${kind} without an opening`);
            if (kind === 'opening') open.add(id);
            if (kind === 'recovery' || kind === 'vanished') open.delete(id);
          }
          // Whoever got an opening must get a recovery: the alert is still in the state.
          for (const id of open) assert.ok(next.state.alerts[id]?.last_queued, 'lost');
          for (const [id, alert] of Object.entries(next.state.alerts)) if (alert.last_queued) assert.ok(open.has(id));
          // Unknown and blind neither raise nor clear an alert: only those that fired before are mailed.
          if (what === 'unknown' || what === 'blind')
            for (const { kind, id } of next.notices.filter(({ id }) => id.endsWith(`:${subject}`)))
              assert.ok(state.alerts[id]?.phase === 'firing' && (kind === 'opening' || kind === 'repeat'), kind);
          state = isDelivered ? delivered(next, minutes) : next.state;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('what would clear an alert, and its runbook, are those of the last sighting', () => {
    const first = { ...firing(), clears_when: 'a restart', runbook: 'ops/runbooks/a.md' };
    const { state } = advance(empty, look(0, [first]));
    assert.equal(state.alerts['storage:data']?.clears_when, 'a restart');
    const after = advance(state, look(5, [firing()])).state.alerts['storage:data'];
    assert.deepEqual([after?.clears_when, after?.runbook], [undefined, undefined]);
  });
});
