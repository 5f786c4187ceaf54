// What Alertmanager is told with each run: everything that is active, and for a while what is over.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { askReplicas, alertsToPost } from '../../lib/alerts/alertmanager.ts';
import type { State } from '../../lib/alerts/files.ts';
import { serveHttp } from '../http.ts';
import { makeNet } from '../../lib/io/net.ts';

const start = Date.parse('2026-11-20T08:00:00Z');
const at = (minutes: number): Date => new Date(start + minutes * 60_000);
const about = (minutes: number) => ({
  site: 'aurora',
  hostname: 'vm',
  interval: 300,
  now: at(minutes),
  labels: { severity: 'page', alertname: 'not this' },
  product: { folder: '/opt/x' },
});

type Alert = State['own']['alerts'][string];
const alertOfObservation = (subject: string, more: Partial<Alert> = {}): Alert => ({
  rule: 'storage',
  subject,
  phase: 'firing',
  first_seen: at(0).toISOString(),
  last_seen: at(0).toISOString(),
  since: at(-30).toISOString(),
  incident: `storage-${subject}`,
  value: 91,
  unit: 'percent',
  limit: { value: 80, key: 'alerts.rules.storage.at' },
  message: `${subject} is 91 % full`,
  ...more,
});
const stateOf = (...alerts: Alert[]): State => ({
  schema_version: 1,
  snapshot: {
    seen_at: at(0).toISOString(),
    alerts: Object.fromEntries(alerts.map((one) => [`${one.rule}:${one.subject}`, one])),
  },
  own: { seen_at: undefined, alerts: {} },
});

describe('alerts/alertmanager', () => {
  test('the end of an alert carries the message and the value of now', () => {
    const told = alertsToPost(stateOf(alertOfObservation('data')), {}, about(0));
    const ended = { 'storage:data': alertOfObservation('data', { message: 'data is 10 % full', value: 10 }) };
    const over = alertsToPost(stateOf(), told, about(5), ended);
    const { summary, value } = over['storage:data']?.annotations ?? {};
    assert.deepEqual([summary, value], ['data is 10 % full', '10 percent']);
    assert.deepEqual(
      alertsToPost(stateOf(), over, about(10))['storage:data']?.annotations,
      over['storage:data']?.annotations,
    );
  });

  test('an active alert expires after three intervals without a post', () => {
    const told = alertsToPost(stateOf(alertOfObservation('data')), {}, about(0));
    assert.deepEqual(told, {
      'storage:data': {
        labels: {
          service: 'ops-monitor',
          severity: 'page',
          alertname: 'storage',
          subject: 'data',
          site: 'aurora',
          instance: 'vm',
        },
        annotations: {
          summary: 'data is 91 % full',
          description: 'ops-monitor explain storage:data on vm says why, and what would clear it.',
          value: '91 percent',
          limit: '80',
          runbook: '/opt/x/ops/runbooks/filesystem-usage.md',
        },
        startsAt: at(-30).toISOString(),
        endsAt: at(15).toISOString(),
      },
    });
    assert.equal(
      alertsToPost(stateOf(alertOfObservation('data')), told, about(5))['storage:data']?.endsAt,
      at(20).toISOString(),
    );
  });

  test('pending and silenced alerts are not posted; an ended alert is posted for 15 min, with the same end', () => {
    const quiet = stateOf(
      alertOfObservation('a', { phase: 'pending' }),
      alertOfObservation('b', { silenced_since: at(0).toISOString() }),
    );
    assert.deepEqual(alertsToPost(quiet, {}, about(0)), {});
    let told = alertsToPost(stateOf(alertOfObservation('data')), {}, about(0));
    const ends: (string | undefined)[] = [];
    for (const minutes of [5, 10, 19, 20, 25]) {
      told = alertsToPost(stateOf(), told, about(minutes));
      ends.push(told['storage:data']?.endsAt);
    }
    assert.deepEqual(ends, [at(5).toISOString(), at(5).toISOString(), at(5).toISOString(), undefined, undefined]);
    const silenced = stateOf(alertOfObservation('data', { silenced_since: at(5).toISOString() }));
    const before = alertsToPost(stateOf(alertOfObservation('data')), {}, about(0));
    assert.equal(alertsToPost(silenced, before, about(5))['storage:data']?.endsAt, at(5).toISOString());
    // The monitor slept for an hour: it had ended by itself.
    assert.deepEqual(alertsToPost(stateOf(), before, about(60)), {});
  });

  test('no alert ends before it starts, also after the clock was set back', () => {
    const ahead = alertOfObservation('data', { since: at(60).toISOString() });
    const active = alertsToPost(stateOf(ahead), {}, about(0))['storage:data'];
    assert.deepEqual([active?.startsAt, active?.endsAt], [at(0).toISOString(), at(15).toISOString()]);
    const told = alertsToPost(stateOf(ahead), {}, about(60));
    const over = alertsToPost(stateOf(), told, about(0))['storage:data'];
    assert.deepEqual([over?.startsAt, over?.endsAt], [at(0).toISOString(), at(0).toISOString()]);
  });

  test('every replica gets the alerts, and a failing replica is reported without its secret address', async (t) => {
    const { asked, url: base } = await serveHttp(t, (path) => ({
      status: path.startsWith('/bad') ? 400 : 200,
      body: '{"code":601,"message":"bad"}',
    }));
    const net = makeNet({ AM: `${base}/secret-prefix/`, TOKEN: 'hunter2-token' });
    const settings = { urls: [base, '$AM', `${base}/bad`, 'http://127.0.0.1:9', '$NONE'], token: '$TOKEN', labels: {} };
    const replicas = await askReplicas(net, settings, alertsToPost(stateOf(alertOfObservation('data')), {}, about(0)));
    const host = base.slice('http://'.length);
    assert.deepEqual(
      replicas.map(({ shown, problem }) => [shown, problem]),
      [
        [host, undefined],
        [host, undefined],
        [host, 'it answered 400: {"code":601,"message":"bad"}'],
        ['127.0.0.1:9', 'connect ECONNREFUSED 127.0.0.1:9'],
        ['$NONE', 'NONE is not set: in the environment, as a file that NONE_FILE names, or as a credential'],
      ],
    );
    assert.deepEqual(asked.map(({ path }) => path).sort(), [
      '/api/v2/alerts',
      '/bad/api/v2/alerts',
      '/secret-prefix/api/v2/alerts',
    ]);
    assert.ok(asked.every(({ headers }) => headers.authorization === 'Bearer hunter2-token'));
    assert.equal((JSON.parse(asked[0]?.body ?? '[]') as unknown[]).length, 1);
    assert.equal((await askReplicas(net, { ...settings, urls: [base] }))[0]?.problem, undefined);
  });

  test('an alert of `red` has the rule as its name, the observation as its subject and the runbook of the check', () => {
    const subject = 'endpoint-status:dashboard';
    const runbook = 'ops/runbooks/endpoint-status.md';
    const told = alertsToPost(stateOf(alertOfObservation(subject, { rule: 'red', runbook })), {}, about(0))[
      `red:${subject}`
    ];
    assert.equal(told?.labels['alertname'], 'red');
    assert.equal(told.labels['subject'], subject);
    assert.equal(told.annotations['runbook'], `/opt/x/${runbook}`);
  });
});
