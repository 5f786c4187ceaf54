// Requests as they arrive: each beat at the watchdogs, and each temperature above its limit at Sentry.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { makeNet } from '../../lib/io/net.ts';
import { readText, temporaryFolder } from '../world.ts';
import { beatOn } from './beat.ts';
import { rawServer, receiver, type Received } from './receiver.ts';
import { chipFiles, chipHost, treeHost } from './tree.ts';

const start = Date.parse('2026-11-20T06:00:00Z');
const timeOf = (beat: number): string => new Date(start + beat * 30_000).toISOString();
const withSentry = 'site: aurora\nthermal: { sentry: { dsn: $SENTRY_DSN } }\n';
const key = '0123456789abcdef0123456789abcdef';

/** A machine with one processor, whose temperature is set from beat to beat. */
function site(t: TestContext, environment: Record<string, string>, config = withSentry) {
  const folder = temporaryFolder(t);
  const files = { temp1_input: '60000\n', temp1_label: 'Package id 0\n' };
  const cpu = (celsius: number | undefined) =>
    chipHost('coretemp', { ...files, temp1_input: celsius === undefined ? 'nan\n' : `${celsius * 1000}\n` });
  let beats = 0;
  const run = (celsius: number | undefined, atBeat = beats) => {
    beats = atBeat + 1;
    return beatOn(folder, cpu(celsius), config, makeNet(environment)).run(timeOf(atBeat));
  };
  const { textfile, state } = beatOn(folder, cpu(60));
  return { run, textfile, state };
}

async function siteWithSentry(t: TestContext) {
  const sentry = await receiver(t);
  return { sentry, ...site(t, { SENTRY_DSN: `http://${key}@127.0.0.1:${sentry.port}/42` }) };
}

/** Two disks, both too hot. */
const disks = treeHost(
  Object.assign(
    {},
    ...[0, 1].map((at) => chipFiles(at, 'nvme', { temp1_input: '81000\n', temp1_label: 'Composite\n' })),
  ),
  Object.fromEntries(
    [0, 1].map((at) => [`/sys/class/hwmon/hwmon${at}`, `/sys/devices/pci0000:00/0000:0${at}:00.0/nvme`]),
  ),
);
const firstSample = 'thermal: { samples: 1, sentry: { dsn: $SENTRY_DSN } }';

async function hotDisks(t: TestContext, parts: Parameters<typeof beatOn>[4] = {}) {
  const sentry = await receiver(t);
  const net = makeNet({ SENTRY_DSN: `http://${key}@127.0.0.1:${sentry.port}/42` });
  return { sentry, beats: beatOn(temporaryFolder(t), disks, firstSample, net, parts) };
}

const parsed = (body: string): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
const checkIns = (all: readonly Received[]) => all.filter(({ path }) => path?.includes('/cron/'));
const events = (all: readonly Received[]) =>
  all.filter(({ path }) => path?.includes('/envelope/')).map(({ body }) => parsed(body.split('\n')[2] ?? ''));

type Event = Record<string, unknown> | undefined;
const idOf = (event: Event): unknown => event?.['event_id'];
const extraOf = (event: Event) => (event?.['extra'] ?? {}) as Record<string, number>;
const stateOf = (event: Event): unknown => ((event?.['tags'] ?? {}) as Record<string, string>)['state'];
const wordsOf = (event: Event): unknown => ((event?.['message'] ?? {}) as Record<string, string>)['formatted'];

describe('thermal-heartbeat and its watchdogs', () => {
  test('every beat is a check-in; the first and one an hour later carry the monitor’s settings', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    for (const beat of [0, 1, 2, 120, 121]) assert.deepEqual((await run(60, beat)).problems, []);
    assert.equal(sentry.received.length, 5);
    for (const { method, path, headers } of sentry.received) {
      assert.equal(method, 'POST');
      assert.equal(path, `/api/42/cron/thermal-heartbeat/${key}/`);
      assert.equal(headers['content-type'], 'application/json');
    }
    const bodies = sentry.received.map(({ body }) => parsed(body));
    for (const { status, check_in_id, duration, environment } of bodies) {
      assert.equal(status, 'ok');
      assert.match(String(check_in_id), /^[0-9a-f]{32}$/);
      assert.equal(typeof duration, 'number');
      assert.equal(environment, 'production');
    }
    assert.deepEqual(
      bodies.map((body) => 'monitor_config' in body),
      [true, false, false, true, false],
    );
    assert.deepEqual(bodies[0]?.['monitor_config'], {
      schedule: { type: 'interval', value: 1, unit: 'minute' },
      checkin_margin: 2,
      max_runtime: 1,
      timezone: 'Etc/UTC',
      failure_issue_threshold: 2,
      recovery_threshold: 1,
    });
  });

  test('a beat without a temperature checks in with error', async (t) => {
    const { sentry, run, textfile } = await siteWithSentry(t);
    await run(60);
    await run(undefined);
    assert.deepEqual(
      checkIns(sentry.received).map(({ body }) => parsed(body)['status']),
      ['ok', 'error'],
    );
    assert.match(readText(textfile), /^node_thermal_heartbeat_seconds 1795154400$/m, 'the time of the beat before');
  });

  test('an alert sends an event when it begins, once an hour while it lasts, and when it ends', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    // Two hours hot, then well.
    for (let beat = 0; beat < 243; beat++) await run(91.5);
    for (let beat = 0; beat < 10; beat++) await run(60);
    const [first, ...rest] = events(sentry.received);
    assert.equal(checkIns(sentry.received).length, 253);
    assert.deepEqual(
      [first, ...rest].map((event) => [event?.['level'], stateOf(event)]),
      [
        ['warning', 'begun'],
        ['warning', 'lasting'],
        ['warning', 'lasting'],
        ['warning', 'over'],
      ],
    );
    const { event_id, timestamp, ...told } = first ?? {};
    assert.match(String(event_id), /^[0-9a-f]{32}$/);
    assert.equal(timestamp, start / 1000 + 60, 'the third beat');
    assert.deepEqual(told, {
      platform: 'node',
      level: 'warning',
      logger: 'ops-monitor.thermal',
      server_name: 'recorded',
      environment: 'production',
      release: 'ops-monitor@0.1.0',
      message: { formatted: 'CPU package on platform/coretemp.0 is at 91.5 C (above 85 C)' },
      tags: {
        site: 'aurora',
        source: 'hwmon',
        chip: 'platform/coretemp.0',
        sensor: 'Package id 0',
        watched: 'CPU package',
        state: 'begun',
        celsius: '91.5',
        above: '85',
      },
      fingerprint: ['ops-monitor-thermal', 'aurora', 'recorded', 'hwmon platform/coretemp.0 package'],
      extra: {
        celsius: 91.5,
        above_celsius: 85,
        limit: 'thermal.cpu.above',
        highest_celsius: 91.5,
        began_at: '2026-11-20T06:01:00.000Z',
      },
    });
    assert.equal(
      wordsOf(rest.at(-1)),
      'CPU package on platform/coretemp.0 was above 85 C for 2h 2m, at most 91.5 C; it is well again: 60 C',
    );
    assert.equal(new Set([first, ...rest].map(idOf)).size, 4);
    const envelope = sentry.received.find(({ path }) => path?.includes('/envelope/'));
    assert.equal(envelope?.path, '/api/42/envelope/');
    assert.equal(envelope?.method, 'POST');
    assert.equal(envelope?.headers['content-type'], 'application/x-sentry-envelope');
    assert.equal(
      envelope?.headers['x-sentry-auth'],
      `Sentry sentry_version=7, sentry_client=ops-monitor/0.1.0, sentry_key=${key}`,
    );
  });

  test('a short peak sends no event', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    for (const celsius of [60, 109, 60, 109, 109, 60]) await run(celsius);
    assert.deepEqual(events(sentry.received), []);
  });

  test('a 429 pauses check-ins and events separately, and unsent events are sent later', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    sentry.answers['/envelope/'] = { status: 429, headers: { 'retry-after': '300' } };
    sentry.answers['/cron/'] = { status: 429, headers: { 'retry-after': '60' } };
    const first = await run(91);
    assert.deepEqual(first.problems, ['Sentry’s monitor did not take the beat: it answered 429']);
    assert.deepEqual((await run(91)).problems, [], 'no request during the pause');
    const third = await run(91);
    assert.ok(third.problems.includes('Sentry did not take an event: it answered 429'), third.problems.join('\n'));
    assert.equal(checkIns(sentry.received).length, 2, 'after 60 seconds it is asked again');
    for (let beat = 3; beat < 12; beat++) await run(91);
    assert.equal(events(sentry.received).length, 1, 'not asked again within its five minutes');
    delete sentry.answers['/envelope/'];
    await run(91);
    const told = events(sentry.received);
    assert.equal(told.length, 2);
    assert.equal(stateOf(told[1]), 'begun', 'the begin was still unsent');
    assert.equal(
      told[0]?.['event_id'],
      told[1]?.['event_id'],
      'the same event, should the first have arrived after all',
    );
  });

  test('an alert that ended before Sentry could be reached is reported with its beginning, its time and its end', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    sentry.answers['/envelope/'] = { status: 500 };
    for (const celsius of [91, 91, 91, 60, 60, 60]) await run(celsius);
    sentry.answers['/envelope/'] = { status: 200, body: '{"id":"1"}' };
    await run(60, 40);
    await run(60, 41);
    const [tried, ...told] = events(sentry.received);
    assert.deepEqual(
      told.map((event) => [event?.['level'], stateOf(event), event?.['timestamp'], wordsOf(event)]),
      [
        [
          'warning',
          'begun',
          start / 1000 + 60,
          'CPU package on platform/coretemp.0 was above 85 C for 1m 30s, at most 91 C, which could not be reported before',
        ],
        [
          'warning',
          'over',
          start / 1000 + 150,
          'CPU package on platform/coretemp.0 was above 85 C for 1m 30s, at most 91 C; it is well again: 60 C',
        ],
      ],
    );
    assert.equal(tried?.['event_id'], told[0]?.['event_id'], 'the same event, should the first have arrived after all');
    assert.equal(((told[0]?.['tags'] ?? {}) as Record<string, string>)['celsius'], '91');
  });

  test('an accepted event of an alert that has ended is not sent again', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    sentry.answers['/envelope/'] = { status: 500 };
    for (const celsius of [91, 91, 91, 60, 60, 60]) await run(celsius);
    // At the 11th minute Sentry accepts the first of the two only.
    sentry.once.push({ status: 200 });
    for (const beat of [22, 23, 33, 34]) await run(60, beat);
    delete sentry.answers['/envelope/'];
    for (const beat of [44, 45]) await run(60, beat);
    assert.deepEqual(events(sentry.received).map(stateOf), ['begun', 'begun', 'over', 'over', 'over']);
    assert.equal(
      new Set(events(sentry.received).map(idOf)).size,
      2,
      'begun is one event, over another, however often they are tried',
    );
  });

  test('the end of an alert is reported also if a new peak came before Sentry answered again', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    for (const celsius of [91, 91, 91]) await run(celsius);
    sentry.answers['/envelope/'] = { status: 500 };
    for (const celsius of [60, 60, 60, 109, 60, 109]) await run(celsius);
    delete sentry.answers['/envelope/'];
    for (const beat of [30, 31]) await run(60, beat);
    const [begun, tried, over, ...more] = events(sentry.received);
    assert.deepEqual([stateOf(begun), stateOf(tried), stateOf(over), more], ['begun', 'over', 'over', []]);
    assert.equal(
      wordsOf(over),
      'CPU package on platform/coretemp.0 was above 85 C for 1m 30s, at most 91 C; it is well again: 60 C',
    );
  });

  test('several alerts that ended while Sentry was unreachable are each reported, in order', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    sentry.answers['/envelope/'] = { status: 500 };
    for (const celsius of [91, 91, 91, 60, 60, 60, 97, 97, 97, 60, 60, 60, 99, 99, 99]) await run(celsius);
    delete sentry.answers['/envelope/'];
    sentry.received.splice(0);
    for (let beat = 30; beat < 34; beat++) await run(99, beat);
    assert.deepEqual(
      events(sentry.received).map((event) => [stateOf(event), extraOf(event)['highest_celsius']]),
      [
        ['begun', 91],
        ['over', 91],
        ['begun', 97],
        ['over', 97],
        ['begun', 99],
      ],
    );
  });

  test('samples of a new peak count on while the end of the previous alert is reported', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    for (const celsius of [91, 91, 91]) await run(celsius);
    sentry.answers['/envelope/'] = { status: 429, headers: { 'retry-after': '60' } };
    for (const celsius of [60, 60, 60, 109]) await run(celsius);
    delete sentry.answers['/envelope/'];
    for (const celsius of [95, 95]) await run(celsius);
    const told = events(sentry.received);
    assert.deepEqual(told.map(stateOf), ['begun', 'over', 'over', 'begun']);
    assert.equal(extraOf(told[3])['highest_celsius'], 109);
  });

  test('a Sentry that takes 3.7 s for each answer gets the beat and one event, and the beat reports the waiting events', async (t) => {
    const { sentry, beats } = await hotDisks(t, { isTimed: true });
    sentry.answers['/api'] = { status: 202, seconds: 3.7 };
    const began = performance.now();
    const first = await beats.run(timeOf(0));
    // Two answers would take 7.4 s.
    assert.ok(performance.now() - began < 7000, 'it took too long');
    assert.deepEqual(
      first.problems.filter((problem) => problem.includes('Sentry')),
      ['1 event for Sentry must wait: the 4 s for all requests are used up'],
    );
    const second = await beats.run(timeOf(1));
    assert.doesNotMatch(second.problems.join('\n'), /Sentry/);
    assert.equal(checkIns(sentry.received).length, 2);
    assert.equal(new Set(events(sentry.received).map(idOf)).size, 2, 'one with each beat');
  });

  test('damage in the state costs only the damaged part, and no beat', async (t) => {
    const { sentry, run, state } = await siteWithSentry(t);
    for (const celsius of [91, 91, 91]) await run(celsius);
    const left = parsed(readText(state)) as { tracks: Record<string, object> };
    const [name = '', track] = Object.entries(left.tracks)[0] ?? [];
    const bad = { a: {}, b: { ...track, above: 'x' }, c: { ...track, earlier: {} }, d: { ...track, began_at: 1 } };
    writeFileSync(state, JSON.stringify({ ...left, tracks: { ...bad, [name]: track } }));
    const { problems, counts } = await run(91);
    assert.deepEqual(problems, ['CPU package on platform/coretemp.0 is at 91 C (above 85 C)']);
    assert.equal(counts['out_of_band'], 1);
    assert.equal(events(sentry.received).length, 1, 'the sound track still counts as reported');
  });

  test('beats run by hand every 5 seconds beside the timer suppress no alert', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    for (let beat = 0; beat < 2; beat += 1 / 6) await run(91, beat);
    assert.deepEqual(events(sentry.received).map(stateOf), ['begun']);
    assert.equal(events(sentry.received)[0]?.['timestamp'], start / 1000 + 20, 'samples are 10 seconds apart');
  });

  test('two beats at once send the same event id, also if their clocks differ by seconds', async (t) => {
    const sentry = await receiver(t);
    const net = makeNet({ SENTRY_DSN: `http://${key}@127.0.0.1:${sentry.port}/42` });
    // Each has its own folder, and so its own state.
    const twin = () => beatOn(temporaryFolder(t), chipHost('coretemp', { temp1_input: '91000\n' }), firstSample, net);
    await twin().run('2026-11-20T05:59:59.900Z');
    await twin().run('2026-11-20T06:00:00.300Z');
    await twin().run('2026-11-20T06:00:30.300Z');
    await twin().run('2026-11-20T06:01:00.300Z');
    const ids = events(sentry.received).map(idOf);
    assert.equal(ids.length, 4);
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set([ids[1], ids[3]]).size, 2, 'a minute later the event is another');
  });

  test('two sites on one machine send events with different ids, because Sentry would drop a repeated id', async (t) => {
    const sentry = await receiver(t);
    const net = makeNet({ SENTRY_DSN: `http://${key}@127.0.0.1:${sentry.port}/42` });
    for (const name of ['aurora', 'borealis']) {
      const config = `site: ${name}\nthermal: { samples: 1, sentry: { dsn: $SENTRY_DSN } }`;
      await beatOn(temporaryFolder(t), chipHost('coretemp', { temp1_input: '91000\n' }), config, net).run(timeOf(0));
    }
    assert.equal(new Set(events(sentry.received).map(idOf)).size, 2);
  });

  test('a second watchdog of style sentry gets the monitor’s settings once an hour too', async (t) => {
    const sentry = await receiver(t);
    const url = `http://127.0.0.1:${sentry.port}/api/7/cron/other/${key}/`;
    const { run } = site(t, { OPS_URL: url }, 'thermal: { beat: { url: $OPS_URL, style: sentry } }');
    for (const beat of [0, 1, 2, 120, 121]) assert.deepEqual((await run(60, beat)).problems, []);
    assert.deepEqual(
      sentry.received.map(({ body }) => 'monitor_config' in parsed(body)),
      [true, false, false, true, false],
    );
  });

  for (const [status, times] of [
    [400, [1, 1]],
    [413, [1, 1]],
    // The key or a proxy may be at fault, which somebody may repair.
    [403, [2, 1]],
  ] as const)
    test(`an event that is answered ${status} does not block other events`, async (t) => {
      const { sentry, beats } = await hotDisks(t);
      sentry.once.push({ status });
      const { problems } = await beats.run(timeOf(0));
      assert.match(problems.join('\n'), new RegExp(`^Sentry did not take an event: it answered ${status}$`, 'm'));
      assert.equal(events(sentry.received).length, 2, 'the second event goes out in the same beat');
      for (let beat = 1; beat < 13; beat++) await beats.run(timeOf(beat));
      const counts = Map.groupBy(events(sentry.received), idOf);
      assert.deepEqual(
        [...counts.values()].map((same) => same.length),
        times,
      );
    });

  for (const status of [429, 500])
    test(`an event that is answered ${status} pauses all events for a while`, async (t) => {
      const { sentry, beats } = await hotDisks(t);
      sentry.once.push({ status });
      await beats.run(timeOf(0));
      await beats.run(timeOf(1));
      assert.equal(events(sentry.received).length, 1);
    });

  test('a clock that was a year ahead and is put back suppresses no alert', async (t) => {
    const { sentry, run } = await siteWithSentry(t);
    const year = 365 * 2880;
    for (const beat of [0, 1, 2]) await run(91, year + beat);
    sentry.answers['/cron/'] = { status: 429, headers: { 'retry-after': '60' } };
    sentry.answers['/envelope/'] = { status: 429, headers: { 'retry-after': '60' } };
    await run(91, year + 123);
    assert.equal(events(sentry.received).length, 2, 'the hourly repetition is due');
    delete sentry.answers['/cron/'];
    delete sentry.answers['/envelope/'];
    sentry.received.splice(0);
    for (const beat of [0, 1, 2]) assert.doesNotMatch((await run(91, beat)).problems.join('\n'), /Sentry/);
    assert.equal(checkIns(sentry.received).length, 3);
    assert.deepEqual(
      checkIns(sentry.received).map(({ body }) => 'monitor_config' in parsed(body)),
      [true, false, false],
    );
    assert.deepEqual(events(sentry.received).map(stateOf), ['lasting']);
  });

  test('a heartbeat time written by a clock that was ahead does not stay in the future', async (t) => {
    const { run, textfile } = site(t, {}, '');
    await run(60, 2880);
    await run(undefined, 0);
    assert.match(readText(textfile), new RegExp(`^node_thermal_heartbeat_seconds ${start / 1000}$`, 'm'));
  });

  const flood = `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(300_000)}`;
  for (const [what, says] of [
    ['nothing', undefined],
    ['garbage', 'garbage\r\n\r\n'],
    ['half an answer', 'HTTP/1.1 202 Acc'],
    ['a flood', flood],
  ] as const)
    test(`a Sentry that answers with ${what} costs the check-in, but neither the textfile nor the beat’s time limit`, async (t) => {
      const port = await rawServer(t, says);
      const { run, textfile } = site(t, { SENTRY_DSN: `http://${key}@127.0.0.1:${port}/42` });
      const began = performance.now();
      const { problems } = await run(60);
      assert.ok(performance.now() - began < 40_000, 'it took too long');
      assert.match(problems.join('\n'), /^Sentry’s monitor did not take the beat: /);
      assert.doesNotMatch(problems.join('\n'), new RegExp(key), 'the key is a secret');
      assert.match(readText(textfile), /^node_thermal_celsius\{.*\} 60$/m);
    });

  for (const status of [500, 403])
    test(`a check-in answered ${status} is a problem, and the next beat tries again`, async (t) => {
      const { sentry, run } = await siteWithSentry(t);
      sentry.answers['/cron/'] = { status, body: `no ${key} here` };
      assert.deepEqual((await run(60)).problems, [`Sentry’s monitor did not take the beat: it answered ${status}`]);
      await run(60);
      assert.equal(checkIns(sentry.received).length, 2);
      assert.ok(
        sentry.received.every(({ body }) => 'monitor_config' in parsed(body)),
        'Sentry has not accepted the settings yet',
      );
    });

  test('an unreachable Sentry, a missing secret and an invalid secret are problems, and nothing else fails', async (t) => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ SENTRY_DSN: `http://${key}@127.0.0.1:9/42` }, /^Sentry’s monitor did not take the beat: connect ECONNREFUSED/],
      [{}, /^Sentry is not notified: SENTRY_DSN is not set/],
      [
        { SENTRY_DSN: `something ${key}` },
        /^Sentry is not notified: \$SENTRY_DSN is no DSN and no address of a cron monitor$/,
      ],
    ];
    for (const [environment, says] of cases) {
      const { run, textfile } = site(t, environment);
      const { problems } = await run(60);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', says);
      assert.match(readText(textfile), /^node_thermal_celsius\{/m);
    }
  });

  test('the address of a cron monitor, from a credential, works like a DSN', async (t) => {
    const sentry = await receiver(t);
    const credentials = temporaryFolder(t);
    writeFileSync(join(credentials, 'SENTRY_DSN'), `http://127.0.0.1:${sentry.port}/api/7/cron/other/${key}/\n`);
    const { run } = site(t, { CREDENTIALS_DIRECTORY: credentials });
    for (let beat = 0; beat < 3; beat++) await run(91);
    assert.equal(checkIns(sentry.received)[0]?.path, `/api/7/cron/other/${key}/`);
    assert.equal(events(sentry.received).length, 1);
  });

  test('healthchecks and GlitchTip get the beat, each in its own protocol', async (t) => {
    const watchdog = await receiver(t);
    watchdog.answers['/'] = { status: 200, body: 'OK' };
    const base = `http://127.0.0.1:${watchdog.port}`;
    const pinged = site(t, { OPS_URL: `${base}/ping/abc` }, 'thermal: { beat: { url: $OPS_URL } }');
    await pinged.run(60);
    await pinged.run(undefined);
    const glitchtip = `${base}/api/0/organizations/a/heartbeat_check/b/`;
    const glitched = site(t, { OPS_URL: glitchtip }, 'thermal: { beat: { url: $OPS_URL, style: glitchtip } }');
    await glitched.run(60);
    await glitched.run(undefined);
    assert.deepEqual(
      watchdog.received.map(({ method, path, body }) => `${method} ${path} ${body}`),
      [
        'POST /ping/abc 1 temperature',
        'POST /ping/abc/fail no temperature could be read on this machine',
        'POST /api/0/organizations/a/heartbeat_check/b/ ',
      ],
    );
  });
});
