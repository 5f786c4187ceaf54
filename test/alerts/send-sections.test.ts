// A whole section that cannot be read neither ends an alert about something in it nor restarts a hold.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { gpus, ok } from '../health/seen.ts';
import { unit } from './policies/service.ts';
import { streamOf } from './policies/stream.ts';
import { disk, site, titlesOf } from './send-site.ts';

const failed: Envelope = { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 };
const endpoint = (status: number) =>
  ok({ dashboard: ok({ url: 'http://x/', answered: true, status, response_ms: 1, slow_seconds: 2 }) });
const host = (reached: boolean) =>
  ok({ source: ok({ address: 'x', reached, ...(reached ? {} : { error: 'no answer' }) }) });
const gpu = (temperature_celsius: number) => ok({ crunch: ok(gpus({ temperature_celsius })['crunch']) });

interface Case {
  readonly alert: string;
  readonly section: string;
  readonly bad: Envelope;
  readonly good: Envelope;
}

const cases: readonly Case[] = [
  { alert: 'storage:data', section: 'filesystems', bad: disk(91), good: disk(10) },
  { alert: 'probe:filesystems.data', section: 'filesystems', bad: ok({ data: failed }), good: disk(10) },
  { alert: 'red:endpoint-status:dashboard', section: 'endpoints', bad: endpoint(503), good: endpoint(200) },
  { alert: 'probe:endpoints.dashboard', section: 'endpoints', bad: ok({ dashboard: failed }), good: endpoint(200) },
  {
    alert: 'service:sync.timer',
    section: 'services',
    bad: unit({ active_state: 'failed' }).services,
    good: unit({}).services,
  },
  { alert: 'stream:hatpro', section: 'streams', bad: streamOf(5401).streams, good: streamOf(60).streams },
  { alert: 'red:gpu-temperature:crunch.3b:00', section: 'gpus', bad: gpu(95), good: gpu(60) },
  { alert: 'probe:host.source', section: 'hosts', bad: host(false), good: host(true) },
];

describe('alerts/send, sections', () => {
  test('an alert outlives snapshots in which its whole section fails, and ends once', async (t) => {
    let tried = 0;
    for (const { alert, section, bad, good } of cases) {
      const { run, taken } = site(
        t,
        'site: test\nalerts: { to: [a@example.org], rules: { probe: { failing-for: 30m }, red: { red-for: 30m }, stream: { stale-for: 30m }, service: { unhealthy-for: 30m } } }',
      );
      const gapOf = (): Record<string, Envelope> => ({ [section]: failed });
      // One gap while the alert is pending, one while it is active.
      for (let minutes = 0; minutes <= 80; minutes += 5)
        await run(minutes, minutes === 15 || (minutes >= 45 && minutes < 60) ? gapOf() : { [section]: bad });
      assert.deepEqual(titlesOf(taken), [`ALERT ${alert}`], alert);
      await run(85, gapOf());
      await run(90, { [section]: good });
      assert.deepEqual(titlesOf(taken), [`ALERT ${alert}`, `OK ${alert}`], alert);
      tried += 1;
    }
    assert.ok(tried >= 8);
  });

  test('a hold is not restarted by a snapshot in which the whole section fails', async (t) => {
    for (const { alert, section, bad } of cases) {
      const { run, taken } = site(
        t,
        'site: test\nalerts: { to: [a@example.org], rules: { storage: { hold: 30m }, probe: { failing-for: 30m }, red: { red-for: 30m }, stream: { stale-for: 30m }, service: { unhealthy-for: 30m } } }',
      );
      for (let minutes = 0; minutes <= 30; minutes += 5)
        await run(minutes, { [section]: minutes === 25 ? failed : bad });
      assert.deepEqual(titlesOf(taken), [`ALERT ${alert}`], alert);
    }
  });

  test('a section that failed as a whole recovers, and is not gone', async (t) => {
    const { run, taken } = site(
      t,
      'site: test\nalerts: { to: [a@example.org], rules: { probe: { failing-for: 0s } } }',
    );
    await run(0, { filesystems: failed });
    await run(5, { filesystems: disk(10) });
    assert.deepEqual(titlesOf(taken), ['ALERT probe:filesystems', 'OK probe:filesystems']);
  });

  test('a subject that is no longer watched is gone, whatever else fails', async (t) => {
    const { run, taken } = site(t);
    await run(0, { filesystems: disk(91), endpoints: endpoint(200) });
    await run(5, { filesystems: ok({}), endpoints: failed });
    assert.deepEqual(titlesOf(taken), ['ALERT storage:data', 'GONE storage:data']);
    const other = site(t, 'site: test\nalerts: { to: [a@example.org], rules: { red: { red-for: 0s } } }');
    await other.run(0, { endpoints: endpoint(503), filesystems: disk(10) });
    await other.run(5, { endpoints: ok({}), filesystems: failed });
    assert.deepEqual(titlesOf(other.taken), [
      'ALERT red:endpoint-status:dashboard',
      'GONE red:endpoint-status:dashboard',
    ]);
  });

  test('an alert about a part of an item outlives snapshots in which the item fails, and is gone when the part is gone', async (t) => {
    const { run, taken } = site(
      t,
      'site: test\nalerts: { to: [a@example.org], rules: { red: { red-for: 10m }, probe: { failing-for: 9h } } }',
    );
    const machineFails = ok({ crunch: failed });
    await run(0, { gpus: gpu(95) });
    await run(5, { gpus: machineFails });
    await run(10, { gpus: gpu(95) });
    assert.deepEqual(titlesOf(taken), ['ALERT red:gpu-temperature:crunch.3b:00'], 'the hold is not restarted');
    await run(15, { gpus: machineFails });
    assert.equal(titlesOf(taken).length, 1, 'it is not told to be over');
    await run(20, { gpus: ok({ crunch: ok({ host: 'crunch', listed: 0, card: {} }), other: failed }) });
    assert.deepEqual(titlesOf(taken).slice(1), ['GONE red:gpu-temperature:crunch.3b:00']);
  });
});
