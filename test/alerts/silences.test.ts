import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { alertNameProblem } from '../../lib/alerts/named.ts';
import { checkNames } from '../../lib/config/check-names.ts';
import {
  acknowledgedBy,
  type Note,
  parseNotes,
  activeSilences,
  silencedBy,
  expiredNotes,
} from '../../lib/alerts/silences.ts';
import { parseWindow } from '../../lib/alerts/maintenance.ts';

const at = (text: string): Date => new Date(`${text}Z`);
const note = (more: Partial<Note>): Note => ({
  schema_version: 1,
  kind: 'silence',
  of: 'storage:data',
  who: 'ada',
  reason: 'moving files',
  from: '2026-11-20T08:00:00.000Z',
  until: '2026-11-20T12:00:00.000Z',
  ...more,
});

describe('alerts/quiet', () => {
  test('a silence covers a subject or a whole rule, from its start to its end', () => {
    const of = (notes: Note[], id: string, when: string) => silencedBy(notes, [], id, at(when));
    assert.match(of([note({})], 'storage:data', '2026-11-20T08:00:00') ?? '', /silenced by ada until .*: moving files/);
    assert.equal(of([note({})], 'storage:data', '2026-11-20T07:59:59'), undefined);
    assert.equal(of([note({})], 'storage:data', '2026-11-20T12:00:00'), undefined);
    assert.equal(of([note({})], 'storage:root', '2026-11-20T09:00:00'), undefined);
    assert.equal(of([note({})], 'storage:data2', '2026-11-20T09:00:00'), undefined);
    assert.ok(of([note({ of: 'storage' })], 'storage:root', '2026-11-20T09:00:00'));
  });

  test('a silence of `red` covers one observation or a whole check, which must exist', () => {
    const now = at('2026-11-20T09:00:00');
    const windows = [{ every: 'Fri 09:00-10:00', rules: ['red:gate-verdict'], reason: 'x' }];
    for (const [of, id, isSilent] of [
      ['red', 'red:endpoint-status:dashboard', true],
      ['red:endpoint-status', 'red:endpoint-status:dashboard', true],
      ['red:endpoint-status:dashboard', 'red:endpoint-status:dashboard', true],
      ['red:endpoint-status:dashboard', 'red:endpoint-status:dashboard2', false],
      ['red:endpoint', 'red:endpoint-status:dashboard', false],
      ['red:fleet-alert:devnet.node1', 'red:fleet-alert:devnet.node1:disk:node1', true],
      ['red:fleet-alert:devnet', 'red:fleet-alert:devnet.node1:disk:node1', false],
      ['storage', 'red:gate-verdict:prune', true],
      ['storage', 'red:gate-age:prune', false],
    ] as const)
      assert.equal(silencedBy([note({ of })], windows, id, now) !== undefined, isSilent, `${of} ${id}`);
    const known = note({ kind: 'acknowledgement', of: 'red:endpoint-status:dashboard' });
    assert.ok(acknowledgedBy([known], 'red:endpoint-status:dashboard', known.from));

    for (const good of [
      'red',
      'red:host-oom',
      'red:host-oom:host',
      'red:stage-outcome:send-alerts',
      'storage:host-omo',
    ])
      assert.equal(alertNameProblem(good, checkNames), undefined, good);
    assert.match(
      alertNameProblem('red:host-omo:host', checkNames) ?? '',
      /^there is no check "host-omo"; did you mean host-oom\? \(there: /,
    );
    assert.match(alertNameProblem('storag', checkNames) ?? '', /^there is no rule "storag"; did you mean storage\?/);
  });

  test('a maintenance window recurs every week or every day, and may cross midnight', () => {
    const inside = (window: string, when: string) => parseWindow(window)?.(at(when));
    // 20 November 2026 is a Friday.
    assert.deepEqual(
      ['08:59:59', '09:00:00', '09:59:59', '10:00:00'].map((time) =>
        inside('Fri 09:00-10:00 UTC', `2026-11-20T${time}`),
      ),
      [false, true, true, false],
    );
    assert.equal(inside('Tue 09:00-10:00', '2026-11-20T09:30:00'), false);
    assert.equal(inside('daily 02:00-03:00', '2026-11-20T02:30:00'), true);
    assert.equal(inside('Thu,Fri 23:30-00:30', '2026-11-21T00:15:00'), true);
    assert.equal(inside('Fri 23:30-00:30', '2026-11-20T00:15:00'), false);
    assert.equal(inside('Mon-Fri 09:00-10:00', '2026-11-20T09:30:00'), true);
    assert.equal(inside('Mon-Fri 09:00-10:00', '2026-11-21T09:30:00'), false);
    assert.equal(inside('Sat-Mon,thursday 09:00-10:00', '2026-11-22T09:30:00'), true);
    assert.equal(inside('Sat-Mon,thursday 09:00-10:00', '2026-11-19T09:30:00'), true);
    assert.equal(inside('Sat-Mon,thursday 09:00-10:00', '2026-11-20T09:30:00'), false);
    const days = ['Foo', 'Tu', 'Mon-Foo', 'Mon-Wed-Fri', 'Mon,', 'Fridays'].map((text) => `${text} 09:00-10:00`);
    for (const bad of [...days, '', 'Fri', 'Fri 9-10', 'Fri 25:00-26:00', 'Fri 09:00-09:00', 'Fri 09:00-10:00 CET'])
      assert.equal(parseWindow(bad), undefined, bad);
  });

  test('a maintenance window covers all rules, or the rules that it names', () => {
    const window = { every: 'Fri 09:00-10:00', reason: 'updates' };
    const now = at('2026-11-20T09:30:00');
    assert.match(silencedBy([], [window], 'storage:data', now) ?? '', /maintenance .*: updates/);
    assert.equal(silencedBy([], [{ ...window, rules: ['service'] }], 'storage:data', now), undefined);
    assert.ok(silencedBy([], [{ ...window, rules: ['service'] }], 'service:sync.timer', now));
  });

  test('an acknowledgement holds for the incident that had begun by then, not for the next', () => {
    const known = note({ kind: 'acknowledgement' });
    assert.match(acknowledgedBy([known], 'storage:data', '2026-11-20T07:00:00.000Z') ?? '', /by ada: moving files/);
    assert.equal(acknowledgedBy([known], 'storage:data', '2026-11-20T08:00:01.000Z'), undefined);
    assert.equal(acknowledgedBy([known], 'storage:data', undefined), undefined);
    assert.equal(silencedBy([known], [], 'storage:data', at('2026-11-20T09:00:00')), undefined);
  });

  test('an invalid note is reported, and the others count', () => {
    const { notes, problems } = parseNotes([
      { name: 'a.json', text: JSON.stringify(note({})) },
      { name: 'b.json', text: '{"kind":"silence"}' },
      { name: 'c.json', text: 'garbage' },
    ]);
    assert.deepEqual([notes.length, problems.length], [1, 2]);
  });

  test('a note with an invalid time is refused: it would silence for ever', () => {
    const wrong: Partial<Note>[] = [
      { until: 'zzzz' },
      { until: '2026-11-20' },
      { until: '2026-11-20T12:00:00+01:00' },
      { until: '2026-13-20T12:00:00Z' },
      { until: undefined },
      { from: '' },
      { kind: 'acknowledgement', from: 'yesterday' },
    ];
    const { notes, problems } = parseNotes(
      wrong.map((more, index) => ({ name: `${index}.json`, text: JSON.stringify(note(more)) })),
    );
    assert.deepEqual([notes.length, problems.length], [0, 7]);
    const byHand = note({ from: '2026-11-20T08:00:00Z', until: '2026-11-20T12:00:00Z' });
    const known = note({ kind: 'acknowledgement', until: undefined });
    const good = [byHand, known].map((one, index) => ({ name: `${index}.json`, text: JSON.stringify(one) }));
    assert.equal(parseNotes(good).notes.length, 2);
  });

  test('a note that was put there by hand is held to what the command allows', () => {
    const wrong: [more: Partial<Note>, why: RegExp][] = [
      [{ until: '9999-12-31T23:59:59Z' }, /it lasts \d+d( \d+h)? \(at most 30d\)/],
      [{ until: '2026-12-21T08:00:01Z' }, /at most 30d/],
      [{ of: '*' }, /there is no rule "\*"/],
      [{ of: '' }, /its of is empty/],
      [{ of: 'all' }, /there is no rule "all"/],
      [{ of: 'storage:' }, /expected a rule, or rule:subject/],
      [{ of: `storage:${'x'.repeat(400)}` }, /its of has 408 characters \(at most 400\)/],
      [{ of: 'storage:\u001b[2J' }, /its of has control characters/],
      [{ who: 'ada\nroot' }, /its who has control characters/],
      [{ who: 'x'.repeat(101) }, /its who has 101 characters/],
      [{ reason: '\u0007' }, /its reason/],
      [{ reason: 'x'.repeat(1001) }, /its reason has 1001 characters/],
      [{ kind: 'lift', of: 'all' }, /there is no rule/],
      [{ kind: 'acknowledgement', of: 'storge:data' }, /did you mean storage/],
    ];
    assert.ok(wrong.length >= 14);
    for (const [more, why] of wrong) {
      const { notes, problems } = parseNotes([{ name: 'a.json', text: JSON.stringify(note(more)) }]);
      assert.deepEqual(notes, [], JSON.stringify(more));
      assert.match(problems.join(), why);
      assert.match(problems.join(), /^a\.json among the silences is refused and has no effect: /);
    }
    const longest = note({ from: '2026-11-20T08:00:00.000Z', until: '2026-12-20T08:00:00.000Z' });
    for (const good of [longest, note({ of: 'red' }), note({ of: 'red:endpoint-status:a' })])
      assert.equal(parseNotes([{ name: 'a.json', text: JSON.stringify(good) }]).notes.length, 1);
  });

  test('a lift ends the earlier silences of its name, and is kept as long as they would have lasted', () => {
    const lift = note({ kind: 'lift', from: '2026-11-20T09:00:00.000Z', reason: 'done' });
    const why = (notes: Note[], id = 'storage:data') => silencedBy(notes, [], id, at('2026-11-20T10:00:00'));
    assert.equal(why([note({}), lift]), undefined);
    assert.equal(why([lift]), undefined, 'it silences nothing itself');
    assert.match(why([lift, note({ from: '2026-11-20T09:30:00.000Z' })]) ?? '', /silenced by ada/, 'silenced again');
    assert.match(why([note({ of: 'storage' }), lift]) ?? '', /silenced by ada/, 'of all its rule it says nothing');
    const known = note({ kind: 'acknowledgement', until: undefined });
    assert.ok(acknowledgedBy([known, lift], 'storage:data', '2026-11-20T07:00:00.000Z'));
    assert.deepEqual(
      activeSilences([note({}), lift], [], () => undefined, at('2026-11-20T10:00:00')),
      [],
    );
    const { notes } = parseNotes([{ name: 'lift.json', text: JSON.stringify(lift) }]);
    const since = () => '2026-11-20T07:00:00.000Z';
    assert.deepEqual(expiredNotes(notes, since, at('2026-11-27T11:59:00')), []);
    assert.deepEqual(expiredNotes(notes, since, at('2026-11-27T12:01:00')), ['lift.json']);
  });

  test('the active silences, acknowledgements of active alerts, and windows are listed', () => {
    const known = note({ kind: 'acknowledgement', of: 'stream:hatpro', until: undefined });
    const since = (id: string) => (id === 'stream:hatpro' ? '2026-11-20T07:00:00.000Z' : undefined);
    const window = { every: 'daily 09:00-10:00', rules: ['service', 'storage:data'], reason: 'updates' };
    const listed = (when: string, firstSeenOf = since) =>
      activeSilences(
        [note({}), known],
        [window, { every: 'daily 02:00-03:00', reason: 'x' }],
        firstSeenOf,
        at(when),
      ).map(({ kind, of }) => `${kind} ${of}`);
    assert.deepEqual(listed('2026-11-20T09:30:00'), [
      'silence storage:data',
      'acknowledgement stream:hatpro',
      'maintenance service',
      'maintenance storage:data',
    ]);
    assert.deepEqual(listed('2026-11-20T02:30:00'), ['acknowledgement stream:hatpro', 'maintenance everything']);
    assert.deepEqual(
      listed('2026-11-20T12:00:00', () => undefined),
      [],
    );
  });

  test('a note expires a week after its end, and the acknowledgement of an active alert does not', () => {
    const { notes } = parseNotes([
      { name: 'ended.json', text: JSON.stringify(note({})) },
      { name: 'known.json', text: JSON.stringify(note({ kind: 'acknowledgement', of: 'stream:hatpro' })) },
      { name: 'over.json', text: JSON.stringify(note({ kind: 'acknowledgement', of: 'stream:other' })) },
      { name: 'lasting.json', text: JSON.stringify(note({ until: '2026-12-19T08:00:00.000Z' })) },
    ]);
    const since = (id: string) => (id === 'stream:hatpro' ? '2026-11-20T07:00:00.000Z' : undefined);
    assert.deepEqual(expiredNotes(notes, since, at('2026-11-27T07:59:00')), []);
    assert.deepEqual(expiredNotes(notes, since, at('2026-11-27T12:01:00')), ['ended.json', 'over.json']);
  });
});
