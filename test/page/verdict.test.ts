import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Fetched, headlineOf, titleOf, verdictOf } from '../../lib/page/client/verdict.ts';

const at = new Date('2026-11-20T12:01:00Z');
const run_id = '0123456789abcdef0123456789abcdef';

const snapshot = {
  schema_version: 1,
  time_utc: '2026-11-20T12:00:00.000000Z',
  run_id,
  site: 'aurora',
  hostname: 'vm',
  product_version: '0.1.0',
  sections: {},
};

const observation = (id: string, level: string) => ({
  id,
  check: id.split(':')[0] ?? '',
  subject: id.split(':')[1] ?? '',
  level,
  value: 1,
  unit: 's',
  limit: { value: 900, key: '' },
  message: `${id} is ${level}`,
  runbook: 'ops/runbooks/x.md',
});

const health = {
  schema_version: 1,
  assessed_at: '2026-11-20T12:00:02.000Z',
  snapshot_time_utc: '2026-11-20T12:00:00.000000Z',
  run_id,
  site: 'aurora',
  overall_level: 'green',
  observations: [observation('snapshot-age:snapshot', 'green'), observation('host-load:host', 'green')],
};

const read = (content: unknown): Fetched => ({ state: 'read', content });
const judge = (first: unknown, second: unknown, more: object = {}) =>
  verdictOf({ snapshot: read(first), health: read(second), at, ...more });

describe('page/verdict', () => {
  test('shows the worst level of the assessment of this snapshot', () => {
    const green = judge(snapshot, health);
    assert.deepEqual([green.kind, titleOf(green)], ['level', 'GREEN · aurora']);
    assert.equal(headlineOf(green, 0), 'GREEN: nothing is wrong at aurora');
    const red = judge(snapshot, { ...health, observations: [observation('host-load:host', 'red')] });
    assert.equal(headlineOf(red, 1), 'RED: 1 thing is wrong at aurora');
    const empty = judge(snapshot, { ...health, observations: [] });
    assert.equal(titleOf(empty), 'UNKNOWN · aurora', 'no observation is no sign of health');
  });

  const wrong: [what: string, kind: string, says: RegExp, verdict: ReturnType<typeof judge>][] = [
    [
      'an old snapshot',
      'stale',
      /15m 1s old \(at most 15m\)/,
      judge(snapshot, health, { at: new Date('2026-11-20T12:15:01Z') }),
    ],
    [
      'a snapshot from the future',
      'stale',
      /from the future, by 1h/,
      judge(snapshot, health, { at: new Date('2026-11-20T11:00:00Z') }),
    ],
    ['a time that is none', 'unreadable', /invalid: "soon"/, judge({ ...snapshot, time_utc: 'soon' }, health)],
    [
      'a newer snapshot',
      'other schema',
      /latest\.json has layout 2/,
      judge({ ...snapshot, schema_version: 2 }, health),
    ],
    [
      'a newer health file',
      'other schema',
      /latest_health\.json has layout 2/,
      judge(snapshot, { ...health, schema_version: 2 }),
    ],
    ['foreign JSON', 'unreadable', /not as expected: expected object; got \[1,2\]/, judge([1, 2], health)],
    [
      'a level that does not exist',
      'unreadable',
      /observations\.0\.level/,
      judge(snapshot, { ...health, observations: [observation('host-load:host', 'blue')] }),
    ],
    ['a health file of another site', 'not judged', /site luna/, judge(snapshot, { ...health, site: 'luna' })],
    [
      'a failed assessment',
      'stale',
      /assess-health failed/,
      judge(snapshot, health, { outdated: { message: 'assess-health failed' } }),
    ],
    [
      'a missing file',
      'unreadable',
      /latest\.json: there is no latest\.json yet/,
      judge(0, health, { snapshot: { state: 'missing', reason: 'there is no latest.json yet' } }),
    ],
    [
      'a torn file',
      'unreadable',
      /latest_health\.json: it is not JSON/,
      judge(snapshot, 0, { health: { state: 'unreadable', reason: 'it is not JSON' } }),
    ],
  ];
  for (const [what, kind, says, verdict] of wrong)
    test(`shows no level for ${what}`, () => {
      assert.equal(verdict.kind, kind);
      assert.match('reason' in verdict ? verdict.reason : '', says);
      assert.doesNotMatch(`${headlineOf(verdict, 0)} ${titleOf(verdict)}`, /GREEN|AMBER|RED|UNKNOWN:/);
    });

  test('calls out levels of another snapshot: at first beside the level, after 90 s in its place', () => {
    const other = { ...health, run_id: 'f'.repeat(32), snapshot_time_utc: '2026-11-20T11:55:00Z' };
    const soon = judge(snapshot, other);
    assert.match(
      soon.kind === 'level' ? (soon.note ?? '') : '',
      /of another snapshot, that of 2026-11-20T11:55:00Z.* yet$/,
    );
    const later = judge(snapshot, other, { at: new Date('2026-11-20T12:02:00Z') });
    assert.equal(headlineOf(later, 0), 'NOT JUDGED: the present state at aurora is not known');
  });
});
