import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import type { AlertState, Notice } from '../../lib/alerts/files.ts';
import { advance, type Handling, type Look, sent } from '../../lib/alerts/lifecycle.ts';
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
): Look => ({
  at: time(minutes),
  seen: { storage: { sightings, failure } },
  handlingOf: () => ({ ...plain, ...policy }),
  isOnItsWay: () => false,
});

type Step = readonly [minutes: number, sighting: Sighting, policy?: Partial<Handling>];

/** What was said, and to whom, step by step; a transport takes every mail at once. */
function play(steps: readonly Step[], policy: Partial<Handling> = {}, delivered = true, isOnItsWay = !delivered) {
  let state = empty;
  const told: string[] = [];
  const events: string[] = [];
  for (const [minutes, sighting, own = {}] of steps) {
    const next = advance(state, { ...look(minutes, [sighting], { ...policy, ...own }), isOnItsWay: () => isOnItsWay });
    told.push(...next.notices.map(({ kind }) => `${minutes} ${kind}`));
    events.push(...next.events.map(({ kind }) => `${minutes} ${kind}`));
    state = delivered
      ? sent(
          next.state,
          next.notices.map(({ id }) => id),
          time(minutes),
        )
      : next.state;
  }
  return { told, events, state };
}

test('a mail when it begins, one when it is over, and none between', () => {
  const { told, events, state } = play([
    [0, firing()],
    [5, firing()],
    [10, clear()],
    [15, clear()],
  ]);
  assert.deepEqual(told, ['0 opening', '10 recovery']);
  assert.deepEqual(events, ['0 pending', '0 firing', '10 recovered']);
  assert.deepEqual(state.alerts, {});
});

test('what has to last is held: at the hold itself it fires, a moment before it does not, and what passes is told nobody', () => {
  const hold = { hold: 3600 };
  assert.deepEqual(
    play(
      [
        [0, firing()],
        [59.99, firing()],
      ],
      hold,
    ).told,
    [],
  );
  assert.deepEqual(
    play(
      [
        [0, firing()],
        [60, firing()],
      ],
      hold,
    ).told,
    ['60 opening'],
  );
  const passed = play(
    [
      [0, firing()],
      [55, clear()],
      [60, clear()],
    ],
    hold,
  );
  assert.deepEqual([passed.told, passed.events], [[], ['0 pending', '55 passed']]);
});

test('a hold counts from when the data say that it began', () => {
  assert.deepEqual(play([[0, firing(time(-61))]], { hold: 3600 }).told, ['0 opening']);
});

test('a mail again every twelve hours after one was taken, and not while one is still on its way', () => {
  const steps: Step[] = Array.from({ length: 30 }, (_, hour) => [hour * 60, firing()]);
  assert.deepEqual(play(steps).told, ['0 opening', '720 repeat', '1440 repeat']);
  assert.deepEqual(play(steps, {}, false).told, ['0 opening']);
});

test('an alert that is over while its first mail still waits sends both', () => {
  assert.deepEqual(
    play(
      [
        [0, firing()],
        [5, clear()],
      ],
      {},
      false,
    ).told,
    ['0 opening', '5 recovery'],
  );
});

test('what cannot be read neither begins nor ends an alert, and that is said once', () => {
  const { told, events } = play([
    [0, unknown()],
    [5, firing()],
    [10, unknown()],
    [15, unknown()],
    [20, firing()],
    [25, clear()],
  ]);
  assert.deepEqual(told, ['5 opening', '25 recovery']);
  assert.deepEqual(events, ['5 pending', '5 firing', '10 unknown', '20 known', '25 recovered']);
});

test('a hold goes on over a gap in the readings', () => {
  assert.deepEqual(
    play(
      [
        [0, firing()],
        [30, unknown()],
        [60, firing()],
      ],
      { hold: 3600 },
    ).told,
    ['60 opening'],
  );
});

test('flapping is one incident where the end has to last too', () => {
  const steps: Step[] = [
    [0, firing()],
    [5, clear()],
    [10, firing()],
    [15, clear()],
    [20, clear()],
    [26, clear()],
  ];
  assert.deepEqual(play(steps, { clearHold: 600 }).told, ['0 opening', '26 recovery']);
});

test('a snapshot that is read twice changes nothing', () => {
  const first = advance(empty, look(0, [firing()]));
  const again = advance(first.state, look(0, [clear()]));
  assert.deepEqual(again, { state: first.state, events: [], notices: [] });
});

test('a subject that vanished is over, and said to be unknown; while the rule is blind it is not', () => {
  const first = advance(empty, look(0, [firing()]));
  const gone = advance(first.state, look(5, []));
  assert.deepEqual(
    gone.notices.map(({ kind, alert }) => [kind, alert.message]),
    [['vanished', 'data is no longer watched: whether it is well is unknown']],
  );
  const blind = advance(first.state, look(5, [], {}, 'the section failed'));
  assert.deepEqual([blind.notices, Object.keys(blind.state.alerts)], [[], ['storage:data']]);
  const ruleGone = advance(first.state, { ...look(5, []), seen: {} });
  assert.equal(ruleGone.notices.length, 1);
});

test('a subject that is named twice in one look does not begin and end in it: the worst counts', () => {
  for (const both of [
    [firing(), clear()],
    [clear(), firing()],
    [unknown(), firing()],
  ]) {
    const first = advance(empty, look(0, both));
    assert.deepEqual(
      first.notices.map(({ kind }) => kind),
      ['opening'],
    );
    assert.deepEqual(advance(first.state, look(5, both)).notices, []);
  }
});

test('a clock that is set back begins the waits anew, and one that jumps ahead loses nothing', () => {
  const first = advance(empty, look(0, [firing()], { hold: 3600 }));
  const back = advance(first.state, look(-1440, [firing()], { hold: 3600 }));
  assert.deepEqual(back.notices, []);
  assert.equal(back.state.alerts['storage:data']?.since, time(-1440).toISOString());
  const later = advance(back.state, look(-1380, [firing()], { hold: 3600 }));
  assert.deepEqual(
    later.notices.map(({ kind }) => kind),
    ['opening'],
  );
  const ahead = advance(first.state, look(1440, [firing()], { hold: 3600 }));
  assert.deepEqual(
    ahead.notices.map(({ kind }) => kind),
    ['opening'],
  );
});

test('a silenced alert is told when the silence ends and it is still there, and never if it is over by then', () => {
  const silenced = { silenced: 'maintenance' };
  assert.deepEqual(
    play([
      [0, firing(), silenced],
      [5, firing(), silenced],
      [10, firing()],
    ]).told,
    ['10 opening'],
  );
  const over = play([
    [0, firing(), silenced],
    [5, clear(), silenced],
  ]);
  assert.deepEqual([over.told, over.events], [[], ['0 pending', '0 firing', '0 silenced', '5 recovered']]);
});

test('an acknowledged alert is not repeated and not escalated, and its end is told', () => {
  const steps: Step[] = [
    [0, firing()],
    [5, firing(), { acknowledged: 'ada' }],
    [2000, firing(), { acknowledged: 'ada' }],
    [2005, clear()],
  ];
  const escalate = { after: 3600, to: ['lead@example.org'] };
  assert.deepEqual(play(steps, { escalate }).told, ['0 opening', '2005 recovery']);
});

test('what nobody acknowledges goes to further people once, and they hear of its end', () => {
  const escalate = { after: 3600, to: ['lead@example.org'] };
  let state = empty;
  const all: Notice[] = [];
  for (const [minutes, sighting] of [
    [0, firing()],
    [60, firing()],
    [65, firing()],
    [70, clear()],
  ] as const) {
    const next = advance(state, look(minutes, [sighting], { escalate }));
    all.push(...next.notices);
    state = sent(
      next.state,
      next.notices.map(({ id }) => id),
      time(minutes),
    );
  }
  assert.deepEqual(
    all.map(({ kind, to }) => [kind, to.length]),
    [
      ['opening', 1],
      ['escalation', 2],
      ['recovery', 2],
    ],
  );
});

test('further people hear of it so long after the first mail, however old it was by then', () => {
  const escalate = { after: 3600, to: ['lead@example.org'] };
  const old = firing(time(-30 * 60));
  const steps: Step[] = [0, 1, 59, 60].map((minutes) => [minutes, old]);
  assert.deepEqual(play(steps, { escalate }).told, ['0 opening', '60 escalation']);
});

test('what somebody knew of while it was still held is told nobody, and neither is its end', () => {
  const { told, events } = play(
    [
      [0, firing()],
      [5, firing(), { acknowledged: 'ada' }],
      [120, firing(), { acknowledged: 'ada' }],
      [125, clear()],
    ],
    { hold: 3600 },
  );
  assert.deepEqual(told, []);
  assert.deepEqual(events, ['0 pending', '120 firing', '120 acknowledged', '125 recovered']);
});

test('a mail that will never arrive does not end the reminders; one that is on its way holds them back', () => {
  const steps: Step[] = [0, 5, 719, 720, 1440].map((minutes) => [minutes, firing()]);
  const dead = play(steps, { repeat: 43_200 }, false, false);
  assert.deepEqual(
    dead.told,
    ['0 opening', '719 repeat', '1440 repeat'],
    'a minute early, or each would slip by a cycle',
  );
  assert.deepEqual(play(steps, { repeat: 43_200 }, false, true).told, ['0 opening']);
  // One of two has it, and it waits for the other: who has it is reminded all the same.
  assert.deepEqual(play(steps, { repeat: 43_200 }, true, true).told, ['0 opening', '719 repeat', '1440 repeat']);
});

test('who hears of it in a year from now hears of what is active then: with nobody to tell, nothing was told', () => {
  const { told, events } = play([
    [0, firing(), { to: [] }],
    [5, firing(), { to: [] }],
    [2000, firing()],
    [2005, clear(), { to: ['new@example.org'] }],
  ]);
  assert.deepEqual(told, ['2000 opening', '2005 recovery']);
  assert.deepEqual(
    events.filter((one) => one.includes('unheard')),
    ['0 unheard'],
  );
});

test('who heard of the beginning hears of the end, whoever is in the configuration by then', () => {
  const began = advance(empty, look(0, [firing()], { to: ['old@example.org'] }));
  const over = advance(began.state, look(5, [clear()], { to: ['new@example.org'] }));
  const gone = advance(began.state, look(5, [], { to: [] }));
  assert.deepEqual(
    [over, gone].map(({ notices }) => notices.map(({ kind, to }) => [kind, ...to])),
    [[['recovery', 'old@example.org']], [['vanished', 'old@example.org']]],
  );
});

test('a silence after the first mail holds back the reminders, and lets the end through', () => {
  const quiet = { silenced: 'by ada' };
  const { told } = play([
    [0, firing()],
    [800, firing(), quiet],
    [1600, firing(), quiet],
    [1605, firing()],
    [1610, clear(), quiet],
  ]);
  assert.deepEqual(told, ['0 opening', '1605 repeat', '1610 recovery']);
});

test('whatever comes, in whatever order and at whatever time: no end without a beginning, no second beginning, nothing lost', () => {
  const step = fc.record({
    minutes: fc.integer({ min: -600, max: 3000 }),
    subject: fc.constantFrom('a', 'b'),
    state: fc.constantFrom('firing', 'clear', 'unknown', 'gone', 'blind'),
    silenced: fc.boolean(),
    delivered: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(7200), fc.nat(1200), (steps, hold, clearHold) => {
      let state = empty;
      const open = new Set<string>();
      for (const { minutes, subject, state: what, silenced, delivered } of steps) {
        const sighting = {
          firing: [firing(undefined, subject)],
          clear: [clear(subject)],
          unknown: [unknown(subject)],
          gone: [],
          blind: [],
        }[what];
        const next = advance(
          state,
          look(
            minutes,
            sighting,
            { hold, clearHold, silenced: silenced ? 'x' : undefined },
            what === 'blind' ? 'x' : undefined,
          ),
        );
        for (const { kind, id } of next.notices) {
          if (kind === 'opening') assert.ok(!open.has(id), 'a second beginning');
          else assert.ok(open.has(id), `${kind} without a beginning`);
          if (kind === 'opening') open.add(id);
          if (kind === 'recovery' || kind === 'vanished') open.delete(id);
        }
        // Whoever was told of a beginning is owed an end: it is still in the state.
        for (const id of open) assert.ok(next.state.alerts[id]?.last_queued, 'lost');
        for (const [id, alert] of Object.entries(next.state.alerts)) if (alert.last_queued) assert.ok(open.has(id));
        // Unknown and blind never begin or end anything.
        if (what === 'unknown' || what === 'blind')
          assert.ok(next.notices.every(({ id }) => !id.endsWith(`:${subject}`)));
        state = delivered
          ? sent(
              next.state,
              next.notices.map(({ id }) => id),
              time(minutes),
            )
          : next.state;
      }
    }),
    { numRuns: 2000 },
  );
});
