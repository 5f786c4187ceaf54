import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { resumeTracks, step, type Tracks } from '../../lib/watchdog/alerts.ts';
import { attemptsIn, dueRestarts, effectsOf, type Moment, recentOf, whyNotNow } from '../../lib/watchdog/attempts.ts';
import type { RestartConfig, Service } from '../../lib/watchdog/config.ts';
import type { RestartLine, ServiceReading } from '../../lib/watchdog/files.ts';
import { judgeService } from '../../lib/watchdog/judge.ts';

const begun = Date.parse('2026-11-21T12:00:00Z');
const restart: RestartConfig = { with: ['true'], when: ['running'], cooldown: 600, 'per-day': 3, timeout: 30 };

/** Seconds after noon, when this boot was an hour old. */
const moment = (seconds: number, { boot = 'this', clock = 0 } = {}): Moment => ({
  at: new Date(begun + (seconds + clock) * 1000),
  boot_id: boot,
  uptime: 3600 + seconds,
});

let attemptCount = 0;
function attempt(seconds: number, more: Partial<RestartLine> & { clock?: number } = {}): RestartLine {
  const { clock = 0, ...fields } = more;
  const { at, boot_id, uptime } = moment(seconds, { clock });
  const run_id = String(attemptCount++);
  return {
    schema_version: 1,
    run_id,
    service: 'api',
    at: at.toISOString(),
    boot_id,
    uptime_seconds: uptime,
    event: 'tries',
    measures: ['running'],
    ...fields,
  };
}

const whyNot = (lines: readonly RestartLine[], now: Moment): string | undefined =>
  whyNotNow(recentOf(attemptsIn(lines), 'api'), restart, now);

describe('watchdog/attempts', () => {
  test('a cooldown lasts from one attempt to the next, also where a kill interrupted the attempt', () => {
    const lines = [attempt(0)];
    assert.equal(whyNot([], moment(0)), undefined);
    assert.equal(whyNot(lines, moment(590)), 'the last attempt was 9m 50s ago, and its cooldown is 10m');
    assert.equal(whyNot(lines, moment(600)), undefined);
    assert.equal(recentOf(attemptsIn(lines), 'api')[0]?.outcome, 'interrupted');
    assert.equal(whyNot([attempt(0, { service: 'another' })], moment(1)), undefined);
  });

  test('in any 24 hours there are no more attempts than configured', () => {
    const lines = [0, 1000, 2000].map((seconds) => attempt(seconds));
    assert.equal(whyNot(lines, moment(10_000)), '3 attempts in 24 h, of 3; the next may be in 21h 13m');
    assert.match(whyNot(lines, moment(86_399)) ?? '', /^3 attempts in 24 h/);
    assert.equal(whyNot(lines, moment(86_400)), undefined);
    assert.match(whyNot([...lines, attempt(86_400)], moment(87_300)) ?? '', /^3 attempts in 24 h/);
  });

  test('a clock that is set back or forth changes nothing within a boot', () => {
    const lines = [attempt(0)];
    for (const clock of [-1e8, -600, 600, 1e8]) {
      assert.match(whyNot(lines, moment(500, { clock })) ?? 'allowed', /cooldown/, `${clock}`);
      assert.equal(whyNot(lines, moment(600, { clock })), undefined, `${clock}`);
    }
  });

  test('after a reboot attempts age by the clock, and a clock that was set back allows no attempt', () => {
    const before = attempt(0, { boot_id: 'before' });
    // Half a minute after the boot.
    const soon = (seconds: number): Moment => ({ at: new Date(begun + seconds * 1000), boot_id: 'this', uptime: 30 });
    assert.match(whyNot([before], soon(500)) ?? '', /^the last attempt was 8m 20s ago/);
    assert.equal(whyNot([before], soon(600)), undefined);
    assert.match(whyNot([before], soon(-1e8)) ?? '', /^the last attempt was 30s ago/);
    // In the next year all the same: an attempt of an earlier boot is older than this boot.
    assert.equal(whyNot([before], { ...soon(-1e8), uptime: 600 }), undefined);
  });

  test('a service is due while its alert goes on and its value is above the limit', () => {
    const service: Service = { unit: 'api.service', limits: { cpu: 80 }, hold: 60, restart };
    const stopped: ServiceReading = { state: 'stopped', reason: 'no process', pids: [], unread: {} };
    const unknown: ServiceReading = { ...stopped, state: 'unknown' };
    let tracks: Tracks = {};
    const dueAfter = (uptime: number, reading: ServiceReading, config = service): string[] => {
      const judged = judgeService('api', config, reading);
      ({ tracks } = step({ judged, before: tracks, holds: { api: 60 }, at: new Date(begun), uptime }));
      return dueRestarts({ api: config }, judged, tracks, { uptime }).map((one) => one.service);
    };
    assert.deepEqual(dueAfter(1000, stopped), [], 'within the hold');
    assert.deepEqual(dueAfter(1030, stopped), [], 'within the hold');
    assert.deepEqual(dueAfter(1060, stopped), ['api']);
    assert.deepEqual(dueAfter(1090, unknown), [], 'unknown');
    assert.deepEqual(dueAfter(1120, stopped), ['api']);
    assert.deepEqual(dueAfter(1150, stopped, { ...service, restart: undefined }), [], 'without a restart configured');
    assert.deepEqual(
      dueAfter(1160, stopped, { ...service, restart: { ...restart, when: ['cpu'] } }),
      [],
      'another alert',
    );
    const { alert } = Object.values(tracks)[0] ?? assert.fail();
    // As after a reboot: the alert goes on, and a service that is still starting gets its hold.
    tracks = resumeTracks([alert], 5);
    assert.deepEqual(dueAfter(5, stopped), []);
    assert.deepEqual(dueAfter(35, stopped), []);
    assert.deepEqual(dueAfter(65, stopped), ['api']);
  });

  test('an attempt helped when the next known values of its measures are within their limits', () => {
    const service: Service = { unit: 'api.service', limits: { cpu: 80 }, hold: 0, restart };
    const attempts = attemptsIn([attempt(0, { measures: ['cpu'], run_id: 'x' })]);
    const helped = (cpu: number | undefined): unknown[] => {
      const reading: ServiceReading = {
        state: 'running',
        pids: [1],
        unread: {},
        ...(cpu === undefined ? {} : { cpu_percent: cpu }),
      };
      return effectsOf({ api: service }, attempts, judgeService('api', service, reading), moment(30)).map((line) => [
        line.run_id,
        line.helped,
      ]);
    };
    assert.deepEqual(helped(undefined), []);
    assert.deepEqual(helped(20), [['x', 'yes']]);
    assert.deepEqual(helped(90), [['x', 'no']]);
    const known = attemptsIn([
      attempt(0, { run_id: 'x' }),
      attempt(30, { run_id: 'x', event: 'measured', helped: 'no' }),
    ]);
    assert.deepEqual(
      effectsOf(
        { api: service },
        known,
        judgeService('api', service, { state: 'running', pids: [1], unread: {} }),
        moment(60),
      ),
      [],
    );
  });
});
