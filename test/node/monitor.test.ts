// What the report says of the ops-monitor that runs on the node itself.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { at, type Machine, running, sectionOn } from './machine.ts';

const before = (seconds: number): string => new Date(at.getTime() - seconds * 1000).toISOString();
const observation = (id: string, level: string, message = 'all is well') => ({
  id,
  check: id.split(':')[0],
  subject: id.split(':')[1],
  level,
  value: 1,
  unit: '1',
  limit: { value: 1, key: 'limits' },
  message,
  runbook: '',
});
const health = {
  schema_version: 1,
  assessed_at: before(60),
  snapshot_time_utc: before(61),
  run_id: 'a'.repeat(32),
  site: 'local',
  hostname: 'node1',
  overall_level: 'red',
  counts: { green: 1, amber: 1, red: 2, unknown: 1 },
  observations: [
    observation('host-load:host', 'green'),
    observation('filesystem-usage:/', 'amber', 'it is 85 % full'),
    observation('service:api', 'red', 'it is down\u001B[2J\nand more'),
    observation('clock:clock', 'unknown', 'it cannot be read'),
    observation('service:web', 'red', 'it is down, too'),
  ],
};

const monitored = (content: unknown, more: Readonly<Record<string, string>> = {}): Machine => {
  const { files, programs } = running({ sshd: [22] });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return { programs, files: { ...files, '/state/state/health/latest_health.json': text, ...more } };
};
const on = (content: unknown, more?: Readonly<Record<string, string>>) =>
  sectionOn('monitor', monitored(content, more));

describe('node/monitor', () => {
  test('its level, counts, age and version, and the worst that it sees, the worst first', async () => {
    const snapshot = '{"schema_version":1,"time_utc":"x","product_version":"1.2.3","sections":{}}';
    const { fields, errors } = await on(health, { '/state/state/raw/latest.json': snapshot });
    assert.deepEqual(errors, []);
    assert.deepEqual(fields, {
      site: 'local',
      version: '1.2.3',
      overall_level: 'red',
      assessed_at: health.assessed_at,
      age_seconds: 61,
      counts: { green: 1, amber: 1, red: 2, unknown: 1 },
      worst: [
        { id: 'service:api', level: 'red', message: 'it is down [2J' },
        { id: 'service:web', level: 'red', message: 'it is down, too' },
        { id: 'clock:clock', level: 'unknown', message: 'it cannot be read' },
        { id: 'filesystem-usage:/', level: 'amber', message: 'it is 85 % full' },
      ],
    });
  });

  test('no level is taken from an assessment that is old, of the future, of another site or of a newer layout', async () => {
    const green = { ...health, overall_level: 'green', observations: [observation('host-load:host', 'green')] };
    const cases: readonly (readonly [object, RegExp])[] = [
      [
        { assessed_at: before(3600) },
        /^levels: the last assessment is of \S+, more than 15m ago: .*the level was green$/,
      ],
      [{ snapshot_time_utc: before(3600) }, /^levels: the last snapshot is of \S+, more than 15m ago/],
      [{ assessed_at: before(-3600) }, /^levels: the last assessment is from the future, by 1h: a clock is wrong/],
      [{ site: 'other' }, /^levels: the last assessment is of the site other, and the configuration of local/],
      [{ schema_version: 2 }, /^levels: the last assessment was written by a newer version of ops-monitor/],
    ];
    for (const [change, why] of cases) {
      const { fields, errors } = await on({ ...green, ...change });
      assert.match(errors.join('\n'), why);
      assert.deepEqual(
        [fields['overall_level'], fields['counts'], fields['worst']],
        ['unknown', { green: 0, amber: 0, red: 0, unknown: 1 }, []],
      );
    }
    assert.ok(cases.length >= 5);
    const { fields } = await on(green);
    assert.equal(fields['overall_level'], 'green');
  });

  test('a red observation is not hidden by a green overall level', async () => {
    const { fields } = await on({ ...health, overall_level: 'green' });
    assert.equal(fields['overall_level'], 'red');
  });

  test('a node without ops-monitor has none; a file that is no assessment is an error that shows nothing of it', async () => {
    const { absent, errors } = await sectionOn('monitor', running({ sshd: [22] }));
    assert.deepEqual(errors, []);
    assert.deepEqual(absent, ['no ops-monitor has left an assessment at /state/state/health/latest_health.json']);
    const bad = [
      'denied',
      'root:hunter2:19000:0:99999:7:::',
      '{"password":"hunter2"}',
      JSON.stringify({ ...health, overall_level: 'hunter2' }),
      JSON.stringify({ ...health, observations: 'hunter2' }),
      JSON.stringify({ ...health, site: 'x'.repeat(5_000_000) }),
      `${'['.repeat(100_000)}hunter2`,
    ];
    for (const text of bad) {
      const found = await on(text);
      assert.deepEqual([found.fields, found.absent], [{}, []], text.slice(0, 40));
      assert.equal(found.errors.length, 1);
      assert.ok(!found.errors.join().includes('hunter2'), found.errors.join());
    }
    assert.ok(bad.length >= 7);
  });

  test('an assessment of a thousand long messages makes a short section', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => observation(`c:${index}`, 'red', 'x'.repeat(2000)));
    const { fields } = await on({ ...health, observations: many });
    assert.equal((fields['counts'] as { red: number }).red, 1000);
    assert.equal((fields['worst'] as unknown[]).length, 5);
    assert.ok(JSON.stringify(fields).length < 3000);
  });
});
