// Chats and Alertmanager beside mail.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Post } from '../../lib/alerts/post.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { readText } from '../world.ts';
import { disk, site, header, time, siteIn, serve, recipientsOf } from './send-site.ts';

describe('alerts/send-chats', () => {
  test('a chat that is down delays no mail, gets its message later, and no recipient gets a duplicate', async (t) => {
    const chat = await serve(t);
    const { run, taken, post, waiting, outbox, events } = site(
      t,
      'site: test\nalerts: { to: [ops@example.org, webhook:chat], webhooks: { chat: { url: $CHAT, style: json } } }',
    );
    const by: Post = { ...post, outside: async () => makeOutside({ CHAT: `${chat.url}/very-secret` }) };
    chat.answers(503);
    await run(0, { filesystems: disk(91) }, by);
    assert.deepEqual(recipientsOf(taken), [['ops@example.org']]);
    assert.equal(header(taken[0]!.mail, 'To'), 'ops@example.org');
    const [name = ''] = waiting();
    assert.ok(!readText(join(outbox, name)).includes('very-secret'));
    chat.answers(200);
    await run(5, { filesystems: disk(91) }, by);
    await run(10, { filesystems: disk(91) }, by);
    assert.equal(taken.length, 1);
    assert.equal(chat.asked.length, 2);
    const news = JSON.parse(chat.asked[1]?.body ?? '') as { subject: string; alerts: { id: string; limit: number }[] };
    assert.match(news.subject, /^\[ALERT test\] \/data is 91 %/);
    assert.deepEqual(
      news.alerts.map(({ id, limit }) => [id, limit]),
      [['storage:data', 80]],
    );
    assert.deepEqual(waiting(), []);
    assert.deepEqual(events(), ['pending', 'firing', 'queued', 'sent', 'failed', 'sent']);
  });

  test('a message for webhooks only is no mail, and it waits where the webhook is no longer configured', async (t) => {
    const chat = await serve(t);
    const config = 'alerts: { to: [webhook:chat], webhooks: { chat: { url: $CHAT } } }';
    const { run, taken, post, folder } = site(t, config);
    const by: Post = { ...post, outside: async () => makeOutside({ CHAT: chat.url }) };
    await run(0, { filesystems: disk(91) }, by);
    assert.deepEqual([taken.length, chat.asked.length], [0, 1]);
    chat.answers(500);
    await run(5, { filesystems: disk(10) }, by);
    const later = siteIn(folder, 'site: test\nalerts: { to: [ops@example.org] }');
    await later.run(10, { filesystems: disk(10) }, by);
    const [name = ''] = later.waiting();
    const entry = JSON.parse(readText(join(later.outbox, name))) as { recipients: { words: string }[] };
    assert.match(entry.recipients[0]?.words ?? '', /no transport leads to webhook:chat/);
  });

  test('Alertmanager gets every active alert with each run, and its end; `to` may be empty', async (t) => {
    const manager = await serve(t);
    const { run, post, events } = site(t, `site: test\nalerts: { alertmanager: { urls: ["${manager.url}"] } }`);
    const by: Post = { ...post, outside: async () => makeOutside({}) };
    const told = (): [string, string][] =>
      (JSON.parse(manager.asked.at(-1)?.body ?? '[]') as { labels: { alertname: string }; endsAt: string }[]).map(
        ({ labels, endsAt }) => [labels.alertname, endsAt],
      );
    await run(0, { filesystems: disk(10) }, by);
    assert.equal(manager.asked.length, 0, 'nothing is active');
    await run(5, { filesystems: disk(91) }, by);
    assert.deepEqual(told(), [['storage', time(20).toISOString()]]);
    manager.answers(500);
    const failed = await run(10, { filesystems: disk(10) }, by);
    assert.match(failed.problems.join(), /alertmanager 127\.0\.0\.1:\d+ did not accept 1 alert: it answered 500: ok/);
    assert.equal(failed.counts['untold'], 1);
    manager.answers(200);
    await run(15, { filesystems: disk(10) }, by);
    assert.deepEqual(told(), [['storage', time(10).toISOString()]], 'the end that it had, not a later one');
    await run(30, { filesystems: disk(10) }, by);
    assert.equal(manager.asked.length, 3);
    assert.ok(!events().includes('unheard'));
  });
});
