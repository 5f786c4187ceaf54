import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { resumeTracks, step, type Stepped, type Tracks } from '../../lib/watchdog/alerts.ts';
import type { ServiceReading } from '../../lib/watchdog/files.ts';
import { judgeService } from '../../lib/watchdog/judge.ts';

const limits = { cpu: 80 };
const running: ServiceReading = { state: 'running', pids: [10], unread: {} };

/** Runs that are 30 s apart, each with a share of CPU time, or with a whole reading. */
function runs(
  values: readonly (number | undefined | ServiceReading)[],
  { hold = 60, before = undefined as Tracks | undefined, every = 30 } = {},
) {
  let tracks = before ?? {};
  return values.map((value, index): Stepped => {
    const reading: ServiceReading = typeof value === 'object' ? value : { ...running, cpu_percent: value };
    const judged = judgeService('api', { unit: 'api.service', limits, hold }, reading);
    const uptime = 1000 + index * every;
    const stepped = step({
      judged,
      before: tracks,
      holds: { api: hold },
      at: new Date(1_800_000_000_000 + uptime * 1000),
      uptime,
    });
    tracks = stepped.tracks;
    return stepped;
  });
}

/** `+` in each run in which an alert begins, `-` where one ends, `.` else. */
const picture = (all: readonly Stepped[]): string =>
  all.map(({ begun, ended }) => '+'.repeat(begun.length) + '-'.repeat(ended.length) || '.').join('');

describe('watchdog/alerts', () => {
  test('an alert begins after the hold and ends at the first value that is not above the limit', () => {
    const all = runs([50, 81, 90, 85, 99, 80, 81]);
    assert.equal(picture(all), '...+.-.');
    const [alert] = all[3]?.begun ?? [];
    assert.equal(alert?.message, 'api uses 85 % of a processor (above 80 %)');
    assert.deepEqual([alert?.value, alert?.worst, alert?.limit.key], [85, 90, 'watchdog.services.api.limits.cpu']);
    assert.equal(Date.parse(alert?.began_at ?? '') - Date.parse(alert?.since ?? ''), 60_000);
    const [end] = all[5]?.ended ?? [];
    assert.deepEqual([end?.worst, end?.ended], [99, 'api uses 80 % of a processor']);
    assert.equal(end?.began_at, alert?.began_at);
  });

  test('a value that falls below its limit begins the hold anew', () => {
    assert.equal(picture(runs([90, 90, 70, 90, 90, 90])), '.....+');
  });

  test('without a hold an alert begins at once', () => {
    assert.equal(picture(runs([90, 70, 90], { hold: 0 })), '+-+');
  });

  test('an unknown value neither begins nor ends an alert', () => {
    assert.equal(picture(runs([90, undefined, 90, undefined, undefined, 90, 70])), '..+...-');
    assert.equal(picture(runs([undefined, undefined, undefined])), '...');
  });

  test('a long gap without a value above the limit begins the hold anew', () => {
    assert.equal(picture(runs([90, undefined, undefined, undefined, 90, 90, 90])), '......+');
    assert.equal(picture(runs([90, 90, 90], { every: 3600 })), '...');
  });

  test('a service that does not run is one alert, which ends the others', () => {
    const stopped: ServiceReading = { ...running, state: 'stopped', reason: 'no process', pids: [] };
    const all = runs([90, stopped, running], { hold: 0 });
    assert.equal(picture(all), '++--');
    assert.equal(all[1]?.begun[0]?.message, 'api does not run: no process');
    assert.equal(all[1]?.ended[0]?.ended, 'api does not run');
    const unknown: ServiceReading = { ...running, state: 'unknown', reason: 'no systemctl', pids: [] };
    assert.equal(picture(runs([unknown, unknown], { hold: 0 })), '..');
  });

  test('an alert ends when its limit is no longer in the configuration', () => {
    const [{ tracks } = assert.fail()] = runs([90], { hold: 0 });
    const judged = judgeService('api', { unit: 'api.service', limits: {}, hold: 0 }, running);
    const { ended } = step({ judged, before: tracks, holds: {}, at: new Date(), uptime: 1 });
    assert.deepEqual(
      ended.map((alert) => alert.ended),
      ['it is no longer watched'],
    );
  });

  test('an alert of before a reboot goes on, or ends, and is not begun twice', () => {
    const [{ begun } = assert.fail()] = runs([90], { hold: 0 });
    const before = resumeTracks(begun, 5);
    assert.equal(picture(runs([undefined, 95, 95], { before, hold: 600 })), '...');
    const [, { ended } = assert.fail()] = runs([undefined, 20], { before });
    assert.equal(ended[0]?.began_at, begun[0]?.began_at);
  });

  test('memory is judged by PSS, and by RSS where PSS cannot be read', () => {
    const memory = { memory: 1e9 };
    const of = (reading: Partial<ServiceReading>) =>
      judgeService('api', { unit: 'api.service', limits: memory, hold: 0 }, { ...running, ...reading })[1];
    assert.equal(of({ resident_bytes: 3e9, proportional_bytes: 0.9e9 })?.state, 'well');
    const judged = of({ resident_bytes: 3e9 });
    assert.deepEqual([judged?.state, judged?.message], ['crossed', 'api uses 3 GB of resident memory (above 1 GB)']);
    assert.equal(of({})?.state, 'unknown');
  });
});
