// Whether telling works: as a metric, and as an observation of health, which send-alerts mails.
import assert from 'node:assert/strict';
import test, { describe, type TestContext } from 'node:test';
import { monitorSightings } from '../../lib/alerts/sightings.ts';
import { stageRecord } from '../../lib/contract/record.ts';
import { makeNet } from '../../lib/io/net.ts';
import { readTelling } from '../../lib/thermal/files.ts';
import { judgedOf } from '../judged.ts';
import { configurationOf, readText, runId, temporaryFolder, worldIn } from '../world.ts';
import { beatOn } from './beat.ts';
import { checkIns, eventsOf, hostOfChips, sentryKey, stateOf, wordsOf } from './events.ts';
import { type Receiver, receiver } from './receiver.ts';

const start = Date.parse('2026-11-20T06:00:00Z');
const timeOf = (beat: number): string => new Date(start + beat * 30_000).toISOString();
const cpu = (celsius: number) =>
  hostOfChips({ driver: 'coretemp', place: 'platform/coretemp.0', files: { temp1_input: `${celsius}000\n` } });

const record = {
  schema_version: 1,
  run_id: runId,
  ms: 1,
  outcome: 'ok' as const,
  exit_code: 0,
  counts: {},
  problems: [],
};

interface Settings {
  readonly dsn?: (port: number) => string | undefined;
  readonly answers?: Receiver['answers'];
  readonly config?: string;
  readonly celsius?: number;
}

const validDsn = (port: number): string => `http://${sentryKey}@127.0.0.1:${port}/42`;

async function siteOf(t: TestContext, { dsn = validDsn, answers = {}, config = '', celsius = 60 }: Settings) {
  const sentry = await receiver(t);
  Object.assign(sentry.answers, answers);
  const folder = temporaryFolder(t);
  const secret = dsn(sentry.port);
  const net = makeNet({
    ...(secret === undefined ? {} : { SENTRY_DSN: secret }),
    OPS_URL: `http://127.0.0.1:${sentry.port}/ping/a-long-token`,
  });
  const text = `thermal: { samples: 1, ${config || 'sentry: { dsn: $SENTRY_DSN }'} }`;
  const beat = (number: number, degrees = celsius) => beatOn(folder, cpu(degrees), text, net).run(timeOf(number));
  /** As assess-health judges so many seconds after the start. */
  const judgedAt = async (seconds: number) => {
    const at = new Date(start + seconds * 1000);
    const world = worldIn(folder, { at });
    const stages = [{ ...record, stage: 'thermal-heartbeat', started_at: at.toISOString(), every_seconds: 30 }];
    return judgedOf({ stages, telling: await readTelling(world) }, configurationOf(''), at);
  };
  const judged = async (seconds: number) => {
    const { monitor } = await judgedAt(seconds);
    return Object.fromEntries(
      monitor.flatMap(({ observation: { check, subject, level, message } }) =>
        check === 'heartbeat' ? [[subject, { level, message }]] : [],
      ),
    );
  };
  /** The alerts of the rule `heartbeat` at that time. */
  const alerts = async (seconds: number) => {
    const { monitor } = await judgedAt(seconds);
    const { sightings } = monitorSightings(monitor, configurationOf(''))['heartbeat'] ?? assert.fail();
    return sightings.filter(({ state }) => state === 'firing').map(({ subject }) => subject);
  };
  return { sentry, beat, judged, alerts, folder, metrics: () => readText(beatOn(folder, cpu(60)).textfile) };
}

describe('telling', () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><title>Log in</title>' };
  const all = (answer: Receiver['answers'][string]) => ({ '/api': answer });
  const broken: [what: string, settings: Settings, words: RegExp][] = [
    ['no DSN', { dsn: () => undefined }, /SENTRY_DSN is not set/],
    ['a DSN that is none', { dsn: () => 'https://sentry.example.org/' }, /is no DSN/],
    ['a DSN without a project', { dsn: (port) => `http://${sentryKey}@127.0.0.1:${port}/` }, /is no DSN/],
    ['nobody there', { dsn: () => validDsn(9) }, /ECONNREFUSED/],
    ['a login page', { answers: all(page) }, /not from Sentry/],
    ['a proxy in plain text', { answers: all({ ...page, body: 'Welcome' }) }, /not from Sentry/],
    ['another service', { answers: all({ ...page, body: '{"error":"log in"}' }) }, /not from Sentry/],
    ['a redirect to a login', { answers: all({ status: 302, headers: { location: '/login' } }) }, /302/],
    ['a refused key', { answers: all({ status: 401 }) }, /401/],
    ['a forbidden project', { answers: all({ status: 403 }) }, /403/],
    ['a server that fails', { answers: all({ status: 500 }) }, /500/],
  ];

  test('that does not work is a metric, amber soon and red later, with the reason', async (t) => {
    assert.ok(broken.length >= 11);
    for (const [what, settings, words] of broken) {
      const { beat, judged, alerts, metrics } = await siteOf(t, { celsius: 91, ...settings });
      for (const number of [0, 1, 11]) await beat(number);
      for (const recipient of ['sentry-check-in', 'sentry-events']) {
        assert.ok(
          metrics().includes(`node_thermal_telling_success{recipient="${recipient}"} 0\n`),
          `${what}: ${recipient}`,
        );
        const subject = `thermal-${recipient}`;
        assert.equal((await judged(60))[subject]?.level, 'green', `${what}: the network may not be up yet`);
        const later = (await judged(400))[subject];
        assert.equal(later?.level, 'amber', what);
        assert.match(later?.message ?? '', words, what);
        assert.equal((await judged(7300))[subject]?.level, 'red', what);
      }
      assert.deepEqual(await alerts(400), [], what);
      assert.deepEqual((await alerts(7300)).sort(), ['thermal-sentry-check-in', 'thermal-sentry-events'], what);
      assert.doesNotMatch(JSON.stringify(await judged(400)), new RegExp(sentryKey), 'the key is a secret');
    }
  });

  test('that works is green, and has its time as a metric', async (t) => {
    const { beat, judged, metrics } = await siteOf(t, {
      celsius: 91,
      config: 'sentry: { dsn: $SENTRY_DSN }, beat: { url: $OPS_URL }',
    });
    for (const number of [0, 1]) assert.doesNotMatch((await beat(number)).problems.join('\n'), /Sentry|watchdog/);
    const now = await judged(40);
    assert.deepEqual(
      Object.entries(now).map(([subject, { level }]) => [subject, level]),
      [
        ['thermal-sentry-check-in', 'green'],
        ['thermal-sentry-events', 'green'],
        ['thermal-watchdog', 'green'],
      ],
    );
    assert.match(
      metrics(),
      /^node_thermal_telling_accepted_timestamp_seconds\{recipient="sentry-events"\} 1795154400$/m,
    );
    assert.equal((metrics().match(/^node_thermal_telling_success\{.*\} 1$/gm) ?? []).length, 3);
  });

  test('that stops working counts from then on, and recovers', async (t) => {
    const { beat, judged, sentry } = await siteOf(t, {});
    await beat(0);
    sentry.answers['/cron/'] = { status: 403 };
    for (const number of [100, 101]) await beat(number);
    assert.equal((await judged(3040))['thermal-sentry-check-in']?.level, 'green', 'for 40 s only');
    assert.equal((await judged(3000 + 1300))['thermal-sentry-check-in']?.level, 'amber');
    delete sentry.answers['/cron/'];
    await beat(102);
    assert.equal((await judged(3000 + 1300))['thermal-sentry-check-in']?.level, 'green');
  });

  test('that was set up wrongly is well as soon as it is set up rightly, though no event has been sent since', async (t) => {
    const { beat, judged, folder, sentry } = await siteOf(t, { dsn: () => undefined });
    for (const number of [0, 1, 11]) await beat(number);
    assert.equal((await judged(400))['thermal-sentry-events']?.level, 'amber');
    const net = makeNet({ SENTRY_DSN: validDsn(sentry.port) });
    await beatOn(folder, cpu(60), 'thermal: { sentry: { dsn: $SENTRY_DSN } }', net).run(timeOf(12));
    assert.deepEqual(
      Object.values(await judged(400)).map(({ level }) => level),
      ['green'],
    );
  });

  test('is unknown while the thermal heartbeat does not run, and nothing once its record is removed', async (t) => {
    const { beat, folder } = await siteOf(t, {});
    await beat(0);
    const at = new Date(start + 3600_000);
    const telling = await readTelling(worldIn(folder, { at }));
    const beats = { ...record, stage: 'thermal-heartbeat', started_at: timeOf(0), every_seconds: 30 };
    const asking = { ...record, stage: 'send-alerts', started_at: new Date(start + 3300_000).toISOString() };
    const judge = (stages: readonly (typeof beats)[]) =>
      judgedOf({ stages: [asking, ...stages], telling }, configurationOf(''), at).monitor.filter(
        ({ observation }) => observation.check === 'heartbeat',
      );
    assert.deepEqual(
      judge([beats]).map(({ observation }) => observation.level),
      ['unknown'],
    );
    assert.deepEqual(judge([]), []);
    assert.equal(stageRecord('thermal-heartbeat').fallsBack, true);
  });

  test('to a server without cron monitors names both causes, then the likely one, and can be switched off', async (t) => {
    const answers = { '/cron/': { status: 404 }, '/envelope/': { status: 200, body: '{"id":"1"}' } };
    const { beat, sentry } = await siteOf(t, { answers });
    const unsure = await beat(0);
    assert.match(
      unsure.problems.join('\n'),
      /it answered 404: the key, the project .* \(in that case check_ins: false/,
    );
    await beat(1, 91);
    const sure = await beat(2, 91);
    assert.match(
      sure.problems.join('\n'),
      /it answered 404: .* \(this server accepts events, so it has no check-ins: check_ins: false/,
    );
    assert.equal(eventsOf(sentry.received).length, 1);

    const config = 'sentry: { dsn: $SENTRY_DSN, check_ins: false }';
    const without = await siteOf(t, { answers, config, celsius: 91 });
    const { problems } = await without.beat(0);
    assert.doesNotMatch(problems.join('\n'), /Sentry/);
    assert.deepEqual(checkIns(without.sentry.received), []);
    assert.equal(eventsOf(without.sentry.received).length, 1);
    await without.beat(1);
    assert.doesNotMatch(without.metrics(), /sentry-check-in/);
  });
});

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const control = /[\0-\u001F\u007F-\u009F\u2028\u2029]/;

describe('events', () => {
  const hot = (place: string) => ({ driver: 'drivetemp', place, files: { temp1_input: '70000\n' } });

  test('of 40 hot disks are sent within four beats, each once, and the beat says why others wait', async (t) => {
    const sentry = await receiver(t);
    const folder = temporaryFolder(t);
    const net = makeNet({ SENTRY_DSN: validDsn(sentry.port) });
    const host = hostOfChips(...Array.from({ length: 40 }, (_, disk) => hot(`ata${disk}`)));
    const config = 'thermal: { samples: 1, sentry: { dsn: $SENTRY_DSN } }';
    const waiting: string[] = [];
    for (let beat = 0; beat < 5; beat++) {
      const { problems } = await beatOn(folder, host, config, net).run(timeOf(beat));
      waiting.push(...problems.filter((problem) => problem.includes('must wait')));
    }
    assert.deepEqual(
      waiting,
      [30, 20, 10].map((count) => `${count} events for Sentry must wait: a beat sends at most 10`),
    );
    const told = eventsOf(sentry.received);
    assert.equal(new Set(told.map(({ event_id }) => event_id)).size, 40);
    assert.equal(told.length, 40);
  });

  test('of two alerts that begin within a minute have different ids', async (t) => {
    const sentry = await receiver(t);
    const folder = temporaryFolder(t);
    const net = makeNet({ SENTRY_DSN: validDsn(sentry.port) });
    const config = 'thermal: { samples: 1, clear: 0 C, sentry: { dsn: $SENTRY_DSN } }';
    // Beats by hand beside the timer: samples may be 10 s apart.
    for (let offset = 0; offset < 15; offset++)
      for (const [index, celsius] of [91, 60, 91, 60, 91, 60].entries()) {
        const at = new Date(start + offset * 3_601_000 + index * 10_000).toISOString();
        await beatOn(folder, cpu(celsius), config, net).run(at);
      }
    const told = eventsOf(sentry.received);
    assert.equal(told.filter((event) => stateOf(event) === 'begun').length, 45);
    assert.equal(new Set(told.map(({ event_id }) => event_id)).size, told.length);
  });

  test('and metrics carry names without control characters, bounded, and no series twice', async (t) => {
    const sentry = await receiver(t);
    const folder = temporaryFolder(t);
    const net = makeNet({ SENTRY_DSN: validDsn(sentry.port) });
    const evil = [
      '\u001B[31mred',
      '\u0007bell',
      'a\rb',
      '\u009Bcsi',
      'x'.repeat(3000),
      '\u0000',
      'line\nbreak',
      '\u2028',
    ];
    const labels = evil.flatMap((label, index) => [
      [`temp${2 * index + 1}`, label],
      [`temp${2 * index + 2}`, `${label}\u001B`],
    ]);
    const files = Object.fromEntries(
      labels.flatMap(([id, label]) => [
        [`${id}_input`, '70000\n'],
        [`${id}_crit`, '60000\n'],
        [`${id}_label`, `${label}\n`],
      ]),
    ) as Record<string, string>;
    const host = hostOfChips(
      { driver: 'evil\u001B]0;x\u0007', place: 'a', files },
      { driver: 'evil', place: 'a', files },
      { driver: 'other', place: 'b\u001B[2J', files: { temp1_input: 'what\u009B31m\n' } },
    );
    const config = 'thermal: { samples: 1, sentry: { dsn: $SENTRY_DSN } }';
    for (const beat of [0, 1, 2, 3]) {
      const { problems, text } = await beatOn(folder, host, config, net).run(timeOf(beat));
      const seen = [...problems, text ?? '', readText(beatOn(folder, host).textfile).replaceAll('\n', '')];
      for (const said of seen) assert.doesNotMatch(said, control);
    }
    const series = readText(beatOn(folder, host).textfile)
      .split('\n')
      .filter((line) => line.startsWith('node_thermal_celsius{'));
    assert.equal(series.length, 32);
    assert.equal(new Set(series).size, 32);
    assert.ok(series.every((line) => line.length < 300));
    const told = eventsOf(sentry.received);
    assert.equal(told.length, 32);
    for (const event of told) {
      const said = wordsOf(event) + JSON.stringify(Object.values(event['tags'] ?? {}));
      assert.doesNotMatch(said, control);
    }
  });

  test('never come of a flat sensor: it keeps its value, and the beat only warns', async (t) => {
    const sentry = await receiver(t);
    const folder = temporaryFolder(t);
    const net = makeNet({ SENTRY_DSN: validDsn(sentry.port) });
    const config = 'thermal: { stuck: 1h, sentry: { dsn: $SENTRY_DSN } }';
    let outcome;
    for (let beat = 0; beat <= 61; beat++)
      outcome = await beatOn(folder, cpu(42), config, net).run(new Date(start + beat * 60_000).toISOString());
    assert.deepEqual(outcome?.problems, [
      'CPU package on platform/coretemp.0 has not changed since 2026-11-20T06:00:00.000Z: 42 C. Its sensor may be broken',
    ]);
    assert.ok(checkIns(sentry.received).every(({ status }) => status === 'ok'));
    assert.deepEqual(eventsOf(sentry.received), []);
    const text = readText(beatOn(folder, cpu(42)).textfile);
    assert.match(text, /^node_thermal_celsius\{.*\} 42$/m);
    assert.match(text, /^node_thermal_sensor_problem\{.*problem="stuck"\} 1$/m);
  });
});
