// Notification to chats and programs: what is posted, and what an answer means.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { webhook } from '../../lib/alerts/transports/webhook.ts';
import { webhookRequests, webhookStyles } from '../../lib/alerts/webhook-body.ts';
import { Unconfigured } from '../../lib/contract/errors.ts';
import type { Notification, NotifiedAlert } from '../../lib/contract/mail.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { serveHttp } from '../http.ts';
import { verdictOf } from './send-site.ts';

const told: NotifiedAlert = {
  kind: 'opening',
  id: 'storage:data',
  message: '/data is 91 % full <!channel> [klick](https://evil.example.org) *fett*',
  since: '2026-11-20T03:00:00.000Z',
  value: 91.234,
  unit: 'percent',
  limit: 80,
  runbook: 'ops/runbooks/filesystem-usage.md',
};
const news: Notification = {
  site: 'aurora',
  hostname: 'vm',
  subject: '[aurora] ALERT storage:data: /data is 91 % full',
  text: 'the whole mail',
  alerts: [told, { ...told, kind: 'recovery', id: 'stream:hatpro', message: 'hatpro is back', value: null }],
};
const url = 'https://ntfy.example.org/base/aurora-alerts?auth=abc';
const requestOf = (style: (typeof webhookStyles)[number], what = news) => webhookRequests[style](url, what, '<1@vm>');

describe('alerts/webhook', () => {
  test('the style `json` posts the whole notification, with the message id by which a receiver finds duplicates', () => {
    assert.deepEqual(requestOf('json'), { url, body: { schema_version: 1, message_id: '<1@vm>', ...news } });
  });

  test('the style `ntfy` posts to the server with the topic in the body, short enough to be no attachment', () => {
    const { url: server, body } = requestOf('ntfy') as { url: string; body: Record<string, unknown> };
    assert.equal(server, 'https://ntfy.example.org/base?auth=abc');
    assert.equal(body['topic'], 'aurora-alerts');
    assert.equal(body['title'], news.subject);
    assert.deepEqual([body['priority'], body['tags']], [4, ['rotating_light']]);
    assert.match(
      String(body['message']),
      /^🔴 storage:data: .*\nsince: 2026-11-20 03:00 UTC\nvalue: 91.2 %, limit 80 %\nrunbook: /,
    );
    const late = { ...news, alerts: [{ ...told, value: 97_321, unit: 's', limit: 93_600 }] };
    assert.match((requestOf('ntfy', late).body as { message: string }).message, /^value: 1d 3h 2m, limit 26h$/m);
    const many = { ...news, alerts: Array.from({ length: 50 }, () => ({ ...told, message: '🌡'.repeat(100) })) };
    const { message: long } = requestOf('ntfy', many).body as { message: string };
    assert.ok(Buffer.byteLength(long) < 4096 && long.isWellFormed());
    const over = { ...news, alerts: news.alerts.filter(({ kind }) => kind === 'recovery') };
    assert.deepEqual((requestOf('ntfy', over).body as { tags: unknown }).tags, ['white_check_mark']);
  });

  test('a message that is too long ends after a whole alert, with the number of the others', () => {
    let cut = 0;
    for (const style of ['ntfy', 'slack'] as const) {
      for (const count of [1, 2, 12, 50, 400]) {
        const alerts = Array.from({ length: count }, (_, index) => ({
          ...told,
          id: `storage:d${index}`,
          message: 'ü'.repeat(90),
        }));
        const body = requestOf(style, { ...news, alerts }).body as { message?: string; text?: string };
        const parts = (body.message ?? body.text ?? '').split('\n\n');
        const whole = parts.filter((part) => part.includes('storage:d') && /runbook: \S+\.md$/.test(part));
        const more = /^and (\d+) more$/.exec(parts.at(-1) ?? '')?.[1];
        assert.equal(whole.length + Number(more ?? 0), count, `${style}, ${count}`);
        if (more !== undefined) cut += 1;
      }
    }
    assert.ok(cut >= 3);
    const long = requestOf('ntfy', { ...news, alerts: [{ ...told, message: '🌡'.repeat(9000) }] }).body as {
      message: string;
    };
    assert.ok(Buffer.byteLength(long.message) < 4096 && long.message.isWellFormed());
  });

  test('a message in a chat mentions nobody and holds no link', () => {
    const { text } = requestOf('slack').body as { text: string };
    assert.match(text, /^\*\[aurora\] ALERT storage:data: \/data is 91 % full\*\n\n🔴 storage:data: /);
    assert.ok(text.includes('&lt;!channel&gt;') && !/<[!@#]/.test(text), text);
    assert.ok(text.includes('🟢 stream:hatpro: hatpro is back\nsince: '), 'what is over has no value');
    const card = JSON.stringify(requestOf('teams').body);
    assert.ok(card.includes('\\\\[klick\\\\](https'), card);
    assert.ok(card.includes('"contentType":"application/vnd.microsoft.card.adaptive"'));
    const many = { ...news, alerts: Array.from({ length: 300 }, () => ({ ...told, message: 'x'.repeat(2000) })) };
    assert.ok(JSON.stringify(requestOf('teams', many).body).length < 28_000);
    assert.ok(JSON.stringify(requestOf('slack', many).body).length < 40_000);
  });

  test('a test message without alerts holds its text in each style', () => {
    let seen = 0;
    for (const style of webhookStyles) {
      const body = JSON.stringify(requestOf(style, { ...news, alerts: [] }).body);
      assert.ok(body.includes('the whole mail'), `${style}: ${body}`);
      seen += 1;
    }
    assert.equal(seen, 4);
  });

  const mail = { message_id: '<1@vm>', from: 'ops@example.org', raw: '', news };
  const hook = webhook('chat', { url: '$OPS_CHAT', style: 'json', token: '$OPS_TOKEN' });
  const post = (address: string, of = mail) =>
    hook.send(of, ['webhook:chat'], makeOutside({ OPS_CHAT: address, OPS_TOKEN: 'hunter2-token' }));

  test('the status of the answer decides: taken, retried, refused, or misconfigured', async (t) => {
    const cases: [number, string, 'taken' | 'later' | 'refused' | 'setup'][] = [
      [200, 'ok', 'taken'],
      [202, '', 'taken'],
      [400, 'invalid_payload', 'refused'],
      [413, '', 'refused'],
      [401, '', 'setup'],
      [404, 'no_service', 'setup'],
      [302, '', 'setup'],
      [408, '', 'later'],
      [429, 'slow down', 'later'],
      [500, 'oops', 'later'],
      [503, '', 'later'],
    ];
    for (const [status, answer, expected] of cases) {
      const body = `${answer} at /hook/T0/very-secret-path hunter2-token`;
      const { url: base, asked } = await serveHttp(t, () => ({ status, body }));
      const result = await post(`${base}/hook/T0/very-secret-path`).then(
        () => 'taken',
        (error: unknown) => {
          const words = String(error);
          assert.ok(!words.includes('very-secret') && !words.includes('hunter2'), words);
          return verdictOf(error);
        },
      );
      assert.equal(result, expected, `${status}`);
      assert.deepEqual([asked[0]?.method, asked[0]?.headers.authorization], ['POST', 'Bearer hunter2-token']);
      assert.equal((JSON.parse(asked[0]?.body ?? '') as { message_id: string }).message_id, '<1@vm>');
    }
    await assert.rejects(post('http://127.0.0.1:9/x'), /ECONNREFUSED/);
    await assert.rejects(post('ftp://example.org/x'), Unconfigured);
    await assert.rejects(hook.send(mail, ['webhook:chat'], makeOutside({})), /OPS_CHAT is not set/);
  });

  test('`ready` shows the host, and not the secret address', async () => {
    const ready = await hook.ready(makeOutside({ OPS_CHAT: 'https://chat.example.org/T0/secret', OPS_TOKEN: 'x' }));
    assert.deepEqual(ready, { usable: true, uses: 'json, at chat.example.org' });
    assert.equal((await hook.ready(makeOutside({ OPS_CHAT: 'https://chat.example.org/T0/secret' }))).usable, false);
  });
});
