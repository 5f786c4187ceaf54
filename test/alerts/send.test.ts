// What send-alerts sends to whom, and when.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import { Refused } from '../../lib/contract/errors.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { latestHealth } from '../../lib/health/files.ts';
import { stageRecord } from '../../lib/contract/record.ts';
import { latest } from '../../lib/snapshot/files.ts';
import { recordOf, worldIn } from '../world.ts';
import { metric, ok, plugin } from '../health/seen.ts';
import {
  bodyOf,
  disk,
  header,
  isDown,
  observation,
  only,
  refuses,
  serve,
  site,
  subjectOf,
  takes,
  time,
  titlesOf,
  transportOf,
  recipientsOf,
} from './send-site.ts';

describe('alerts/send', () => {
  test('a full disk is mailed, and so is its recovery, in one thread; every event is logged', async (t) => {
    const { run, taken, waiting, events, state } = site(t);
    await run(0, { filesystems: disk(91) });
    assert.equal(taken.length, 1);
    const [opening] = taken;
    assert.ok(opening);
    assert.equal(header(opening.mail, 'Subject'), '[ALERT test] /data is 91 % full, 1 B left (from 80 %)');
    assert.equal(header(opening.mail, 'Auto-Submitted'), 'auto-generated');
    assert.match(header(opening.mail, 'List-Id'), /<ops-monitor\.recorded>/);
    assert.ok(state().snapshot.alerts['storage:data']?.last_sent);
    await run(5, { filesystems: disk(91) });
    assert.equal(taken.length, 1);
    await run(10, { filesystems: disk(20) });
    const recovery = taken[1];
    assert.ok(recovery);
    assert.equal(header(recovery.mail, 'Subject'), '[ENDED test] /data is 91 % full, 1 B left (from 80 %)');
    assert.deepEqual(titlesOf([recovery]), ['OK storage:data']);
    assert.deepEqual(
      ['References', 'In-Reply-To'].map((name) => header(opening.mail, name)),
      ['', ''],
    );
    assert.equal(header(recovery.mail, 'References'), opening.mail.message_id);
    assert.equal(header(recovery.mail, 'In-Reply-To'), opening.mail.message_id);
    assert.notEqual(recovery.mail.message_id, opening.mail.message_id);
    assert.deepEqual(waiting(), []);
    assert.deepEqual(events(), ['pending', 'firing', 'queued', 'sent', 'recovered', 'queued', 'sent']);
    assert.deepEqual(state().snapshot.alerts, {});
  });

  test('a clear value, an unreadable value and a snapshot evaluated before cause no mail', async (t) => {
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

  test('a collector that has stopped is mailed', async (t) => {
    const { run, taken } = site(t);
    await run(0, { filesystems: disk(20) });
    await run(14);
    assert.equal(taken.length, 0);
    await run(15);
    assert.match(subjectOf(taken[0]), /^\[ALERT test\] the snapshot is 15m old \(from 15m\)$/);
  });

  test('a mail that no transport takes waits, is retried with back-off, and arrives once', async (t) => {
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

  test('a repeat has its own message id, also while the snapshot stays the same', async (t) => {
    const { run, taken } = site(t);
    await run(0, { filesystems: disk(20) });
    await run(15);
    await run(15 + 12 * 60);
    assert.deepEqual(titlesOf(taken), ['ALERT snapshot:snapshot', 'STILL snapshot:snapshot']);
    assert.equal(new Set(taken.map(({ mail }) => mail.message_id)).size, 2);
  });

  test('a recipient without the first mail does not delay the repeat for the other', async (t) => {
    const { run, taken, answers } = site(t, 'site: test\nalerts: { to: [ops@example.org, slow@example.org] }');
    answers(refuses('slow@example.org', '451 later'));
    for (let minutes = 0; minutes <= 12 * 60; minutes += 30) await run(minutes, { filesystems: disk(91) });
    assert.deepEqual(
      titlesOf(taken).filter((title) => title.endsWith(' storage:data')),
      ['ALERT storage:data', 'STILL storage:data'],
    );
  });

  test('an alert that clears before its first mail was delivered sends both mails', async (t) => {
    const { run, taken, answers } = site(t);
    answers(isDown);
    await run(0, { filesystems: disk(91) });
    await run(5, { filesystems: disk(10) });
    answers(takes);
    await run(30, { filesystems: disk(10) });
    assert.deepEqual(titlesOf(taken), ['ALERT storage:data', 'OK storage:data']);
  });

  test('a refused recipient does not affect the other, and leaves a dead letter', async (t) => {
    const { run, taken, answers, outbox, waiting } = site(
      t,
      'site: test\nalerts: { to: [ops@example.org, gone@example.org] }',
    );
    answers(refuses('gone@example.org', '550 no such user'));
    await run(0, { filesystems: disk(91) });
    assert.deepEqual(recipientsOf(taken), [['ops@example.org']]);
    assert.deepEqual(waiting(), []);
    assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
  });

  test('the next transport is tried where one refuses, and a mail that all refuse becomes a dead letter', async (t) => {
    const { run, taken, post, outbox } = site(t);
    const refusesAll = (): never => {
      throw new Refused('550 not for us');
    };
    const [first, second] = [transportOf('a', () => refusesAll, taken), transportOf('b', () => takes, taken)];
    await run(0, { filesystems: disk(91) }, { ...post, transports: async () => only(first, second) });
    assert.equal(taken.length, 1);
    await run(5, { filesystems: disk(10) }, { ...post, transports: async () => only(first) });
    assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
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

  test('--test mails every configured recipient, and neither sends nor leaves a waiting mail', async (t) => {
    const { run, taken, answers, waiting, events, state } = site(
      t,
      'site: test\nalerts: { to: [ops@example.org], escalate: { after: 1h, to: [lead@example.org] }, rules: { charge: { to: [power@example.org] } } }',
    );
    answers(isDown);
    await run(0, { filesystems: disk(91) });
    const before = [waiting(), JSON.stringify(state())];
    answers(takes);
    const { text, exitCode } = await run(10, undefined, undefined, { test: true });
    assert.deepEqual(recipientsOf(taken), [['ops@example.org', 'lead@example.org', 'power@example.org']]);
    assert.match(text ?? '', /^sent: ops@example\.org, lead@example\.org, power@example\.org: 250 taken$/);
    assert.equal(exitCode, 0);
    assert.deepEqual([waiting(), JSON.stringify(state())], before);
    answers(isDown);
    assert.equal((await run(15, undefined, undefined, { test: true })).exitCode, 1);
    assert.equal(waiting().length, 1, 'a test that did not arrive waits nowhere');
    await assert.rejects(run(15, undefined, undefined, { test: true, 'dry-run': true }), /choose one/);
    assert.ok(events().includes('failed'));
  });

  test('a mail lists everything else that is not well, without the observations of its own alerts', async (t) => {
    const { run, taken, assess } = site(t);
    await run(0, { filesystems: disk(91) });
    assert.match(bodyOf(taken[0]), /Nothing else is red or unknown/);
    const many = Array.from({ length: 25 }, (_, index) => observation(`stream-age:s${index}`, 'unknown'));
    assess(5, observation('filesystem-usage:data', 'red'), observation('filesystem-usage:other', 'unknown'), ...many);
    await run(5, { filesystems: disk(10) });
    assert.ok(!bodyOf(taken[1]).includes('filesystem-usage:data'));
    assert.match(bodyOf(taken[1]), /Also not well:/);
    assert.match(bodyOf(taken[1]), /unknown +filesystem-usage:other/);
    assert.match(bodyOf(taken[1]), /and 6 more/);
    assert.doesNotMatch(bodyOf(taken[1]), /How the rest is/);
  });

  test('a health file that is missing, broken or of another snapshot changes no mail: the snapshot is judged again', async (t) => {
    const endpoint = (status: number) =>
      ok({ dashboard: ok({ url: 'http://x/', answered: true, status, response_ms: 1, slow_seconds: 2 }) });
    const healthy = JSON.stringify({ schema_version: 1, overall_level: 'green', counts: {}, observations: [] });
    const mailsWith = async (content: string | undefined) => {
      const { run, taken, folder } = site(t);
      const path = latestHealth.path(worldIn(folder, { at: time(0) }).places, time(0));
      mkdirSync(dirname(path), { recursive: true });
      for (let minutes = 0; minutes <= 30; minutes += 5) {
        if (content !== undefined) writeFileSync(path, content);
        await run(minutes, { filesystems: disk(91), endpoints: endpoint(minutes < 25 ? 503 : 200) });
      }
      return taken.map(({ mail }) => [header(mail, 'Subject'), bodyOf({ mail, to: [] }).split('<!DOCTYPE')[0]]);
    };
    const subjects = (mails: Awaited<ReturnType<typeof mailsWith>>) => mails.map(([subject]) => subject);
    const without = await mailsWith(undefined);
    assert.deepEqual(subjects(without), [
      '[ALERT test] /data is 91 % full, 1 B left (from 80 %)',
      '[ALERT test] dashboard: http://x/ answers with status 503',
      '[ENDED test] dashboard: http://x/ answers with status 503',
    ]);
    assert.match(without[0]?.[1] ?? '', /Also not well:\r?\n +red +http:\/\/x\/ answers with status 503/);
    const plain = (mails: Awaited<ReturnType<typeof mailsWith>>) =>
      mails.map(([subject, body]) => [subject, body?.replaceAll(/----_NmP-\w+/g, '')]);
    for (const content of ['{"schema', healthy]) assert.deepEqual(plain(await mailsWith(content)), plain(without));
  });

  test('a mail about an unreadable or missing snapshot does not say that the rest is well', async (t) => {
    for (const content of ['garbage', undefined]) {
      const { run, taken, folder } = site(t);
      const world = worldIn(folder, { at: time(0) });
      const record = recordOf('append-zarr', time(0).toISOString(), {
        outcome: 'failed',
        problems: ['the disk is gone'],
      });
      await world.replace(stageRecord('append-zarr'), record);
      const path = latest.path(world.places, time(0));
      mkdirSync(dirname(path), { recursive: true });
      if (content !== undefined) writeFileSync(path, content);
      await run(0);
      const body = bodyOf(taken[0]);
      assert.match(body, /ALERT {2}snapshot:snapshot\n.*(not JSON|no snapshot yet)/);
      assert.match(body, /How the rest is, is not known/);
      assert.match(body, /red +append-zarr failed at /, 'what the monitor knows of itself it knows all the same');
      assert.doesNotMatch(body, /Nothing else|no snapshot to judge|snapshot of 20/);
    }
  });

  test('a mail about a failed reading does not list the observations that are unknown because of it', async (t) => {
    const { run, taken, assess } = site(
      t,
      'site: test\nalerts: { to: [a@example.org], rules: { probe: { failing-for: 0s } } }',
    );
    const reason = 'source cannot be reached: it does not answer';
    const hosts = ok({ source: ok({ address: 'x', reached: false, error: reason }) });
    const failed = (why: string, name: string, because?: string) =>
      ok({ [name]: { status: 'failed', kind: 'error', reason: why, ...(because ? { because } : {}), ms: 1 } });
    assess(
      0,
      observation('clock-synchronised:host', 'unknown', 'clock could not be read: it hung'),
      observation('mirror-lag:a.gws', 'unknown', 'a.gws could not be read: it hung'),
      observation('mirror-coverage:a.gws', 'unknown', 'a.gws could not be read: it hung'),
    );
    await run(0, { hosts, streams: failed(reason, 'mrr', 'hosts.source'), gates: failed('it is not JSON', 'product') });
    const body = bodyOf(taken[0]);
    assert.match(body, /probe:host\.source/);
    assert.match(body, /probe:gates\.product/);
    assert.doesNotMatch(body, /probe:streams\.mrr|mrr could not|product could not/);
    assert.match(body, /unknown +clock could not be read/);
    const [text = ''] = body.split('<!DOCTYPE');
    assert.equal(
      text.split('a.gws could not be read').length,
      2,
      'what several checks say of one reading is said once',
    );
  });

  test('a red observation without a policy of its own is mailed after 15 min, with its runbook and what would clear it', async (t) => {
    const { run, taken, assess, state } = site(t);
    const at = async (minutes: number, level?: 'green' | 'amber' | 'red' | 'unknown') => {
      const message = `it answers with ${level}`;
      if (level) assess(minutes, observation('endpoint-status:dashboard', level, message));
      await run(minutes, {});
      return taken.length;
    };
    for (const minutes of [0, 5, 10]) assert.equal(await at(minutes, 'red'), 0);
    assert.equal(await at(15, 'red'), 1);
    const mail = taken[0] ?? assert.fail();
    assert.equal(header(mail.mail, 'Subject'), '[ALERT test] dashboard: it answers with red');
    assert.match(bodyOf(mail), /clears +when it answers\n/);
    const [, runbook = ''] = /runbook +(.+)\n/.exec(bodyOf(mail)) ?? [];
    assert.ok(runbook.endsWith('/ops/runbooks/endpoint-status.md') && existsSync(runbook), runbook);
    assert.match(bodyOf(mail), /explain +ops-monitor explain endpoint-status:dashboard\n/);
    assert.match(bodyOf(mail), /ack +ops-monitor ack red:endpoint-status:dashboard --reason/);
    assert.match(bodyOf(mail), /Nothing else is red or unknown/);
    // Not read at all, and judged as unknown: neither is an end.
    await run(20, { endpoints: { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 } });
    assert.equal(taken.length, 1);
    assert.equal(await at(25, 'unknown'), 1);
    assert.ok(state().snapshot.alerts['red:endpoint-status:dashboard'], 'it is neither over nor gone');
    assert.equal(await at(30, 'red'), 1);
    assert.equal(await at(35, 'amber'), 2);
    assert.match(subjectOf(taken[1]), /^\[ENDED test\] dashboard: it answers with red$/);
    assert.equal(header(taken[1]?.mail ?? assert.fail(), 'References'), mail.mail.message_id);
  });

  test('a red plugin, a red metric and an old time are mailed together, with what the plugin says and which series decided', async (t) => {
    const { run, taken } = site(t);
    const { stale_seconds: _, ...backup } = metric({
      family: 'backup_time',
      values: {},
      ages: { 'job=db': 300_000 },
      age_limits: { red: 259_200 },
    });
    const sections = {
      plugins: ok({ disk: ok(plugin({ result: 'critical', exit_code: 2, message: 'DISK CRITICAL - /data 95 %' })) }),
      metrics: ok({
        raid: ok(metric({ limits: { red: '0' }, values: { 'disk=sda': 0, 'disk=sdb': 2 } })),
        backup: ok(backup),
      }),
    };
    for (const minutes of [0, 15]) await run(minutes, sections);
    const [mail] = taken;
    assert.equal(taken.length, 1);
    assert.equal(subjectOf(mail), '[ALERT test +2] the plugin disk says critical: DISK CRITICAL - /data 95 %');
    const body = bodyOf(mail).replaceAll('=3D', '=');
    for (const lines of [
      [
        'red:plugin-result:disk',
        'the plugin disk says critical: DISK CRITICAL - /data 95 %',
        'when check_disk ends with exit code 0',
      ],
      ['red:metric-value:raid', 'node_md_failed of disk=sdb is 2 (red above 0)', '0  (metrics.raid.red)'],
      [
        'red:metric-value:backup',
        'the time in backup_time of job=db was 3d 11h 20m ago (red above 3d)',
        '3d  (metrics.backup.age.red)',
      ],
    ]) {
      const part = body.split(/^ALERT {2}/m).find((one) => one.startsWith(`${lines[0]}\n`)) ?? '';
      for (const words of lines) assert.ok(part.includes(words), `${words}: ${body}`);
    }
  });

  test('an OOM kill is mailed at once, though it is red in one snapshot only, and recovers an hour later', async (t) => {
    const { run, taken, assess } = site(t);
    for (let minutes = 0; minutes <= 70; minutes += 5) {
      assess(minutes, observation('host-oom:host', minutes === 5 ? 'red' : 'green'));
      await run(minutes, {});
      assert.equal(taken.length, minutes < 5 ? 0 : minutes < 70 ? 1 : 2, `${minutes} min`);
    }
  });

  test('`red` does not mail observations of another policy, and an empty `to` switches it off', async (t) => {
    const { run, taken, assess } = site(t);
    for (const minutes of [0, 15]) {
      assess(minutes, observation('filesystem-usage:data', 'red'));
      await run(minutes, { filesystems: disk(95) });
    }
    assert.deepEqual(titlesOf(taken), ['ALERT storage:data']);
    const off = site(t, 'site: test\nalerts: { to: [a@example.org], rules: { red: { to: [] } } }');
    for (const minutes of [0, 15]) {
      off.assess(minutes, observation('gate-verdict:prune', 'red'));
      await off.run(minutes, { filesystems: disk(95) });
    }
    assert.deepEqual(titlesOf(off.taken), ['ALERT storage:data']);
  });

  test('a temporary refusal is retried', async (t) => {
    const { run, answers, waiting, taken } = site(t);
    answers(refuses('ops@example.org', '450 later'));
    await run(0, { filesystems: disk(91) });
    assert.equal(waiting().length, 1);
    answers(takes);
    await run(5, { filesystems: disk(91) });
    assert.deepEqual([waiting().length, taken.length], [0, 1]);
  });

  test('an alert without recipients is logged as unheard, and no mail is written', async (t) => {
    const { run, waiting, events } = site(t, 'site: test');
    await run(0, { filesystems: disk(91) });
    assert.deepEqual(waiting(), []);
    assert.ok(events().includes('unheard'));
  });

  test('all changes of a run go into one mail, and a line break in a name cannot add a header', async (t) => {
    const { run, taken } = site(t);
    const evil = ok({
      ...(disk(95) as { data: object }).data,
      'x\r\nBcc: evil@example.org': (disk(99) as { data: { data: unknown } }).data.data,
    });
    await run(0, { filesystems: evil });
    assert.equal(taken.length, 1);
    const raw = taken[0]?.mail.raw ?? '';
    assert.ok(!/^Bcc:/im.test(raw), raw);
    assert.match(subjectOf(taken[0]), /^\[ALERT test \+1\] /);
  });

  test('a silence holds the mail back until it ends', async (t) => {
    const { run, taken, notes, events, state } = site(t);
    const [from, until] = [time(-5).toISOString(), time(30).toISOString()];
    const note = { schema_version: 1, kind: 'silence', of: 'storage', who: 'ada', reason: 'moving', from, until };
    notes.push({ name: 'a.json', text: JSON.stringify(note) }, { name: 'b.json', text: 'x' });
    const { problems } = await run(0, { filesystems: disk(91) });
    assert.match(problems.join(), /b\.json among the silences is not a valid note/);
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

  test('--dry-run prints whom it would notify, and writes nothing', async (t) => {
    const { run, taken, folder } = site(t);
    const { text } = await run(0, { filesystems: disk(91) }, undefined, { 'dry-run': true });
    assert.match(text ?? '', /would notify ops@example\.org \(opening\): storage:data/);
    assert.ok(!existsSync(join(folder, 'state', 'alerts')) && taken.length === 0);
  });

  test('the data of a recovery carry the value of now, and those of a subject that is gone none', async (t) => {
    const chat = await serve(t);
    const { run, post } = site(
      t,
      'site: test\nalerts: { to: [webhook:chat], webhooks: { chat: { url: $CHAT } }, rules: { probe: { failing-for: 0s }, red: { red-for: 0s } } }',
    );
    const by = { ...post, outside: async () => makeOutside({ CHAT: chat.url }) };
    const endpoint = (status: number) =>
      ok({ page: ok({ url: 'http://x/', answered: true, status, response_ms: 1, slow_seconds: 2 }) });
    const failed = ok({ prune: { status: 'failed', kind: 'error', reason: 'gone', ms: 1 } as const });
    const seen = (): [string, unknown][] =>
      (JSON.parse(chat.asked.at(-1)?.body ?? '{}') as { alerts: { kind: string; id: string; value: unknown }[] }).alerts
        .map(({ kind, id, value }): [string, unknown] => [`${kind} ${id}`, value])
        .sort(([one], [other]) => (one < other ? -1 : 1));
    await run(0, { filesystems: disk(91), endpoints: endpoint(503), gates: failed }, by);
    await run(5, { filesystems: disk(10.5), endpoints: endpoint(200), gates: ok({}) }, by);
    assert.deepEqual(seen(), [
      ['recovery red:endpoint-status:page', 200],
      ['recovery storage:data', 10.5],
      ['vanished probe:gates.prune', null],
    ]);
  });
});
