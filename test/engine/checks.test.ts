import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { AnyCheck } from '../../lib/contract/check.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { Sections } from '../../lib/contract/registry.ts';
import { checks } from '../../lib/health/checks/index.ts';
import { healthConfig } from '../../lib/health/config.ts';
import type { Observation } from '../../lib/contract/observation.ts';
import { type CheckRun, markStale, runChecks } from '../../lib/engine/checks.ts';
import { sections } from '../../lib/snapshot/sections/index.ts';
import type { Case } from '../health/case.ts';
import { cases } from '../health/checks/index.ts';

const definitions: Sections = sections;
const at = new Date('2026-11-20T07:46:00Z');
const ok = (data: unknown): Envelope => ({ status: 'ok', ms: 1, collected_at: '2026-11-20T07:45:00.000Z', data });
const failed = (reason: string): Envelope => ({ status: 'failed', kind: 'error', reason, ms: 3 });
const absent = (reason: string): Envelope => ({ status: 'absent', reason });

/** A check that is green for every item it gets, with the time in its message. */
const shows = (name: string, needs: readonly string[], limitsKey?: string): AnyCheck => ({
  name,
  summary: 'echoes its sections',
  needs,
  ...(limitsKey === undefined ? {} : { limits: { key: limitsKey, side: 'from' } }),
  assess: (sections, when) =>
    Object.entries(sections).flatMap(([section, data]) =>
      Object.entries(data as Record<string, unknown>).map(([subject, seen]) => ({
        subject,
        level: 'green' as const,
        value: JSON.stringify(seen),
        unit: '',
        ...(limitsKey === undefined ? { limit: { value: 'shown', key: '' } } : {}),
        message: `${section} ${when.toISOString()}`,
      })),
    ),
});

const run = ({ age, ...seen }: Partial<CheckRun> & { age?: Observation }): Observation[] =>
  runChecks({ checks: [], sections: {}, definitions, limits: {}, at, ...seen }).map(({ observation }) =>
    age ? markStale(age, observation) : observation,
  );
const tooOld = (message: string): Observation => ({
  id: 'snapshot-age:snapshot',
  check: 'snapshot-age',
  subject: 'snapshot',
  level: 'unknown',
  value: 7200,
  unit: 's',
  limit: { value: 900, key: 'limits.snapshot.intervals' },
  message,
  runbook: '',
});
const brief = (observations: readonly Observation[]): [id: string, level: string][] =>
  observations.map(({ id, level }) => [id, level]);

describe('engine/checks', () => {
  test('an observation has an id of check and subject, and a runbook', () => {
    assert.deepEqual(
      run({ checks: [shows('usage', ['filesystems'])], sections: { filesystems: ok({ data: ok({ used: 5 }) }) } }),
      [
        {
          id: 'usage:data',
          check: 'usage',
          subject: 'data',
          level: 'green',
          value: '{"used":5}',
          unit: '',
          limit: { value: 'shown', key: '' },
          message: 'filesystems 2026-11-20T07:46:00.000Z',
          runbook: 'ops/runbooks/usage.md',
        },
      ],
    );
  });

  test('a check uses its own limits and no others', () => {
    const limits = run({
      checks: [shows('usage', ['host'], 'filesystem'), shows('load', ['host'], 'load'), shows('state', ['host'])],
      sections: { host: ok({ cpus: 4 }) },
      limits: { filesystem: { red: 80 }, load: { red: 2 } },
    }).map(({ id, limit }) => [id, limit]);
    assert.deepEqual(limits, [
      ['usage:cpus', { value: 80, key: 'limits.filesystem.red' }],
      ['load:cpus', { value: 2, key: 'limits.load.red' }],
      ['state:cpus', { value: 'shown', key: '' }],
    ]);
  });

  test('a failed section gives one unknown observation with the reason', () => {
    assert.deepEqual(
      run({ checks: [shows('load', ['host'])], sections: { host: failed('/proc/loadavg is not three numbers: ""') } }),
      [
        {
          id: 'load:host',
          check: 'load',
          subject: 'host',
          level: 'unknown',
          value: null,
          unit: '',
          limit: { value: 'a reading', key: '' },
          message: 'host could not be read: /proc/loadavg is not three numbers: ""',
          because: 'host',
          clears_when: 'it can be read again',
          runbook: 'ops/runbooks/load.md',
        },
      ],
    );
  });

  test('an absent section gives no observation', () => {
    assert.deepEqual(run({ checks: [shows('clock', ['clock'])], sections: { clock: absent('a container') } }), []);
  });

  test('a failed item is unknown, and the other items are judged', () => {
    const observations = run({
      checks: [shows('usage', ['filesystems'])],
      sections: {
        filesystems: ok({
          archive: failed('filesystems: archive did not answer within 10s'),
          data: ok({ used: 5 }),
          optional: absent('an automount that nobody has opened'),
          root: ok({ used: 6 }),
        }),
      },
    });
    assert.deepEqual(brief(observations), [
      ['usage:archive', 'unknown'],
      ['usage:data', 'green'],
      ['usage:root', 'green'],
    ]);
    assert.equal(observations[0]?.message, 'archive could not be read: filesystems: archive did not answer within 10s');
    const levels = (filesystems: Envelope) =>
      brief(run({ checks: [shows('usage', ['filesystems'])], sections: { filesystems } }));
    assert.deepEqual(levels(ok({ archive: failed('dead'), data: failed('dead too') })), [
      ['usage:archive', 'unknown'],
      ['usage:data', 'unknown'],
    ]);
    assert.deepEqual(levels(failed('no mount table')), [['usage:filesystems', 'unknown']], 'the whole section');
  });

  test('a section missing in the snapshot is unknown, not green and not absent', () => {
    const observations = run({ checks: [shows('load', ['host'])], sections: {} });
    assert.deepEqual(brief(observations), [['load:host', 'unknown']]);
    assert.match(observations[0]?.message ?? '', /the snapshot has no section host/);
  });

  test('a check that needs two sections runs only where both were read', () => {
    const both = [shows('both', ['host', 'clock'])];
    const host = ok({ cpus: 4 });
    const clock = ok({ synchronised: true });
    const cases: [sections: CheckRun['sections'], expected: [string, string][]][] = [
      [
        { host, clock },
        [
          ['both:cpus', 'green'],
          ['both:synchronised', 'green'],
        ],
      ],
      [{ host, clock: failed('gone') }, [['both:clock', 'unknown']]],
      [
        { host: failed('gone'), clock: failed('gone') },
        [
          ['both:host', 'unknown'],
          ['both:clock', 'unknown'],
        ],
      ],
      [{ host, clock: absent('a container') }, []],
      [{ host: failed('gone'), clock: absent('a container') }, [['both:host', 'unknown']]],
      [{ host }, [['both:clock', 'unknown']]],
    ];
    for (const [sections, expected] of cases) assert.deepEqual(brief(run({ checks: both, sections })), expected);
    assert.ok(cases.length >= 6);
  });

  test('observations have the order of the checks, and within each check the order of the readings', () => {
    const observations = run({
      checks: [shows('second', ['filesystems']), shows('first', ['host'])],
      sections: { host: ok({ cpus: 4, load: 1 }), filesystems: ok({ b: ok(1), a: ok(2) }) },
    });
    assert.deepEqual(
      observations.map(({ id }) => id),
      ['second:b', 'second:a', 'first:cpus', 'first:load'],
    );
  });

  test('a stale snapshot makes every observation unknown, with a message that begins with its age', () => {
    const stale = 'the snapshot is 2h old (at most 15m)';
    const observations = run({
      age: tooOld(stale),
      checks: [shows('load', ['host']), shows('usage', ['filesystems'])],
      sections: { host: ok({ cpus: 4 }), filesystems: ok({ archive: failed('dead'), data: ok({ used: 5 }) }) },
    });
    assert.deepEqual(brief(observations), [
      ['load:cpus', 'unknown'],
      ['usage:archive', 'unknown'],
      ['usage:data', 'unknown'],
    ]);
    for (const { message, clears_when } of observations) {
      assert.ok(message.startsWith(`${stale}; then: `), message);
      assert.equal(clears_when, 'a fresh snapshot is there');
    }
    assert.ok(observations.length >= 3);
    assert.equal(observations[2]?.value, '{"used":5}');
  });

  const limits = healthConfig.limits.parse({});
  const needed = [...new Set(checks.flatMap(({ needs }: AnyCheck) => needs))];

  test('every real check is unknown for an empty snapshot, once for each section that it needs', () => {
    const observations = run({ checks, sections: {}, limits });
    assert.deepEqual(
      brief(observations),
      checks.flatMap(({ name, needs }: AnyCheck) => needs.map((need) => [`${name}:${need}`, 'unknown'])),
    );
    assert.ok(observations.length >= 16);
  });

  test('every real check is unknown, with the reason, where all sections failed', () => {
    const observations = run({
      checks,
      sections: Object.fromEntries(needed.map((need) => [need, failed(`${need} is stuck`)])),
      limits,
    });
    assert.ok(observations.length >= 16);
    for (const { level, message } of observations) {
      assert.equal(level, 'unknown');
      assert.match(message, /is stuck/);
    }
  });

  test('no real check has an observation where all sections are absent', () => {
    const sections = Object.fromEntries(needed.map((need) => [need, absent('there are none')]));
    assert.deepEqual(run({ checks, sections, limits }), []);
    assert.ok(needed.length >= 7);
  });

  /** Puts an envelope around each section and each item, as in a snapshot. */
  const snapshotOf = (shown: Readonly<Record<string, object>>): Record<string, Envelope> =>
    Object.fromEntries(
      Object.entries(shown).map(([name, data]) => {
        const items = () => Object.fromEntries(Object.entries(data).map(([item, reading]) => [item, ok(reading)]));
        return [name, ok(definitions[name]?.many ? items() : data)];
      }),
    );

  test('every real check has a green case, which is unknown in a stale snapshot', () => {
    for (const check of checks) {
      const levels = ({ find }: Case) => Object.values(find).map(({ level }) => level);
      const isWell = (one: Case): boolean => levels(one).length > 0 && levels(one).every((level) => level === 'green');
      const well = cases[check.name]?.find((one) => !one.limits && isWell(one));
      assert.ok(well, `${check.name} has no case in which all is well`);
      const seen = { checks: [check], sections: snapshotOf(well.given), limits };
      const ids = Object.keys(well.find).map((subject) => `${check.name}:${subject}`);
      assert.deepEqual(
        brief(run(seen)),
        ids.map((id) => [id, 'green']),
      );
      assert.deepEqual(
        brief(run({ ...seen, age: tooOld('the snapshot is 2h old') })),
        ids.map((id) => [id, 'unknown']),
      );
    }
    assert.ok(checks.length >= 16);
  });
});
