import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import {
  type AlertEvent,
  alertmanagerHandler,
  createAlerts,
  createMetrics,
  devicesOfflineRule,
  type NewAlert,
  errorRateRule,
  mailHandler,
  type Severity,
  webhookHandler,
} from '../../lib/application/index.ts';
import { alertsToPost } from '../../lib/application/alerts/alertmanager.ts';
import { serveMail } from '../alerts/smtp-server.ts';
import { temporaryFolder, until } from '../world.ts';
import { listening } from './servers.ts';

const disk: NewAlert = { name: 'DiskFull', severity: 'warning', message: '91 % used', labels: { disk: 'data' } };

/** A handler that keeps what it is told: `created DiskFull`. */
function listener() {
  const events: AlertEvent[] = [];
  return {
    events,
    handle: (event: AlertEvent): void => void events.push(event),
    told: (): string[] => events.map(({ kind, alert }) => `${kind} ${alert.name}`),
  };
}

/** A clock that is set by hand. */
function clock(at = '2026-11-20T06:00:00Z') {
  let ms = Date.parse(at);
  return { now: () => new Date(ms), pass: (seconds: number) => (ms += seconds * 1000) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('alerts of an application', () => {
  test('an alert begins, is seen again, gets worse and is over; handlers are told of each but the second', async () => {
    const heard = listener();
    const { now, pass } = clock();
    const alerts = createAlerts({ handlers: [heard.handle], now });
    const first = alerts.create(disk);
    pass(60);
    const again = alerts.create({ ...disk, message: '92 % used' });
    assert.equal(again.id, first.id);
    assert.equal(again.startedAt, '2026-11-20T06:00:00.000Z');
    assert.equal(again.seenAt, '2026-11-20T06:01:00.000Z');
    assert.equal(again.message, '92 % used');
    alerts.create({ ...disk, severity: 'critical' });
    assert.equal(alerts.active().length, 1);
    pass(60);
    assert.equal(alerts.resolve('DiskFull', { disk: 'data' })?.resolvedAt, '2026-11-20T06:02:00.000Z');
    assert.equal(alerts.resolve('DiskFull', { disk: 'data' }), undefined);
    await settled();
    assert.deepEqual(heard.told(), ['created DiskFull', 'worsened DiskFull', 'resolved DiskFull']);
    assert.notEqual(alerts.create(disk).id, first.id);
    assert.deepEqual(alerts.statistics(), {
      total: 2,
      active: 1,
      resolved: 1,
      bySeverity: { info: 0, warning: 2, critical: 0 },
      perHour: 2,
    });
  });

  test('the same name with other labels is another alert, and the order of labels makes no difference', () => {
    const alerts = createAlerts();
    alerts.create({ ...disk, labels: { disk: 'a', host: 'x' } });
    alerts.create({ ...disk, labels: { host: 'x', disk: 'a' } });
    alerts.create({ ...disk, labels: { disk: 'b', host: 'x' } });
    assert.equal(alerts.active().length, 2);
  });

  test('a hundred calls at once for the same alert are one alert, one mail and one in the metric', async () => {
    const heard = listener();
    const metrics = createMetrics({ prefix: 'app' });
    const alerts = createAlerts({ handlers: [heard.handle], metrics });
    const made = await Promise.all(Array.from({ length: 100 }, async () => alerts.create(disk)));
    assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    await settled();
    assert.equal(heard.events.length, 1);
    const { app_alerts_total: counted } = await metrics.summary();
    assert.deepEqual(counted, { 'severity="warning",alert_type="DiskFull"': 1 });
  });

  test('a handler that throws, rejects or hangs delays no other, and is told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const heard = listener();
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [
        function throws() {
          throw new Error('no such chat');
        },
        { name: 'pager', handle: () => Promise.reject(new Error('refused')) },
        function hangs() {
          return new Promise<void>(() => undefined);
        },
        heard.handle,
      ],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    alerts.create({ ...disk, name: 'Second' });
    await settled();
    assert.deepEqual(heard.told(), ['created DiskFull', 'created Second']);
    assert.deepEqual(problems, [
      'alert handler throws: created DiskFull: no such chat',
      'alert handler pager: created DiskFull: refused',
      'alert handler throws: created Second: no such chat',
      'alert handler pager: created Second: refused',
    ]);
    t.mock.timers.tick(10_000);
    await settled();
    assert.equal(problems.at(-1), 'alert handler hangs: created DiskFull: it took more than 10 s');
    const stopped = alerts.stop(2);
    await settled();
    t.mock.timers.tick(2000);
    await stopped;
    assert.equal(problems.at(-1), 'alert handler hangs: at the end: it took more than 2 s');
  });

  test('a handler that is too slow loses the oldest events beyond a thousand, and says so', async () => {
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [{ name: 'slow', handle: () => new Promise<void>(() => undefined) }],
      onProblem: (problem) => problems.push(problem),
    });
    for (let count = 0; count <= 1001; count++) alerts.create({ ...disk, name: `Alert${count}` });
    assert.deepEqual(problems, [
      'alert handler slow: it is too slow: 1000 events wait, and the oldest (Alert1) is left out',
    ]);
    await alerts.stop(0);
    assert.equal(problems.at(-1), 'alert handler slow: at the end: it took more than 0 s; 1000 events are lost');
  });

  test('the two example rules begin and end their alerts; one that throws leaves its own as they are', () => {
    const problems: string[] = [];
    let isBroken = false;
    const alerts = createAlerts<{ errorRate: number; devicesOffline: number }>({
      rules: [
        errorRateRule(),
        devicesOfflineRule(),
        function breakable({ devicesOffline }) {
          if (isBroken) throw new Error('no values');
          return devicesOffline > 0 ? { name: 'SomeOffline', severity: 'info', message: 'some' } : undefined;
        },
      ],
      onProblem: (problem) => problems.push(problem),
    });
    const names = (): string[] => alerts.active().map(({ name, message }) => `${name}: ${message}`);
    alerts.evaluate({ errorRate: 0.05, devicesOffline: 2 });
    assert.deepEqual(names(), ['SomeOffline: some']);
    alerts.evaluate({ errorRate: 0.0712, devicesOffline: 3 });
    assert.deepEqual(names(), [
      'SomeOffline: some',
      'HighErrorRate: 7.1 % of the requests fail, more than 5 %',
      'DevicesOffline: 3 devices are offline, more than 2',
    ]);
    isBroken = true;
    alerts.evaluate({ errorRate: 0, devicesOffline: 0 });
    assert.deepEqual(names(), ['SomeOffline: some']);
    assert.deepEqual(problems, ['alert rule breakable: no values']);
  });

  test('an alert that nobody acknowledges is told to the next handlers in turn, and so is its end', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-20T06:00:00Z') });
    const [first, second, third] = [listener(), listener(), listener()];
    const alerts = createAlerts({
      handlers: [first.handle],
      escalations: [
        { afterSeconds: 3600, handler: third.handle },
        { afterSeconds: 600, handler: second.handle },
      ],
    });
    alerts.create(disk);
    alerts.create({ ...disk, name: 'Acknowledged' });
    alerts.acknowledge('Acknowledged', 'Ada', { disk: 'data' });
    t.mock.timers.tick(599_000);
    await settled();
    assert.deepEqual(second.told(), []);
    t.mock.timers.tick(1000);
    await settled();
    assert.deepEqual(second.told(), ['escalated DiskFull']);
    alerts.resolve('DiskFull', { disk: 'data' });
    t.mock.timers.tick(3600_000);
    await settled();
    assert.deepEqual(second.told(), ['escalated DiskFull', 'resolved DiskFull']);
    assert.deepEqual(third.told(), []);
    assert.deepEqual(first.told(), ['created DiskFull', 'created Acknowledged', 'resolved DiskFull']);
    await alerts.stop();
  });

  test('an acknowledged alert that gets worse is escalated after all', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-20T06:00:00Z') });
    const heard = listener();
    const alerts = createAlerts({ escalations: [{ afterSeconds: 600, handler: heard.handle }] });
    alerts.create(disk);
    alerts.acknowledge('DiskFull', 'Ada', { disk: 'data' });
    alerts.create({ ...disk, severity: 'critical' });
    t.mock.timers.tick(600_000);
    await settled();
    assert.deepEqual(heard.told(), ['escalated DiskFull']);
    await alerts.stop();
  });

  test('a handler that also stands in an escalation is told of the end once', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-20T06:00:00Z') });
    const { handle, told } = listener();
    const alerts = createAlerts({ handlers: [handle], escalations: [{ afterSeconds: 600, handler: handle }] });
    alerts.create(disk);
    t.mock.timers.tick(600_000);
    alerts.resolve('DiskFull', { disk: 'data' });
    await settled();
    assert.deepEqual(told(), ['created DiskFull', 'escalated DiskFull', 'resolved DiskFull']);
    await alerts.stop();
  });

  test('values that are missing end no alert of a rule', () => {
    const problems: string[] = [];
    const alerts = createAlerts<{ errorRate: number; devicesOffline: number }>({
      rules: [errorRateRule(), devicesOfflineRule()],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.evaluate({ errorRate: 0.5, devicesOffline: 5 });
    alerts.evaluate({ errorRate: NaN, devicesOffline: undefined as never });
    assert.equal(alerts.active().length, 2);
    assert.deepEqual(problems, [
      'alert rule errorRateAbove: errorRate is NaN',
      'alert rule devicesOfflineAbove: devicesOffline is undefined',
    ]);
  });

  test('a rule that the next process does not have leaves no alert behind', async (t) => {
    const stateFile = join(temporaryFolder(t), 'alerts.json');
    const before = createAlerts<{ errorRate: number }>({ stateFile, rules: [errorRateRule(), () => disk] });
    before.evaluate({ errorRate: 0.5 });
    await before.stop();
    const after = createAlerts<{ errorRate: number; devicesOffline: number }>({
      stateFile,
      rules: [devicesOfflineRule(), errorRateRule()],
    });
    assert.equal(after.active().length, 2);
    after.evaluate({ errorRate: 0.5, devicesOffline: 0 });
    assert.deepEqual(
      after.active().map(({ name, id }) => [name, id]),
      before.active().flatMap(({ name, id }) => (name === 'HighErrorRate' ? [[name, id]] : [])),
    );
    await after.stop();
  });

  test('an onProblem that throws harms nothing', async () => {
    const heard = listener();
    const fails = (): never => {
      throw new Error('no chat');
    };
    const alerts = createAlerts({
      handlers: [fails, heard.handle],
      onProblem: fails,
      stateFile: '/proc/nowhere/alerts.json',
    });
    alerts.create(disk);
    alerts.create({ ...disk, name: 'Second' });
    await alerts.stop();
    assert.deepEqual(heard.told(), ['created DiskFull', 'created Second']);
  });

  test('a file or an outbox of two is refused', async (t) => {
    const path = join(temporaryFolder(t), 'own');
    const alerts = createAlerts({ stateFile: path });
    assert.throws(() => createAlerts({ stateFile: path }), /the state file .*own is used already in this process/);
    await alerts.stop();
    const again = createAlerts({ stateFile: path });
    await again.stop();
    webhookHandler({ url: 'http://localhost:1', outbox: `${path}-outbox` });
    assert.throws(
      () => mailHandler({ from: 'a@example.org', to: ['b@example.org'], outbox: `${path}-outbox` }),
      /mail by localhost: the outbox .*own-outbox is used already/,
    );
  });

  test('with a file, alerts outlast the process, with what their rules and escalations know', async (t) => {
    const stateFile = join(temporaryFolder(t), 'state', 'alerts.json');
    const rules = [errorRateRule()];
    const before = createAlerts({ stateFile, rules });
    before.evaluate({ errorRate: 0.2 });
    before.create(disk);
    before.resolve('DiskFull', { disk: 'data' });
    await before.stop();
    const after = createAlerts({ stateFile, rules });
    assert.deepEqual(after.history(), before.history());
    assert.deepEqual(after.statistics(), before.statistics());
    assert.equal(after.active().length, 1);
    after.evaluate({ errorRate: 0 });
    assert.equal(after.active().length, 0);
    await after.stop();
  });

  test('a damaged file is kept under another name and told, and the alerts begin anew', async (t) => {
    const folder = temporaryFolder(t);
    const stateFile = join(folder, 'alerts.json');
    const where = createAlerts({ stateFile: folder, onProblem: () => undefined });
    assert.deepEqual(where.history(), [], 'a folder in place of the file');
    await where.stop();
    for (const text of ['{"schema_ver', '{"schema_version": 1, "total": {}, "alerts": [{}]}', '']) {
      writeFileSync(stateFile, text);
      const problems: string[] = [];
      const alerts = createAlerts({ stateFile, onProblem: (problem) => problems.push(problem) });
      assert.match(
        problems.join('\n'),
        /^alerts: .*alerts\.json is not what was written, and is kept as .*\.damaged-\d+/,
      );
      assert.deepEqual(alerts.history(), []);
      assert.ok(!existsSync(stateFile));
      assert.ok(readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8') === text));
      await alerts.stop();
    }
  });

  test('a disk that refuses the file is told, and alerts go on', async () => {
    const problems: string[] = [];
    const heard = listener();
    const alerts = createAlerts({
      stateFile: '/proc/nowhere/alerts.json',
      handlers: [heard.handle],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await alerts.stop();
    assert.deepEqual(heard.told(), ['created DiskFull']);
    assert.match(problems.join('\n'), /^alerts: \/proc\/nowhere\/alerts\.json cannot be written: /);
  });

  test('the last thousand are remembered, active ones in any case, and resolved ones for thirty days', () => {
    const { now, pass } = clock();
    const alerts = createAlerts({ now });
    alerts.create({ ...disk, name: 'Old' });
    alerts.create(disk);
    alerts.resolve('DiskFull', { disk: 'data' });
    for (let count = 0; count < 1200; count++) {
      alerts.create({ ...disk, name: `Alert${count}` });
      alerts.resolve(`Alert${count}`, { disk: 'data' });
    }
    assert.equal(alerts.history().length, 1000);
    assert.equal(alerts.history()[0]?.name, 'Old');
    assert.deepEqual(
      alerts.history(2).map(({ name }) => name),
      ['Alert1198', 'Alert1199'],
    );
    assert.deepEqual(alerts.history(0), []);
    assert.equal(alerts.statistics().total, 1202);
    pass(31 * 86_400);
    alerts.cleanUp();
    assert.deepEqual(
      alerts.history().map(({ name }) => name),
      ['Old'],
    );
  });

  test('an alert without a name, or with values of other types, is refused', () => {
    const alerts = createAlerts();
    assert.throws(() => alerts.create({ ...disk, name: '' }), /needs a name/);
    assert.throws(() => alerts.create({ ...disk, severity: 'fatal' as Severity }), /DiskFull: the severity fatal/);
    assert.throws(() => alerts.create({ ...disk, labels: { disk: 7 as never } }), /DiskFull: disk has to be a text/);
  });

  test('whatever is created, resolved and acknowledged in whatever order: each alert is active once at most', () => {
    const name = fc.constantFrom('A', 'B', 'C');
    const labels = fc.constantFrom<Record<string, string>>({}, { disk: 'x' }, { disk: 'y' });
    const severity = fc.constantFrom<Severity>('info', 'warning', 'critical');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('create' as const), name, labels, severity }),
      fc.record({ kind: fc.constant('resolve' as const), name, labels }),
      fc.record({ kind: fc.constant('acknowledge' as const), name, labels }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const alerts = createAlerts();
        const oracle = new Map<string, Severity>();
        let began = 0;
        for (const one of steps) {
          const key = `${one.name} ${one.labels['disk']}`;
          if (one.kind === 'create') {
            if (!oracle.has(key)) began++;
            oracle.set(key, one.severity);
            alerts.create({ ...one, message: 'm' });
          } else if (one.kind === 'resolve')
            assert.equal(alerts.resolve(one.name, one.labels) !== undefined, oracle.delete(key));
          else assert.equal(alerts.acknowledge(one.name, 'Ada', one.labels) !== undefined, oracle.has(key));
        }
        const active = alerts.active().map(({ name, labels, severity }) => `${name} ${labels['disk']} ${severity}`);
        assert.deepEqual(active.sort(), [...oracle].map(([key, severity]) => `${key} ${severity}`).sort());
        const { total, resolved } = alerts.statistics();
        assert.deepEqual([total, resolved, alerts.history().length], [began, began - oracle.size, began]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('receivers of alerts', () => {
  test('a webhook that was down gets each event once, in order, also from the next process', async (t) => {
    const outbox = join(temporaryFolder(t), 'outbox');
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    let isUp = false;
    const got: { readonly event: AlertEvent; readonly key: unknown }[] = [];
    const url = await listening(t, (request, response) => {
      let text = '';
      request.on('data', (part) => (text += String(part)));
      request.on('end', () => {
        if (isUp) got.push({ event: JSON.parse(text) as AlertEvent, key: request.headers['x-key'] });
        response.writeHead(isUp ? 200 : 503).end();
      });
    });
    const problems: string[] = [];
    const start = () =>
      createAlerts({
        handlers: [webhookHandler({ url: `${url}/secret-path`, outbox, headers: { 'x-key': 'sesame' } })],
        onProblem: (problem) => problems.push(problem),
      });
    const before = start();
    before.create(disk);
    before.resolve('DiskFull', { disk: 'data' });
    await until(() => problems.length >= 1);
    await before.stop();
    assert.match(
      problems[0] ?? '',
      /^alert handler webhook to 127\.0\.0\.1:\d+: created DiskFull: will be tried again: .*503/,
    );
    const files = readdirSync(outbox).filter((name) => name.endsWith('.json'));
    assert.equal(files.length, 2);
    for (const name of files) assert.doesNotMatch(readFileSync(join(outbox, name), 'utf8'), /secret-path|sesame/);
    isUp = true;
    t.mock.timers.tick(60_000);
    const after = start();
    await until(() => got.length >= 2);
    await after.stop();
    assert.deepEqual(
      got.map(({ event, key }) => `${event.kind} ${event.alert.name} ${String(key)}`),
      ['created DiskFull sesame', 'resolved DiskFull sesame'],
    );
    assert.deepEqual(
      readdirSync(outbox).filter((name) => name.endsWith('.json')),
      [],
    );
  });

  /** A receiver that answers as it is told, and keeps what it took: `created DiskFull`. */
  async function receiver(t: TestContext, answer: (kind: string) => number | undefined) {
    const taken: string[] = [];
    const url = await listening(t, (request, response) => {
      let text = '';
      request.on('data', (part) => (text += String(part)));
      request.on('end', () => {
        const { kind, alert } = JSON.parse(text) as AlertEvent;
        const status = answer(kind);
        if (status === undefined) return;
        if (status === 200) taken.push(`${kind} ${alert.name}`);
        response.writeHead(status).end();
      });
    });
    return { url, taken };
  }

  test('the end of an alert waits for its beginning; other alerts do not', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const outbox = join(temporaryFolder(t), 'outbox');
    let isUp = false;
    const { url, taken } = await receiver(t, (kind) => (kind === 'created' && !isUp ? 503 : 200));
    const problems: string[] = [];
    const start = () =>
      createAlerts({ handlers: [webhookHandler({ url, outbox })], onProblem: (problem) => problems.push(problem) });
    const before = start();
    before.create(disk);
    await until(() => problems.length === 1);
    isUp = true;
    before.resolve('DiskFull', { disk: 'data' });
    before.create({ ...disk, name: 'Other' });
    await until(() => taken.length === 1);
    assert.deepEqual(taken, ['created Other']);
    await before.stop();
    t.mock.timers.tick(60_000);
    const after = start();
    await until(() => taken.length === 3);
    assert.deepEqual(taken, ['created Other', 'created DiskFull', 'resolved DiskFull']);
    await after.stop();
  });

  test('an event that waits goes to the URL that the next process has, once', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const outbox = join(temporaryFolder(t), 'outbox');
    const problems: string[] = [];
    const before = createAlerts({
      handlers: [webhookHandler({ url: 'http://127.0.0.1:1', outbox })],
      onProblem: (problem) => problems.push(problem),
    });
    before.create(disk);
    await until(() => problems.length === 1);
    await before.stop();
    t.mock.timers.tick(60_000);
    const { url, taken } = await receiver(t, () => 200);
    const after = createAlerts({ handlers: [webhookHandler({ url, outbox })] });
    after.create({ ...disk, name: 'Second' });
    await until(() => taken.length === 2);
    await after.stop();
    assert.deepEqual(taken, ['created DiskFull', 'created Second']);
  });

  test('a receiver that hangs holds the end no longer than its seconds', async (t) => {
    const { url } = await receiver(t, () => undefined);
    const alerts = createAlerts({
      handlers: [
        webhookHandler({ url, outbox: join(temporaryFolder(t), 'outbox') }),
        alertmanagerHandler({ urls: [url], secondsBetweenPosts: 0.1 }),
      ],
      onProblem: () => undefined,
    });
    for (const name of ['A', 'B', 'C', 'D']) alerts.create({ ...disk, name });
    const began = performance.now();
    await alerts.stop(1);
    assert.ok(performance.now() - began < 8000, 'an attempt may take ten seconds');
  });

  test('an event for which the body is undefined is not sent', async (t) => {
    const outbox = join(temporaryFolder(t), 'outbox');
    const { url, taken } = await receiver(t, () => 200);
    const body = (event: AlertEvent): AlertEvent | undefined => (event.kind === 'resolved' ? event : undefined);
    const alerts = createAlerts({ handlers: [webhookHandler({ url, outbox, body })] });
    alerts.create(disk);
    alerts.resolve('DiskFull', { disk: 'data' });
    await until(() => taken.length > 0);
    await alerts.stop();
    assert.deepEqual(taken, ['resolved DiskFull']);
  });

  test('a torn entry of the outbox is told and moves to dead/, and the others are sent', async (t) => {
    const outbox = join(temporaryFolder(t), 'outbox');
    mkdirSync(outbox);
    writeFileSync(join(outbox, '1-00000001-torn.json'), '{"schema_ver');
    const { url, taken } = await receiver(t, () => 200);
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [webhookHandler({ url, outbox })],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => taken.length === 1);
    await alerts.stop();
    assert.match(problems.join('\n'), /1-00000001-torn\.json moves to dead\/: it cannot be read/);
    assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
  });

  test('a folder that cannot be read is told, and the application goes on', async (t) => {
    const folder = temporaryFolder(t);
    symlinkSync('loop', join(folder, 'loop'));
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [webhookHandler({ url: 'http://127.0.0.1:1', outbox: join(folder, 'loop') })],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => problems.length >= 2);
    await alerts.stop();
    assert.match(problems.join('\n'), /the outbox .*loop: .*ELOOP/);
  });

  test('an event that the receiver refuses for good goes to dead/, and is told', async (t) => {
    const outbox = join(temporaryFolder(t), 'outbox');
    const url = await listening(t, (_request, response) => response.writeHead(400).end('no such channel'));
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [webhookHandler({ url, outbox, body: ({ alert }) => ({ text: alert.message }) })],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => problems.length > 0);
    assert.match(problems[0] ?? '', /created DiskFull: not delivered: .*400.*no such channel/);
    const [dead = ''] = readdirSync(join(outbox, 'dead'));
    assert.match(readFileSync(join(outbox, 'dead', dead), 'utf8'), /\\"text\\":\\"91 % used\\"/);
    await alerts.stop();
  });

  test('what is posted to Alertmanager: all that is active, and for five minutes what is over, also by its severity', () => {
    const about = (seconds: number) => ({
      labels: { cluster: 'test' },
      now: new Date(Date.parse('2026-11-20T06:00:00Z') + seconds * 1000),
      lastsMs: 240_000,
    });
    const alerts = createAlerts({ now: () => about(0).now });
    alerts.create(disk);
    const shown = (posted: ReturnType<typeof alertsToPost>): string[] =>
      [...posted.values()].map(({ labels, endsAt }) => `${labels['severity']} until ${endsAt.slice(11, 19)}`);
    const first = alertsToPost(new Map(), alerts.active(), about(0));
    assert.deepEqual(shown(first), ['warning until 06:04:00']);
    alerts.create({ ...disk, severity: 'critical' });
    const worse = alertsToPost(first, alerts.active(), about(60));
    assert.deepEqual(shown(worse), ['critical until 06:05:00', 'warning until 06:01:00']);
    alerts.resolve('DiskFull', { disk: 'data' });
    const over = alertsToPost(worse, alerts.active(), about(120));
    assert.deepEqual(shown(over), ['critical until 06:02:00', 'warning until 06:01:00']);
    assert.deepEqual(shown(alertsToPost(over, [], about(361))), ['critical until 06:02:00']);
    assert.deepEqual(shown(alertsToPost(over, [], about(421))), []);
  });

  test('Alertmanager is told again and again what is active, and what is over', async (t) => {
    const posts: { readonly labels: Record<string, string>; readonly startsAt: string; readonly endsAt: string }[][] =
      [];
    const headers: unknown[] = [];
    const url = await listening(t, (request, response) => {
      let text = '';
      request.on('data', (part) => (text += String(part)));
      request.on('end', () => {
        assert.equal(request.url, '/api/v2/alerts');
        headers.push(request.headers.authorization);
        posts.push(JSON.parse(text) as (typeof posts)[number]);
        response.end();
      });
    });
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [
        alertmanagerHandler({
          urls: [url, 'http://127.0.0.1:1'],
          labels: { cluster: 'test' },
          token: 'sesame',
          secondsBetweenPosts: 0.2,
        }),
      ],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => posts.length >= 3);
    const [first] = posts.at(-1) ?? [];
    assert.deepEqual(first?.labels, { cluster: 'test', disk: 'data', alertname: 'DiskFull', severity: 'warning' });
    assert.ok(Date.parse(first?.endsAt ?? '') > Date.now());
    alerts.resolve('DiskFull', { disk: 'data' });
    const count = posts.length;
    await until(() => posts.length >= count + 3);
    const [ended] = posts.at(-1) ?? [];
    assert.ok(Date.parse(ended?.endsAt ?? '') <= Date.now());
    await alerts.stop();
    assert.equal(headers[0], 'Bearer sesame');
    // Each minute would be once a minute too often.
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^alert handler Alertmanager: 127\.0\.0\.1:1 did not take the alerts: /);
  });
});

describe('mails of alerts', () => {
  const sender = {
    from: 'Devices <alerts@example.org>',
    to: ['Ops <ops@example.org>', 'gone@example.org'],
    tls: 'none',
  } as const;

  test('the beginning and the end of an alert are one thread; a name with a line break adds no header', async (t) => {
    const server = await serveMail(t);
    const outbox = join(temporaryFolder(t), 'outbox');
    const alerts = createAlerts({
      handlers: [mailHandler({ ...sender, outbox, host: '127.0.0.1', port: server.port })],
    });
    alerts.create({
      ...disk,
      name: 'Full\r\nBcc: thief@example.org',
      annotations: { runbook: 'https://example.org/disk' },
    });
    alerts.resolve('Full\r\nBcc: thief@example.org', { disk: 'data' });
    await until(() => server.lines.filter((line) => line === '.').length === 2);
    await alerts.stop();
    const text = server.lines.join('\n');
    const ids = [...text.matchAll(/^Message-ID: (<alert-.*@example\.org>)$/gm)].map(([, id]) => id);
    assert.equal(ids.length, 1);
    assert.match(text, new RegExp(`^In-Reply-To: ${ids[0]}$`, 'm'));
    assert.match(text, /^Subject: \[warning\] Full Bcc: thief@example.org: 91 % used$/m);
    assert.match(text, /^Subject: \[resolved\] Full/m);
    assert.match(text, /^Auto-Submitted: auto-generated$/m);
    assert.match(text, /^runbook: https:\/\/example\.org\/disk$/m);
    assert.doesNotMatch(text, /^RCPT TO:<thief|^Bcc:/m);
    assert.equal(text.match(/^RCPT TO:/gm)?.length, 4);
  });

  test('a recipient that the server refuses for good does not keep the others from their mail', async (t) => {
    const server = await serveMail(t, { 'RCPT TO:<gone@example.org>': '550 no such user' });
    const outbox = join(temporaryFolder(t), 'outbox');
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [mailHandler({ ...sender, outbox, host: '127.0.0.1', port: server.port })],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => problems.length > 0);
    assert.match(
      problems.join('\n'),
      /^alert handler mail by 127\.0\.0\.1: created DiskFull: not delivered: .*no such user/,
    );
    assert.equal(server.lines.filter((line) => line === '.').length, 1);
    await alerts.stop();
  });

  test('what is no address of mail is refused at once', (t) => {
    const outbox = temporaryFolder(t);
    assert.throws(
      () => mailHandler({ from: 'alerts@example.org', to: ['ops'], outbox }),
      /"ops" is no address of mail/,
    );
  });

  test('a mail server that is down gets the mail later', async (t) => {
    const outbox = join(temporaryFolder(t), 'outbox');
    const problems: string[] = [];
    const alerts = createAlerts({
      handlers: [mailHandler({ ...sender, outbox, host: '127.0.0.1', port: 1 })],
      onProblem: (problem) => problems.push(problem),
    });
    alerts.create(disk);
    await until(() => problems.length > 0);
    assert.match(problems[0] ?? '', /will be tried again/);
    await alerts.stop();
    assert.equal(readdirSync(outbox).filter((name) => name.endsWith('.json')).length, 1);
  });
});
