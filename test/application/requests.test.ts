import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test, { describe } from 'node:test';
import express from 'express';
import Fastify from 'fastify';
import {
  createMetrics,
  type Metrics,
  observeExpress,
  observeFastify,
  observeHttp,
} from '../../lib/application/index.ts';
import { until } from '../world.ts';
import { listening } from './servers.ts';

/** `GET /devices/:id 200` → count */
async function requestsIn(metrics: Metrics): Promise<Record<string, number>> {
  const { app_api_requests_total: requests = {} } = await metrics.summary();
  return Object.fromEntries(
    Object.entries(requests).map(([labels, count]) => [
      labels.replace(/method="(.*)",endpoint="(.*)",status="(.*)"/, '$1 $2 $3'),
      count,
    ]),
  );
}

const counted = async (metrics: Metrics, total: number): Promise<Record<string, number>> => {
  const sum = async (): Promise<number> =>
    Object.values(await requestsIn(metrics)).reduce((one, other) => one + other, 0);
  await until(async () => (await sum()) >= total);
  return requestsIn(metrics);
};

describe('requests of an application', () => {
  test('Fastify: by route, with errors, and everything without a route as one', async (t) => {
    const metrics = createMetrics({ prefix: 'app' });
    const app = Fastify();
    await app.register(observeFastify(metrics));
    await app.register(
      async (part) => {
        part.get('/:id', () => ({ ok: true }));
      },
      { prefix: '/devices' },
    );
    app.post('/fails', () => {
      throw new Error('planned');
    });
    await app.ready();
    const at = await listening(t, app.server);
    for (const id of [1, 2, 3]) await fetch(`${at}/devices/${id}`);
    await fetch(`${at}/fails`, { method: 'POST' });
    for (const path of ['/wp-login.php', '/.env']) await fetch(at + path);
    assert.deepEqual(await counted(metrics, 6), {
      'GET /devices/:id 200': 3,
      'POST /fails 500': 1,
      'GET unmatched 404': 2,
    });
  });

  test('Express: by route, also of a router below a path', async (t) => {
    const metrics = createMetrics({ prefix: 'app' });
    const app = express();
    app.use(observeExpress(metrics));
    const router = express.Router();
    router.get('/:id', (_request, response) => void response.json({ ok: true }));
    router.get('/:id/fails', () => {
      throw new Error('planned');
    });
    app.use('/devices', router);
    app.get('/fails', () => {
      throw new Error('planned');
    });
    app.set('env', 'test');
    const at = await listening(t, app as never);
    for (const path of ['/devices/1', '/devices/2', '/devices/3/fails', '/fails', '/nothing']) await fetch(at + path);
    assert.deepEqual(await counted(metrics, 5), {
      'GET /devices/:id 200': 2,
      'GET /devices/:id/fails 500': 1,
      'GET /fails 500': 1,
      'GET unmatched 404': 1,
    });
  });

  test('node:http: paths with numbers and ids count as one endpoint', async (t) => {
    const metrics = createMetrics({ prefix: 'app' });
    const at = await listening(
      t,
      observeHttp(metrics, (_request, response) => response.end('ok')),
    );
    const id = '0b9ec8a2-7f7e-4b4c-9d0a-0f3c2a1b4d5e';
    for (const path of ['/', '/devices/1?at=2', '/devices/2', `/users/${id}/state`, `/${'a/'.repeat(20)}`])
      await fetch(at + path);
    assert.deepEqual(await counted(metrics, 5), {
      'GET / 200': 1,
      'GET /devices/:id 200': 2,
      'GET /users/:id/state 200': 1,
      'GET /a/a/a/a/a/a/… 200': 1,
    });
  });

  test('a client that leaves before the answer is counted as 499', async (t) => {
    const metrics = createMetrics({ prefix: 'app' });
    const at = await listening(
      t,
      observeHttp(metrics, () => undefined),
    );
    const socket = connect(Number(new URL(at).port), '127.0.0.1', () =>
      socket.write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n'),
    );
    setTimeout(() => socket.destroy(), 200);
    assert.deepEqual(await counted(metrics, 1), { 'GET /slow 499': 1 });
  });

  test('the paths of a scanner make no more series than the limit', async (t) => {
    const metrics = createMetrics({ prefix: 'app', mostSeries: 10 });
    const at = await listening(
      t,
      observeHttp(metrics, (_request, response) => response.end()),
    );
    for (let count = 0; count < 50; count++) await fetch(`${at}/x${'y'.repeat(count % 30)}z${count % 7}`);
    const requests = await counted(metrics, 50);
    assert.equal(Object.keys(requests).length, 11);
    assert.equal(requests['GET other 200'], 40);
  });
});
