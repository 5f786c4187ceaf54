import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { checks, sections } from '../../lib/config/registry.ts';
import { assess as assessWith } from '../../lib/health/assess.ts';
import { nagiosAnswer } from '../../lib/health/nagios.ts';
import { configurationOf, recordOf, runId } from '../world.ts';
import { filesystem, ok as seenOk, snapshotOf } from './seen.ts';

const assess = (input: Parameters<typeof assessWith>[1]) => assessWith({ sections, checks }, input);

const taken = new Date('2026-11-20T07:00:00Z');
const later = (seconds: number) => new Date(taken.getTime() + seconds * 1000);
const ok = (data: unknown) => seenOk(data, taken.toISOString());

const disk = filesystem({ path: '/', resolved_path: '/', mount_point: '/', used_percent: 50 });
const absent = Object.fromEntries(
  Object.keys(sections).map((name) => [name, { status: 'absent' as const, reason: 'none' }]),
);
const snapshot = snapshotOf(
  taken.toISOString(),
  { ...absent, filesystems: ok({ root: ok(disk), full: ok({ ...disk, used_percent: 85 }) }) },
  { run_id: runId, site: 'aurora', boot_id: 'b' },
);
const input = {
  snapshot,
  missing: '',
  stages: [],
  heartbeat: undefined,
  config: configurationOf(''),
  hostname: 'vm',
  at: later(5),
};
const levelsOf = (health: ReturnType<typeof assess>) =>
  Object.fromEntries(health.observations.map(({ id, level }) => [id, level]));

describe('health/assess', () => {
  test('the same snapshot at the same time gives the same file, byte for byte', () => {
    assert.equal(JSON.stringify(assess(input)), JSON.stringify(assess(structuredClone(input))));
  });

  test('a snapshot older than three intervals is stale, and every level is unknown', () => {
    const fresh = levelsOf(assess({ ...input, at: later(900) }));
    assert.equal(fresh['snapshot-age:snapshot'], 'green');
    assert.equal(fresh['filesystem-usage:full'], 'amber');
    const stale = assess({ ...input, at: later(900.001) });
    assert.equal(stale.overall_level, 'unknown');
    assert.ok(stale.observations.length >= 5);
    assert.deepEqual([...new Set(stale.observations.map(({ level }) => level))], ['unknown']);
    const usage = stale.observations.find(({ id }) => id === 'filesystem-usage:full');
    assert.match(usage?.message ?? '', /^the snapshot is 15m 0\.001s old \(at most 15m\); then: \/ is 85 % full/);
  });

  test('levels do not change with time as long as the snapshot is not stale', () => {
    const config = configurationOf('interval: 1h');
    const now = assess({ ...input, config });
    const anHourLater = assess({ ...input, config, at: later(3605) });
    assert.deepEqual(levelsOf(anHourLater), levelsOf(now));
    assert.equal(
      assess({ ...input, at: later(3605) }).overall_level,
      'unknown',
      'with an interval of 5 minutes it is too old',
    );
  });

  test('a snapshot from the future makes every level unknown', () => {
    assert.equal(
      levelsOf(assess({ ...input, at: later(-300) }))['snapshot-age:snapshot'],
      'green',
      'a clock may be slightly off',
    );
    const future = assess({ ...input, at: later(-300.001) });
    assert.equal(future.overall_level, 'unknown');
    assert.match(future.observations[0]?.message ?? '', /from the future/);
    const daily = { ...input, config: { ...input.config, interval: 86_400 } };
    assert.equal(
      levelsOf(assess({ ...daily, at: later(-20 * 3600) }))['snapshot-age:snapshot'],
      'unknown',
      'however rare the cycles are',
    );
  });

  test('health without a snapshot is unknown, with the reason', () => {
    const health = assess({ ...input, snapshot: undefined, missing: 'latest.json is not JSON (3 characters)' });
    assert.equal(health.overall_level, 'unknown');
    assert.equal(health.run_id, undefined);
    assert.match(health.observations[0]?.message ?? '', /no snapshot to judge: latest\.json is not JSON/);
  });

  const record = (stage: string, outcome: 'ok' | 'failed'): StageRecord =>
    recordOf(stage, taken.toISOString(), { outcome, problems: ['first', 'the disk is full'] });

  test('a failed stage is red with its last problem; the previous run of assess-health is not judged', () => {
    const health = assess({
      ...input,
      stages: [record('collect-snapshot', 'failed'), record('write-report', 'ok'), record('assess-health', 'failed')],
    });
    const levels = levelsOf(health);
    assert.equal(levels['stage-outcome:collect-snapshot'], 'red');
    assert.equal(levels['stage-outcome:write-report'], 'green');
    assert.ok(!('stage-outcome:assess-health' in levels));
    assert.match(
      health.observations.find(({ level }) => level === 'red')?.message ?? '',
      /collect-snapshot failed at .* \(it never succeeded\): the disk is full/,
    );
  });

  test('a stage that missed more than three runs is unknown, and so is the delivery of mails', () => {
    const at = (minutes: number) => later(minutes * 60).toISOString();
    const judge = (minutes: number, every_seconds?: number, own = at(0)) => {
      const every = every_seconds === undefined ? {} : { every_seconds };
      const left = { ...record('send-alerts', 'ok'), ...every, counts: { waiting: 0, untold: 0 } };
      const stages = [
        { ...left, started_at: at(-minutes) },
        { ...record('assess-health', 'ok'), started_at: own },
      ];
      return assess({ ...input, stages })
        .observations.filter(({ id }) => /^(stage-outcome|mail-delivery):/.test(id))
        .map(({ level, message }) => `${level}: ${message}`);
    };
    const well = [
      'green: send-alerts did its work',
      'green: every mail was delivered',
      'green: Alertmanager has accepted the alerts',
    ];
    assert.deepEqual(judge(15, 300), well);
    const since = `send-alerts has not run since ${at(-16)}, though it should every 5m`;
    assert.deepEqual(judge(16, 300), [
      `unknown: ${since}`,
      `unknown: whether messages are delivered is unknown: ${since}`,
      `unknown: whether messages are delivered is unknown: ${since}`,
    ]);
    assert.deepEqual(judge(16), well, 'a stage that is run by hand is never overdue');
    assert.deepEqual(judge(50, 3600), well, 'an hourly stage has three hours');
    assert.match(judge(240, 3600)[0] ?? '', /^unknown: .* every 1h$/);
    // Nothing ran for two days on a machine that was off: the previous run of assess-health is as old.
    assert.deepEqual(judge(2880, 300, at(-2881)), well);
    assert.match(judge(2, 30)[0] ?? '', /^unknown: .* every 30s$/);
  });

  test('undelivered mails are red, and so is an Alertmanager that did not accept the alerts', () => {
    const judge = (counts: Record<string, number>) =>
      assess({ ...input, stages: [{ ...record('send-alerts', 'ok'), counts }] })
        .observations.filter(({ check }) => check === 'mail-delivery')
        .map(({ subject, level, message }) => `${level} ${subject}: ${message}`);
    assert.deepEqual(judge({}), []);
    assert.deepEqual(judge({ waiting: 0, dead: 0 }), ['green outbox: every mail was delivered']);
    assert.deepEqual(judge({ waiting: 2, waiting_seconds: 7200, dead: 1, untold: 0 }), [
      'red outbox: 2 mails could not be delivered, for 2h; 1 mail could never be delivered',
      'green alertmanager: Alertmanager has accepted the alerts',
    ]);
    assert.deepEqual(
      judge({ waiting: 0, untold: 2 }).at(-1),
      'red alertmanager: 2 Alertmanagers did not accept the alerts',
    );
  });

  test('the heartbeat is judged by the time since the watchdog last accepted one', () => {
    const config = configurationOf('heartbeat: { url: $OPS_HEARTBEAT_URL }\nlimits: { heartbeat: { red: 3h } }');
    const tried = {
      schema_version: 1,
      tried_at: later(0).toISOString(),
      style: 'healthchecks',
      told: 'success',
    } as const;
    const refused = { ...tried, outcome: 'refused', words: 'it answered 404' } as const;
    const at = later(0);
    const ago = (seconds: number) => later(-seconds).toISOString();
    const judge = (heartbeat: Parameters<typeof assess>[0]['heartbeat']) =>
      assess({ ...input, at, config, heartbeat }).observations.find(({ id }) => id === 'heartbeat:outside');
    const accepted = (seconds: number) =>
      judge({ record: { ...refused, first_tried_at: ago(90_000), accepted_at: ago(seconds) } });
    const never = (seconds: number) => judge({ record: { ...refused, first_tried_at: ago(seconds) } });

    assert.deepEqual(
      [0, 1200, 1200.001, 10_800, 10_800.001, -300, -300.001].map((seconds) => accepted(seconds)?.level),
      ['green', 'green', 'amber', 'amber', 'red', 'green', 'unknown'],
    );
    // A heartbeat that never worked is amber at once.
    assert.deepEqual(
      [0, 10_800, 10_800.001].map((seconds) => never(seconds)?.level),
      ['amber', 'amber', 'red'],
    );
    assert.equal(
      accepted(11_200)?.message,
      'the last heartbeat was accepted 3h 7m ago (red above 3h); the last try: it answered 404',
    );
    assert.match(never(60)?.message ?? '', /^no heartbeat was ever accepted, and it has been tried for 1m .*404$/);
    assert.deepEqual(accepted(11_200)?.limit, { value: 10_800, key: 'limits.heartbeat.red' });
    assert.equal(judge({ problem: 'heartbeat.json is not JSON' })?.level, 'unknown');
    assert.equal(judge(undefined), undefined, 'none is configured, or none was tried yet');
  });

  test('nagiosAnswer gives a status line, the observations that are not green, worst first, and the exit code', () => {
    const amber = nagiosAnswer(assess(input));
    assert.equal(amber.exitCode, 1);
    assert.match(
      amber.text,
      /^OPS-MONITOR WARNING - 1 amber, \d+ green: \/ is 85 % full[^\n]* \| green=\d+ amber=1 red=0 unknown=0\namber filesystem-usage:full: \/ is 85 % full[^\n]*$/,
    );
    assert.equal(nagiosAnswer(assess({ ...input, snapshot: undefined })).exitCode, 3);
    const red = nagiosAnswer(assess({ ...input, stages: [record('collect-snapshot', 'failed')] }));
    assert.equal(red.exitCode, 2);
    assert.match(red.text, /^OPS-MONITOR CRITICAL - 1 red, 1 amber, \d+ green: collect-snapshot failed/);
    const good = { ...snapshot, sections: { ...absent, filesystems: ok({ root: ok(disk) }) } };
    const green = nagiosAnswer(assess({ ...input, snapshot: good }));
    assert.equal(green.exitCode, 0);
    assert.match(green.text, /^OPS-MONITOR OK - 3 checks are green \|[^\n]*$/);
  });

  /** The usage of the workspace, which these snapshots lack, stands in the line of the workspace. */
  const linesFor = ({ observations }: ReturnType<typeof assess>): number =>
    observations.filter(({ id, level }) => level !== 'green' && id !== 'workspace-usage:workspace').length;

  test('nagiosAnswer names three observations at most and stays short', () => {
    const many = Array.from({ length: 30 }, (_, index): [string, ReturnType<typeof ok>] => [
      `disk${index}`,
      ok({ ...disk, path: `/a/long/way/to/a/disk/that/is/one/of/many/with/long/names/${index}`, used_percent: 99 }),
    ]);
    const health = assess({
      ...input,
      snapshot: { ...snapshot, sections: { filesystems: ok(Object.fromEntries(many)) } },
    });
    const [line = '', ...all] = nagiosAnswer(health).text.split('\n');
    assert.match(line, /^OPS-MONITOR CRITICAL - 30 red, [^|]*: [^;]+; [^;]+; [^;]+; and \d+ more \|/);
    assert.ok(line.length < 450, `${line.length} characters`);
    assert.equal(all.length, linesFor(health));
    assert.match(all[0] ?? '', /^red filesystem-usage:disk0: \/a\/long.*\/0 is 99 % full/);
  });

  test('nagiosAnswer shows the age of a stale snapshot once', () => {
    const at = new Date(Date.parse(snapshot.time_utc) + 3_600_000);
    const [line = '', age, ...rest] = nagiosAnswer(assess({ ...input, at })).text.split('\n');
    assert.match(line, /^OPS-MONITOR UNKNOWN - \d+ unknown[^:]*: the snapshot is 1h old \(at most 15m\) \| green=/);
    assert.equal(age, 'unknown snapshot-age:snapshot: the snapshot is 1h old (at most 15m)');
    assert.ok(rest.length > 0);
    assert.match(rest.join('\n'), /^unknown filesystem-usage:full: then: \/ is 85 % full/m);
    assert.doesNotMatch(rest.join('\n'), /1h old/);
  });

  test('nagiosAnswer escapes bars, line breaks and control characters of file names', () => {
    const odd = ok({ ...disk, path: '/a|b\n\u001B[2Jc', used_percent: 99 });
    const health = assess({ ...input, snapshot: { ...snapshot, sections: { filesystems: ok({ odd }) } } });
    const { text } = nagiosAnswer(health);
    assert.equal(text.split('|').length, 2);
    assert.equal(text.split('\n').length, 1 + linesFor(health));
    assert.ok(!text.includes('\u001B'));
  });
});
