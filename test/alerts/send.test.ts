// send-alerts over real files, with a transport that can be told what to do.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { Refused } from '../../lib/contract/errors.ts';
import type { Mail, Outside, Receipt, Transport } from '../../lib/contract/transport.ts';
import { stateFile } from '../../lib/alerts/files.ts';
import type { Post } from '../../lib/alerts/post.ts';
import { sendAlerts } from '../../lib/alerts/send.ts';
import { webhook } from '../../lib/alerts/transports/webhook.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { openSpool } from '../../lib/io/spool.ts';
import { latestHealth } from '../../lib/health/files.ts';
import { latest } from '../../lib/snapshot/files.ts';
import { configurationOf, readText, temporaryFolder, worldIn } from '../world.ts';

const start = Date.parse('2026-11-20T08:00:00Z');
const time = (minutes: number): Date => new Date(start + minutes * 60_000);

interface Taken {
  readonly mail: Mail;
  readonly to: readonly string[];
}

type Answer = (mail: Mail, to: readonly string[]) => Receipt;
const takes: Answer = (_mail, to) => ({ accepted: [...to], refused: [], words: '250 taken' });
const isDown: Answer = () => {
  throw new Error('connection refused');
};

function transportOf(name: string, answer: () => Answer, taken: Taken[]): Transport {
  return {
    name,
    summary: '',
    ready: async () => ({ usable: true, uses: 'nothing' }),
    send: async (mail, to) => {
      const receipt = answer()(mail, to);
      if (receipt.accepted.length > 0) taken.push({ mail, to: receipt.accepted });
      return receipt;
    },
  };
}

const only = (...mail: Transport[]) => ({ mail, webhook });

const outside = { environment: {} } as unknown as Outside;

const ok = (data: unknown): Envelope => ({ status: 'ok', ms: 1, collected_at: '', data });
const disk = (used_percent: number): Envelope =>
  ok({
    data: ok({
      host: 'local',
      path: '/data',
      resolved_path: '/data',
      mount_point: '/data',
      type: 'xfs',
      source: 's',
      network: false,
      read_only: false,
      size_bytes: 10,
      used_bytes: 9,
      available_bytes: 1,
      used_percent,
    }),
  });

const snapshotAt = (minutes: number, sections: Record<string, Envelope>) => ({
  schema_version: 1,
  time_utc: time(minutes).toISOString(),
  snapshot_time_utc: time(minutes).toISOString(),
  run_id: '0'.repeat(32),
  site: 'test',
  hostname: 'vm',
  boot_id: '',
  product_version: '0',
  collection_ms: 1,
  sections,
});

function siteIn(folder: string, configuration = 'site: test\nalerts: { to: [ops@example.org] }') {
  const taken: Taken[] = [];
  let answer: Answer = takes;
  const notes: { name: string; text: string }[] = [];
  const post: Post = {
    spool: openSpool,
    outside: async () => outside,
    notes: () => notes,
    removeNote: (_folder, name) => notes.splice(0, notes.length, ...notes.filter((one) => one.name !== name)),
    transports: async () => only(transportOf('one', () => answer, taken)),
    setAside: (path, now) => {
      renameSync(path, `${path}.broken-${now.getTime()}`);
      return `${path}.broken`;
    },
  };
  const outbox = join(folder, 'state', 'alerts', 'outbox');
  const run = async (minutes: number, sections?: Record<string, Envelope>, by: Post = post, options = {}) => {
    const world = worldIn(folder, { at: time(minutes), config: configurationOf(configuration), options });
    if (sections) await world.replace(latest, snapshotAt(minutes, sections));
    return sendAlerts(by).run(world);
  };
  return {
    folder,
    taken,
    notes,
    post,
    run,
    outbox,
    answers: (next: Answer) => (answer = next),
    waiting: () => (existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.json')) : []),
    state: () =>
      JSON.parse(readText(stateFile.path(worldIn(folder, { at: time(0) }).places, time(0)))) as {
        quiet: unknown;
        snapshot: { alerts: Record<string, { last_sent?: string; last_queued?: string }> };
      },
    events: () =>
      readText(join(folder, 'state', 'alerts', 'alerts.jsonl'))
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
  };
}

const site = (t: TestContext, configuration?: string) => siteIn(temporaryFolder(t), configuration);
const header = (mail: Mail, name: string): string =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(mail.raw)?.[1]?.replaceAll(/\r\n\s+/g, ' ') ?? '';

test('a mail goes out when a disk is full, another when it is not, in one thread, and everything is logged', async (t) => {
  const { run, taken, waiting, events, state } = site(t);
  await run(0, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
  const [opening] = taken;
  assert.ok(opening);
  assert.equal(header(opening.mail, 'Subject'), '[test] ALERT storage:data: /data is 91 % full, 1 B left (from 80 %)');
  assert.equal(header(opening.mail, 'Auto-Submitted'), 'auto-generated');
  assert.match(header(opening.mail, 'List-Id'), /<ops-monitor\.recorded>/);
  assert.ok(state().snapshot.alerts['storage:data']?.last_sent);
  await run(5, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
  await run(10, { filesystems: disk(20) });
  const recovery = taken[1];
  assert.ok(recovery);
  assert.match(header(recovery.mail, 'Subject'), /OK storage:data/);
  assert.equal(header(recovery.mail, 'References'), header(opening.mail, 'References'));
  assert.notEqual(recovery.mail.message_id, opening.mail.message_id);
  assert.deepEqual(waiting(), []);
  assert.deepEqual(events(), ['pending', 'firing', 'queued', 'sent', 'recovered', 'queued', 'sent']);
  assert.deepEqual(state().snapshot.alerts, {});
});

test('nobody is told of what is not so, of what cannot be read, and of a snapshot that was seen already', async (t) => {
  const { run, taken } = site(t);
  await run(0, { filesystems: disk(79.9) });
  await run(5, { filesystems: { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 } });
  await run(10, { filesystems: ok({ data: { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 } }) });
  await run(15, { filesystems: disk(91) });
  await run(16);
  assert.equal(taken.length, 1);
  await run(20, { filesystems: { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 } });
  assert.equal(taken.length, 1, 'what cannot be read is not over');
});

test('a collector that has stopped is told, while the snapshot stays the same', async (t) => {
  const { run, taken } = site(t);
  await run(0, { filesystems: disk(20) });
  await run(14);
  assert.equal(taken.length, 0);
  await run(15);
  assert.match(
    header(taken[0]?.mail ?? assert.fail(), 'Subject'),
    /ALERT snapshot:snapshot: the latest snapshot has an age of 15m/,
  );
});

test('while nothing takes a mail it waits, is tried again later and later, and arrives once', async (t) => {
  const { run, taken, answers, waiting, events } = site(t);
  answers(isDown);
  const down = await run(0, { filesystems: disk(91) });
  assert.equal(waiting().length, 1);
  assert.match(down.problems.join(), /1 mail could not be delivered/);
  await run(0.4);
  assert.equal(events().filter((kind) => kind === 'failed').length, 1, 'tried again before its time');
  await run(0.6);
  assert.equal(events().filter((kind) => kind === 'failed').length, 2);
  answers(takes);
  await run(5, { filesystems: disk(91) });
  await run(10, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
  assert.deepEqual(waiting(), []);
});

test('a repeat is another mail than the first, also while the snapshot stays the same', async (t) => {
  const { run, taken } = site(t);
  await run(0, { filesystems: disk(20) });
  await run(15);
  await run(15 + 12 * 60);
  assert.deepEqual(
    taken.map(({ mail }) => /(ALERT|STILL) snapshot:snapshot/.exec(header(mail, 'Subject'))?.[1]),
    ['ALERT', 'STILL'],
  );
  assert.equal(new Set(taken.map(({ mail }) => mail.message_id)).size, 2);
});

test('whoever is killed before the state says so writes the same mail again, in the same place', async (t) => {
  const { run, taken, waiting, answers, folder } = site(t);
  answers(isDown);
  await run(0, { filesystems: disk(91) });
  rmSync(join(folder, 'state', 'alerts', 'state.json'));
  await run(1);
  assert.equal(waiting().length, 1);
  answers(takes);
  await run(20);
  // The other is of the collector, which has stopped.
  assert.equal(taken.filter(({ mail }) => header(mail, 'Subject').includes('storage:data')).length, 1);
});

test('while one of two has no mail yet, the other is reminded in time', async (t) => {
  const { run, taken, answers } = site(t, 'site: test\nalerts: { to: [ops@example.org, slow@example.org] }');
  answers((_mail, to) => ({
    accepted: to.filter((address) => address.startsWith('ops')),
    refused: to.flatMap((address) =>
      address.startsWith('slow') ? [{ address, permanent: false, words: '451 later' }] : [],
    ),
    words: '250',
  }));
  for (let minutes = 0; minutes <= 12 * 60; minutes += 30) await run(minutes, { filesystems: disk(91) });
  assert.deepEqual(
    taken.flatMap(({ mail }) => /(?:ALERT|STILL) storage:data/.exec(header(mail, 'Subject'))?.[0] ?? []),
    ['ALERT storage:data', 'STILL storage:data'],
  );
});

test('an alert that is over before its first mail could go sends both', async (t) => {
  const { run, taken, answers } = site(t);
  answers(isDown);
  await run(0, { filesystems: disk(91) });
  await run(5, { filesystems: disk(10) });
  answers(takes);
  await run(30, { filesystems: disk(10) });
  assert.deepEqual(
    taken.map(({ mail }) => / (ALERT|OK) /.exec(header(mail, 'Subject'))?.[1]),
    ['ALERT', 'OK'],
  );
});

test('one bad address costs the other nothing, and its mail lies among the dead', async (t) => {
  const { run, taken, answers, outbox, waiting } = site(
    t,
    'site: test\nalerts: { to: [ops@example.org, gone@example.org] }',
  );
  answers((_mail, to) => ({
    accepted: to.filter((address) => address.startsWith('ops')),
    refused: to.flatMap((address) =>
      address.startsWith('gone') ? [{ address, permanent: true, words: '550 no such user' }] : [],
    ),
    words: '250',
  }));
  await run(0, { filesystems: disk(91) });
  assert.deepEqual(
    taken.map(({ to }) => to),
    [['ops@example.org']],
  );
  assert.deepEqual(waiting(), []);
  assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
});

test('the next transport is tried where one refuses, and a mail that none may ever take is set aside', async (t) => {
  const { run, taken, post, outbox } = site(t);
  const refuses = (): never => {
    throw new Refused('550 not for us');
  };
  const both: Post = {
    ...post,
    transports: async () =>
      only(
        transportOf('a', () => refuses, taken),
        transportOf('b', () => takes, taken),
      ),
  };
  await run(0, { filesystems: disk(91) }, both);
  assert.equal(taken.length, 1);
  await run(
    5,
    { filesystems: disk(10) },
    { ...post, transports: async () => only(transportOf('a', () => refuses, taken)) },
  );
  assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
});

/** A server that answers as it is told, and keeps what it was sent. */
async function serve(t: TestContext) {
  const asked: { path: string; body: string }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body });
      response.writeHead(status).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, answers: (next: number) => (status = next) };
}

test('a chat that is down keeps no mail back, gets its news later, and neither is told twice', async (t) => {
  const chat = await serve(t);
  const { run, taken, post, waiting, outbox, events } = site(
    t,
    'site: test\nalerts: { to: [ops@example.org, webhook:chat], webhooks: { chat: { url: $CHAT, style: json } } }',
  );
  const by: Post = { ...post, outside: async () => makeOutside({ CHAT: `${chat.url}/very-secret` }) };
  chat.answers(503);
  await run(0, { filesystems: disk(91) }, by);
  assert.deepEqual(
    taken.map(({ to }) => to),
    [['ops@example.org']],
  );
  assert.equal(header(taken[0]!.mail, 'To'), 'ops@example.org');
  const [name = ''] = waiting();
  assert.ok(!readText(join(outbox, name)).includes('very-secret'));
  chat.answers(200);
  await run(5, { filesystems: disk(91) }, by);
  await run(10, { filesystems: disk(91) }, by);
  assert.equal(taken.length, 1);
  assert.equal(chat.asked.length, 2);
  const news = JSON.parse(chat.asked[1]?.body ?? '') as { subject: string; alerts: { id: string; limit: number }[] };
  assert.match(news.subject, /ALERT storage:data/);
  assert.deepEqual(
    news.alerts.map(({ id, limit }) => [id, limit]),
    [['storage:data', 80]],
  );
  assert.deepEqual(waiting(), []);
  assert.deepEqual(events(), ['pending', 'firing', 'queued', 'sent', 'failed', 'sent']);
});

test('where only chats are told no mail is made, and one that is configured no more waits and says so', async (t) => {
  const chat = await serve(t);
  const config = 'alerts: { to: [webhook:chat], webhooks: { chat: { url: $CHAT } } }';
  const { run, taken, post, folder } = site(t, config);
  const by: Post = { ...post, outside: async () => makeOutside({ CHAT: chat.url }) };
  await run(0, { filesystems: disk(91) }, by);
  assert.deepEqual([taken.length, chat.asked.length], [0, 1]);
  chat.answers(500);
  await run(5, { filesystems: disk(10) }, by);
  const later = siteIn(folder, 'alerts: { to: [ops@example.org] }');
  await later.run(10, { filesystems: disk(10) }, by);
  const [name = ''] = later.waiting();
  const entry = JSON.parse(readText(join(later.outbox, name))) as { recipients: { words: string }[] };
  assert.match(entry.recipients[0]?.words ?? '', /there is no way to webhook:chat/);
});

test('Alertmanager hears of every active alert with each run, and of its end; nobody else has to', async (t) => {
  const manager = await serve(t);
  const { run, post, events } = site(t, `alerts: { alertmanager: { urls: ["${manager.url}"] } }`);
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
  assert.match(failed.problems.join(), /alertmanager 127\.0\.0\.1:\d+ was not told of 1 alert: it answered 500: ok/);
  assert.equal(failed.counts['untold'], 1);
  manager.answers(200);
  await run(15, { filesystems: disk(10) }, by);
  assert.deepEqual(told(), [['storage', time(10).toISOString()]], 'the end that it had, not a later one');
  await run(30, { filesystems: disk(10) }, by);
  assert.equal(manager.asked.length, 3);
  assert.ok(!events().includes('unheard'));
});

test('a mail that could not go for a week is set aside, not dropped', async (t) => {
  const { run, answers, outbox, waiting, events } = site(t);
  answers(isDown);
  await run(0, { filesystems: disk(91) });
  await run(7 * 24 * 60 - 1);
  assert.ok(waiting().length >= 1);
  await run(7 * 24 * 60);
  assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
  assert.ok(events().includes('dead'));
});

test('a state that cannot be used is set aside and said, and costs at most a mail twice', async (t) => {
  const { run, taken, folder } = site(t);
  await run(0, { filesystems: disk(91) });
  const path = join(folder, 'state', 'alerts', 'state.json');
  writeFileSync(path, '{"torn');
  const { problems } = await run(5, { filesystems: disk(91) });
  assert.match(problems.join(), /could not be used and was set aside/);
  assert.ok(readdirSync(join(folder, 'state', 'alerts')).some((name) => name.includes('.broken-')));
  assert.equal(taken.length, 2);
});

test('a mail comes from alerts.from, else from OPS_ALERT_SMTP_FROM, else from this machine', async (t) => {
  const cases: [configuration: string, environment: Record<string, string>, from: RegExp][] = [
    ['', {}, /<ops-monitor@/],
    ['', { OPS_ALERT_SMTP_FROM: 'relay@example.org' }, /<relay@example\.org>$/],
    ['from: lab@example.org, ', { OPS_ALERT_SMTP_FROM: 'relay@example.org' }, /<lab@example\.org>$/],
  ];
  for (const [configuration, environment, from] of cases) {
    const { run, taken, post } = site(t, `alerts: { ${configuration}to: [ops@example.org] }`);
    await run(0, { filesystems: disk(91) }, { ...post, outside: async () => makeOutside(environment) });
    assert.match(header(taken[0]?.mail ?? assert.fail(), 'From'), from);
  }
});

test('a state whose times are none is set aside too: it would end every run', async (t) => {
  const { run, taken, folder } = site(t);
  await run(0, { filesystems: disk(91) });
  const path = join(folder, 'state', 'alerts', 'state.json');
  writeFileSync(path, readText(path).replace(/"since": "[^"]*"/, '"since": "soon"'));
  const { problems } = await run(5, { filesystems: disk(91) });
  assert.match(problems.join(), /set aside .*since: expected an instant; got "soon"/);
  assert.equal(taken.length, 2);
});

test('what keeps the log from being written keeps no mail back', async (t) => {
  const { run, taken, folder } = site(t);
  mkdirSync(join(folder, 'state', 'alerts', 'alerts.jsonl'), { recursive: true });
  const { problems } = await run(0, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
  assert.match(problems.join(), /what happened to the alerts is not in the log: .*alerts\.jsonl/);
});

test('a mail in the outbox that cannot be read counts as one that will not arrive', async (t) => {
  const { run, outbox } = site(t);
  mkdirSync(outbox, { recursive: true });
  writeFileSync(join(outbox, 'torn.json'), '{"schema_version":1,"raw":"Subj');
  const { counts, problems } = await run(0, { filesystems: disk(10) });
  assert.equal(counts['dead'], 1);
  assert.match(problems.join(), /torn\.json in the outbox cannot be read/);
});

test('a way of mail that is misspelt keeps mails waiting, and news for others go', async (t) => {
  const chat = await serve(t);
  const { run, taken, post, waiting } = site(
    t,
    'alerts: { to: [ops@example.org, webhook:chat], webhooks: { chat: { url: $CHAT } } }',
  );
  const wrong: Post = { ...post, outside: async () => makeOutside({ CHAT: chat.url, OPS_ALERT_TRANSPORT: 'pidgeon' }) };
  const { counts } = await run(0, { filesystems: disk(91) }, wrong);
  assert.deepEqual([taken.length, chat.asked.length, counts['waiting']], [0, 1, 1]);
  const checked = await run(0, undefined, wrong, { check: true });
  assert.match(checked.text ?? '', /pidgeon +not usable: OPS_ALERT_TRANSPORT is "pidgeon"; expected one of auto, one/);
  assert.equal(checked.exitCode, 1);
  await run(5, { filesystems: disk(91) }, { ...post, outside: async () => makeOutside({ CHAT: chat.url }) });
  assert.deepEqual([taken.length, waiting().length], [1, 0]);
});

test('a test goes to everybody who may ever be told, touches nothing that waits, and leaves nothing', async (t) => {
  const { run, taken, answers, waiting, events, state } = site(
    t,
    'alerts: { to: [ops@example.org], escalate: { after: 1h, to: [lead@example.org] }, rules: { charge: { to: [power@example.org] } } }',
  );
  answers(isDown);
  await run(0, { filesystems: disk(91) });
  const before = [waiting(), JSON.stringify(state())];
  answers(takes);
  const { text, exitCode } = await run(10, undefined, undefined, { test: true });
  assert.deepEqual(
    taken.map(({ to }) => to),
    [['ops@example.org', 'lead@example.org', 'power@example.org']],
  );
  assert.match(text ?? '', /^sent: ops@example\.org, lead@example\.org, power@example\.org: 250 taken$/);
  assert.equal(exitCode, 0);
  assert.deepEqual([waiting(), JSON.stringify(state())], before);
  answers(isDown);
  assert.equal((await run(15, undefined, undefined, { test: true })).exitCode, 1);
  assert.equal(waiting().length, 1, 'a test that did not arrive waits nowhere');
  await assert.rejects(run(15, undefined, undefined, { test: true, 'dry-run': true }), /choose one/);
  assert.ok(events().includes('failed'));
});

test('a mail that was put off by a clock ahead of its time is due all the same', async (t) => {
  const { run, taken, answers } = site(t);
  answers(isDown);
  await run(48 * 60, { filesystems: disk(91) });
  answers(takes);
  await run(0, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
});

test('a snapshot from the future is as good as none', async (t) => {
  const { run, taken } = site(t);
  await run(600, { filesystems: disk(10) });
  await run(0);
  await run(15);
  assert.match(
    header(taken[0]?.mail ?? assert.fail(), 'Subject'),
    /snapshot:snapshot: the latest snapshot is from the future/,
  );
});

test('what a mail tells it does not tell again among the rest; what nobody assessed is not said to be well', async (t) => {
  const { run, taken, folder } = site(t);
  await run(0, { filesystems: disk(91) });
  const bodyOf = (index: number): string => taken[index]?.mail.raw.split('\r\n\r\n').slice(1).join('\n') ?? '';
  assert.match(bodyOf(0), /How the rest is, is not known/);
  const observation = (check: string, subject: string) => ({
    id: `${check}:${subject}`,
    check,
    subject,
    level: 'red' as const,
    value: 1,
    unit: '',
    limit: { value: 1, key: '' },
    message: `${check} of ${subject}`,
    runbook: `ops/runbooks/${check}.md`,
  });
  const many = Array.from({ length: 25 }, (_, index) => observation('stream-age', `s${index}`));
  const world = worldIn(folder, { at: time(5) });
  await world.replace(latestHealth, {
    schema_version: 1,
    assessed_at: time(5).toISOString(),
    site: 'test',
    hostname: 'vm',
    overall_level: 'red',
    counts: { green: 0, amber: 0, red: 27, unknown: 0 },
    observations: [observation('filesystem-usage', 'data'), observation('filesystem-usage', 'other'), ...many],
  });
  await run(5, { filesystems: disk(10) });
  assert.ok(!bodyOf(1).includes('filesystem-usage of data'));
  assert.match(bodyOf(1), /red +filesystem-usage of other/);
  assert.match(bodyOf(1), /and 6 more/);
});

test('a refusal for now is not one for good', async (t) => {
  const { run, answers, waiting, taken } = site(t);
  answers((_mail, to) => ({
    accepted: [],
    refused: to.map((address) => ({ address, permanent: false, words: '450 later' })),
    words: '450',
  }));
  await run(0, { filesystems: disk(91) });
  assert.equal(waiting().length, 1);
  answers(takes);
  await run(5, { filesystems: disk(91) });
  assert.deepEqual([waiting().length, taken.length], [0, 1]);
});

test('without anybody to tell, it is said and nothing is written', async (t) => {
  const { run, waiting, events } = site(t, 'site: test');
  await run(0, { filesystems: disk(91) });
  assert.deepEqual(waiting(), []);
  assert.ok(events().includes('unheard'));
});

test('one mail for all that changed in a run, with what else is wrong; and what a name says cannot become a header', async (t) => {
  const { run, taken } = site(t);
  const evil = ok({
    ...(disk(95) as { data: object }).data,
    'x\r\nBcc: evil@example.org': (disk(99) as { data: { data: unknown } }).data.data,
  });
  await run(0, { filesystems: evil });
  assert.equal(taken.length, 1);
  const raw = taken[0]?.mail.raw ?? '';
  assert.ok(!/^Bcc:/im.test(raw), raw);
  assert.match(header(taken[0]?.mail ?? assert.fail(), 'Subject'), /and 1 more/);
});

test('a silence that somebody left holds the mail back, and it comes when the silence is over', async (t) => {
  const { run, taken, notes, events, state } = site(t);
  const until = time(30).toISOString();
  const note = {
    schema_version: 1,
    kind: 'silence',
    of: 'storage',
    who: 'ada',
    reason: 'moving',
    from: time(-5).toISOString(),
    until,
  };
  notes.push({ name: 'a.json', text: JSON.stringify(note) }, { name: 'b.json', text: 'x' });
  const { problems } = await run(0, { filesystems: disk(91) });
  assert.match(problems.join(), /b\.json among the silences is none/);
  await run(29, { filesystems: disk(91) });
  assert.equal(taken.length, 0);
  assert.deepEqual(events(), ['pending', 'firing', 'silenced']);
  assert.deepEqual(state().quiet, [{ kind: 'silence', of: 'storage', who: 'ada', until, reason: 'moving' }]);
  await run(30, { filesystems: disk(91) });
  assert.equal(taken.length, 1);
  assert.deepEqual(state().quiet, []);
  await run(8 * 24 * 60, { filesystems: disk(91) });
  assert.deepEqual(
    notes.map(({ name }) => name),
    ['b.json'],
    'a note that ended a week ago is gone; what is none is not ours to remove',
  );
});

test('a dry run tells whom it would tell, and writes nothing', async (t) => {
  const { run, taken, folder } = site(t);
  const { text } = await run(0, { filesystems: disk(91) }, undefined, { 'dry-run': true });
  assert.match(text ?? '', /would tell ops@example\.org \(opening\): storage:data/);
  assert.ok(!existsSync(join(folder, 'state', 'alerts')) && taken.length === 0);
});

test('the state and the mails are for their owner alone', async (t) => {
  const { run, answers, outbox, waiting, folder } = site(t);
  answers(isDown);
  await run(0, { filesystems: disk(91) });
  for (const path of [join(folder, 'state', 'alerts', 'state.json'), join(outbox, waiting()[0] ?? '')])
    assert.equal(statSync(path).mode & 0o777, 0o600, path);
});

/** After the Nth thing that is done to the disk or sent, there is nobody any more. */
function mortal(post: Post, target: number): Post & { steps: () => number } {
  let steps = 0;
  const mayDie = (): void => {
    steps += 1;
    if (steps >= target) throw new Error('killed');
  };
  return {
    ...post,
    steps: () => steps,
    spool: (folder, runtime) => {
      const real = post.spool(folder, runtime);
      const dying =
        <Argv extends unknown[]>(act: (...argv: Argv) => void) =>
        (...argv: Argv): void => {
          mayDie();
          act(...argv);
          mayDie();
        };
      return {
        ...real,
        put: dying((name, text) => real.put(name, text)),
        remove: dying((name) => real.remove(name)),
        bury: dying((name, text) => real.bury(name, text)),
      };
    },
    transports: async () =>
      only(
        ...(await post.transports()).mail.map((transport) => ({
          ...transport,
          send: async (mail: Mail, to: readonly string[], world: Outside) => {
            mayDie();
            const receipt = await transport.send(mail, to, world);
            if (steps + 1 >= target) steps = target;
            return receipt;
          },
        })),
      ),
  };
}

test('whoever is killed at whatever step loses no mail, and sends the same one twice only if a server had taken it', async (t) => {
  const days: readonly (readonly [minutes: number, used: number])[] = [
    [0, 20],
    [5, 91],
    [10, 92],
    [15, 10],
  ];
  let tried = 0;
  for (let at = 0; at < days.length; at++) {
    for (let target = 1; target < 40; target++) {
      const template = siteIn(temporaryFolder(t));
      for (const [minutes, used] of days.slice(0, at)) await template.run(minutes, { filesystems: disk(used) });
      const folder = temporaryFolder(t);
      cpSync(template.folder, folder, { recursive: true });
      const hit = siteIn(folder);
      hit.taken.push(...template.taken);
      const dying = mortal(hit.post, target);
      const [minutes = 0, used = 0] = days[at] ?? [];
      await hit.run(minutes, { filesystems: disk(used) }, dying).catch(() => undefined);
      const wasHit = dying.steps() >= target;
      for (const [later, usedThen] of days.slice(at)) await hit.run(later + 0.01, { filesystems: disk(usedThen) });
      await hit.run(60, { filesystems: disk(10) });
      const kinds = hit.taken.map(({ mail }) => / (ALERT|OK) /.exec(header(mail, 'Subject'))?.[1]);
      const says = `step ${target} of the run at ${minutes}: ${kinds.join(' ')}`;
      assert.deepEqual([...new Set(kinds)], ['ALERT', 'OK'], says);
      assert.ok(hit.taken.length <= 3, says);
      assert.equal(new Set(hit.taken.map(({ mail }) => mail.message_id)).size, 2, `${says}: other mails of the same`);
      assert.deepEqual(hit.waiting(), [], says);
      tried += 1;
      if (!wasHit) break;
    }
  }
  assert.ok(tried >= 15, `only ${tried} points`);
});
