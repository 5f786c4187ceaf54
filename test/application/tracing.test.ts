import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import Fastify from 'fastify';
import {
  createMetrics,
  observeFastify,
  observeMqtt,
  observePool,
  startTracing,
  traced,
  traceFields,
  withSpan,
  withTraceHeaders,
} from '../../lib/application/index.ts';
import { attributesOf, listening, traceReceiver } from './servers.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const caller = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };

describe('tracing of an application', () => {
  test('without an address it is off: functions run, headers and log fields stay as they are', async () => {
    const tracing = await startTracing({ service: 'app' });
    assert.equal(tracing.isOn, false);
    assert.equal(
      withSpan('work', () => 7),
      7,
    );
    assert.deepEqual(traceFields(), {});
    assert.deepEqual(withTraceHeaders({ accept: '*/*' }), { accept: '*/*' });
    await tracing.stop();
  });

  test('a request is one tree: the caller, the request, the work in it, the queries and the call to the next server', async (t) => {
    const receiver = await traceReceiver(t);
    const tracing = await startTracing({
      service: 'devices-api',
      version: '1.2.3',
      endpoint: receiver.url,
      attributes: { 'deployment.environment.name': 'test' },
    });
    assert.equal(tracing.isOn, true);
    const metrics = createMetrics({ prefix: 'app' });
    let next: string | string[] | undefined;
    const nextServer = await listening(t, (request, response) => {
      next = request.headers['traceparent'];
      response.end();
    });
    const logged: unknown[] = [];
    const load = traced('load', async (id: number) => {
      await fetch(nextServer, { headers: withTraceHeaders({ accept: '*/*' }) });
      logged.push(traceFields());
      return { id };
    });
    const app = Fastify();
    await app.register(observeFastify(metrics));
    app.get('/devices/:id', () => load(3));
    app.get('/fails', () => withSpan('broken', () => Promise.reject(new Error('planned'))));
    await app.ready();
    const at = await listening(t, app.server);
    assert.deepEqual(await (await fetch(`${at}/devices/3`, { headers: caller })).json(), { id: 3 });
    assert.equal((await fetch(`${at}/fails`, { headers: caller })).status, 500);
    const open = (await metrics.expose('application/openmetrics-text')).text;
    await tracing.stop();

    const byName = new Map(receiver.spans().map((span) => [span.name, span]));
    assert.deepEqual([...byName.keys()].sort(), ['GET /devices/:id', 'GET /fails', 'broken', 'load']);
    const [request, work, failed, broken] = ['GET /devices/:id', 'load', 'GET /fails', 'broken'].map((name) =>
      byName.get(name),
    );
    assert.ok(request && work && failed && broken);
    assert.equal(request.traceId, traceId);
    assert.equal(request.parentSpanId, 'b7ad6b7169203331');
    assert.equal(request.kind, 2);
    assert.deepEqual(attributesOf(request.attributes), {
      'http.request.method': 'GET',
      'http.route': '/devices/:id',
      'http.response.status_code': 200,
    });
    assert.equal(work.parentSpanId, request.spanId);
    assert.equal(next, `00-${traceId}-${work.spanId}-01`);
    assert.deepEqual(logged, [{ trace_id: traceId, span_id: work.spanId }]);
    assert.deepEqual(broken.status, { code: 2, message: 'planned' });
    assert.equal(failed.status.code, 2);
    assert.match(
      open,
      new RegExp(`app_api_requests_total.*# \\{trace_id="${traceId}",span_id="${request.spanId}"\\} 1 `),
    );
    const resource = receiver.resource();
    assert.equal(resource['service.name'], 'devices-api');
    assert.equal(resource['service.version'], '1.2.3');
    assert.equal(resource['deployment.environment.name'], 'test');
  });

  test('a function keeps its arguments, its `this`, its result and its error', async (t) => {
    const receiver = await traceReceiver(t);
    const tracing = await startTracing({ service: 'app', endpoint: receiver.url });
    const counter = {
      step: 2,
      add: traced('add', function (this: { step: number }, to: number): number {
        return to + this.step;
      }),
    };
    const sum: number = counter.add(3);
    assert.equal(sum, 5);
    const error = new Error('the same object');
    const fail = traced('fail', (): never => {
      throw error;
    });
    assert.throws(fail, (thrown) => thrown === error);
    await assert.rejects(traced('late', () => Promise.reject(error))(), (thrown) => thrown === error);
    await tracing.stop();
    assert.deepEqual(
      receiver.spans().map(({ name, status }) => `${name} ${status.code}`),
      ['add 0', 'fail 2', 'late 2'],
    );
  });

  test('of 1,000 traces with a share of a tenth, about a hundred are sent, and those whose caller keeps them', async (t) => {
    const receiver = await traceReceiver(t);
    const tracing = await startTracing({ service: 'app', endpoint: receiver.url, share: 0.1 });
    for (let count = 0; count < 1000; count++) withSpan('work', () => undefined);
    await tracing.stop();
    const { length } = receiver.spans();
    assert.ok(length > 40 && length < 200, String(length));
  });

  test('a receiver that hangs or is down costs the end no more than its seconds, and is told once', async (t) => {
    const hanging = await listening(t, () => undefined);
    for (const endpoint of [hanging, 'http://127.0.0.1:1']) {
      const problems: string[] = [];
      const tracing = await startTracing({ service: 'app', endpoint, onProblem: (problem) => problems.push(problem) });
      withSpan('work', () => undefined);
      await tracing.stop(1);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', /^tracing: /);
    }
  });

  test('a second start in the same process is refused, and so are a wrong address and a wrong share', async (t) => {
    const { url } = await traceReceiver(t);
    const tracing = await startTracing({ service: 'app', endpoint: url });
    await assert.rejects(startTracing({ service: 'app', endpoint: url }), /set up already/);
    await tracing.stop();
    await assert.rejects(startTracing({ service: 'app', endpoint: 'localhost:4318' }), /not an http or https URL/);
    await assert.rejects(startTracing({ service: 'app', endpoint: url, share: 2 }), /the share is 2/);
  });

  test('queries of a pool are spans without their text, and its connections are counted', async (t) => {
    const receiver = await traceReceiver(t);
    const tracing = await startTracing({ service: 'app', endpoint: receiver.url });
    const metrics = createMetrics({ prefix: 'app' });
    let connected: (client: never) => void = () => undefined;
    const client = {
      query: (text: string, told?: (error: Error | null, rows?: number) => void) => {
        const error = text.includes('broken') ? new Error('no such table') : null;
        if (told) {
          told(error, 1);
          return undefined;
        }
        return error ? Promise.reject(error) : Promise.resolve(1);
      },
    };
    const pool = observePool(metrics, {
      totalCount: 5,
      idleCount: 3,
      options: { max: 20 },
      on: (_event: 'connect', listener: (client: never) => void) => (connected = listener),
    });
    connected(client as never);
    assert.equal(await client.query("select * from people where name = 'Ada'"), 1);
    await assert.rejects(client.query('UPDATE broken') as Promise<number>, /no such table/);
    await new Promise((resolve) => void client.query('delete from x', resolve));
    await tracing.stop();
    const spans = receiver.spans();
    assert.deepEqual(
      spans.map(({ name, kind, status }) => [name, kind, status.code]),
      [
        ['SELECT', 3, 0],
        ['UPDATE', 3, 2],
        ['DELETE', 3, 0],
      ],
    );
    assert.ok(!JSON.stringify(spans).includes('Ada'));
    const { app_database_connections: connections } = await metrics.summary();
    assert.deepEqual(connections, { 'state="used"': 2, 'state="idle"': 3, 'state="max"': 20 });
    assert.equal(pool.totalCount, 5);
  });

  test('MQTT messages are counted by topic, or by the name that topicOf gives', async () => {
    const metrics = createMetrics({ prefix: 'app' });
    let listener: (topic: string) => void = () => undefined;
    const sent: unknown[] = [];
    const client = observeMqtt(
      metrics,
      {
        publish: (...args: unknown[]) => sent.push(args),
        on: (_event: 'message', told: (topic: string) => void) => (listener = told),
      },
      { topicOf: (topic) => topic.replace(/\d+/, '+') },
    );
    client.publish('devices/7/command', 'open');
    listener('devices/7/state');
    listener('devices/8/state');
    assert.deepEqual(sent, [['devices/7/command', 'open']]);
    assert.deepEqual((await metrics.summary())['app_mqtt_messages_total'], {
      'topic="devices/+/command",direction="publish"': 1,
      'topic="devices/+/state",direction="subscribe"': 2,
    });
  });
});
