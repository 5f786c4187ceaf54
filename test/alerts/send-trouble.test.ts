// What send-alerts makes of kills, full disks, broken files and clocks.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe } from 'node:test';
import type { Mail } from '../../lib/contract/mail.ts';
import type { Outside } from '../../lib/contract/outside.ts';
import type { Post } from '../../lib/alerts/post.ts';
import { leaveNote } from '../../lib/io/notes.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { readText, temporaryFolder } from '../world.ts';
import { disk, isDown, only, serve, site, siteIn, subjectOf, takes, time, titlesOf } from './send-site.ts';

describe('alerts/send-trouble', () => {
  test('a run killed before the state is written writes the same mail to the same file again', async (t) => {
    const { run, taken, waiting, answers, folder } = site(t);
    answers(isDown);
    await run(0, { filesystems: disk(91) });
    rmSync(join(folder, 'state', 'alerts', 'state.json'));
    await run(1);
    assert.equal(waiting().length, 1);
    answers(takes);
    await run(20);
    // The other is of the collector, which has stopped.
    assert.equal(titlesOf(taken).filter((title) => title.endsWith('storage:data')).length, 1);
  });

  test('a mail that could not be delivered for a week becomes a dead letter', async (t) => {
    const { run, answers, outbox, waiting, events } = site(t);
    answers(isDown);
    await run(0, { filesystems: disk(91) });
    await run(7 * 24 * 60 - 1);
    assert.ok(waiting().length >= 1);
    await run(7 * 24 * 60);
    assert.equal(readdirSync(join(outbox, 'dead')).length, 1);
    assert.ok(events().includes('dead'));
  });

  test('while the mails of one incident wait, the next incident is escalated all the same', async (t) => {
    const { run, taken, answers } = site(
      t,
      'site: test\nalerts: { to: [ops@example.org], escalate: { after: 1h, to: [lead@example.org] } }',
    );
    const runs = { 0: 91, 65: 91, 70: 50, 75: 91, 140: 91 };
    answers(isDown);
    for (const [minutes, percent] of Object.entries(runs)) await run(Number(minutes), { filesystems: disk(percent) });
    answers(takes);
    await run(160, { filesystems: disk(91) });
    const toLead = taken.filter(({ to }) => to.includes('lead@example.org'));
    const about = titlesOf(toLead).filter((title) => title.endsWith('storage:data'));
    assert.deepEqual(about, ['STILL storage:data', 'OK storage:data', 'STILL storage:data']);
  });

  test('an unusable state is set aside and reported, and costs at most a duplicate mail', async (t) => {
    const { run, taken, folder } = site(t);
    await run(0, { filesystems: disk(91) });
    const path = join(folder, 'state', 'alerts', 'state.json');
    writeFileSync(path, '{"torn');
    const { problems } = await run(5, { filesystems: disk(91) });
    assert.match(problems.join(), /could not be used and was set aside/);
    assert.ok(readdirSync(join(folder, 'state', 'alerts')).some((name) => name.includes('.broken-')));
    assert.equal(taken.length, 2);
  });

  test('a state with an invalid time is set aside', async (t) => {
    const { run, taken, folder } = site(t);
    await run(0, { filesystems: disk(91) });
    const path = join(folder, 'state', 'alerts', 'state.json');
    writeFileSync(path, readText(path).replace(/"since": "[^"]*"/, '"since": "soon"'));
    const { problems } = await run(5, { filesystems: disk(91) });
    assert.match(problems.join(), /set aside .*since: expected an ISO 8601 time; got "soon"/);
    assert.equal(taken.length, 2);
  });

  test('a state that owes an event or a notice of an unknown kind is set aside', async (t) => {
    for (const [kind, owed] of [
      ['event', '"events":[{"kind":"toString","id":"storage:data","message":"x"}],"notices":[]'],
      ['notice', '"events":[],"notices":[{"kind":"constructor","id":"storage:data","alert":{},"to":[]}]'],
    ] as const) {
      const { run, folder } = site(t);
      await run(0, { filesystems: disk(91) });
      const path = join(folder, 'state', 'alerts', 'state.json');
      writeFileSync(path, readText(path).replace('{', `{"owed":{"at":"2026-11-20T08:00:00.000Z",${owed}},`));
      const { problems } = await run(5, { filesystems: disk(91) });
      assert.match(problems.join(), /set aside .*owed.*kind/, kind);
    }
  });

  test('an unusable state that cannot be set aside is reported, and holds no mail back', async (t) => {
    const { run, taken, folder } = site(t);
    const path = join(folder, 'state', 'alerts', 'state.json');
    // Root may rename everything, but no file to where a folder is.
    mkdirSync(`${path}.broken-20261120T080000Z`, { recursive: true });
    writeFileSync(path, '{"torn');
    const { problems } = await run(0, { filesystems: disk(91) });
    assert.match(
      problems.join(),
      /could not be used \(.*state\.json is not JSON.*\) and stays where it is: setting .*state\.json aside failed: EISDIR/,
    );
    assert.equal(taken.length, 1);
    assert.deepEqual((await run(5, { filesystems: disk(91) })).problems, []);
    assert.equal(taken.length, 1, 'the new state does not count');
  });

  test('an unusable copy of the state in the runtime folder is set aside, and the other copy counts', async (t) => {
    const { run, taken, folder } = site(t);
    const path = join(folder, 'state', 'alerts', 'state.json');
    const spare = join(folder, 'run', 'spare', path);
    const tear = (): void => {
      mkdirSync(dirname(spare), { recursive: true });
      writeFileSync(spare, '{"torn');
      utimesSync(spare, new Date(), new Date(Date.now() + 60_000));
    };
    await run(0, { filesystems: disk(91) });
    tear();
    const { problems } = await run(5, { filesystems: disk(91) });
    assert.match(problems.join(), /set aside \(.*\/run\/spare\/.*state\.json\.broken-20261120T080500Z\)/);
    assert.deepEqual([taken.length, existsSync(path)], [1, true]);
    // And where there is only that one, alerts begin anew.
    rmSync(path);
    tear();
    assert.match((await run(10, { filesystems: disk(91) })).problems.join(), /set aside/);
    assert.equal(taken.length, 2);
  });

  test('an unwritable log holds no mail back', async (t) => {
    const { run, taken, folder } = site(t);
    mkdirSync(join(folder, 'state', 'alerts', 'alerts.jsonl'), { recursive: true });
    const { problems } = await run(0, { filesystems: disk(91) });
    assert.equal(taken.length, 1);
    assert.match(problems.join(), /events of alerts could not be written to the log: .*alerts\.jsonl/);
  });

  test('an unreadable mail in the outbox becomes a dead letter', async (t) => {
    const { run, outbox } = site(t);
    mkdirSync(outbox, { recursive: true });
    writeFileSync(join(outbox, 'torn.json'), '{"schema_version":1,"raw":"Subj');
    const { counts, problems } = await run(0, { filesystems: disk(10) });
    assert.equal(counts['dead'], 1);
    assert.match(
      problems.join(),
      /torn\.json in the outbox was not sent, and moved to outbox\/dead: it cannot be read/,
    );
  });

  test('a waiting mail that was changed, torn, removed or copied is composed anew at once, and nothing else is sent', async (t) => {
    const cases: [name: string, edit: (text: string, path: string) => void][] = [
      ['text', (text, path) => writeFileSync(path, text.replace('91 % full', '11 % full'))],
      ['address', (text, path) => writeFileSync(path, text.replace('"address":"ops@', '"address":"evil@'))],
      ['torn', (text, path) => writeFileSync(path, text.slice(0, 200))],
      ['empty', (_text, path) => writeFileSync(path, '')],
      ['removed', (_text, path) => rmSync(path)],
      ['copied', (text, path) => writeFileSync(join(dirname(path), 'zzz.json'), text)],
      ['planted', (text, path) => writeFileSync(join(dirname(path), 'zzz.json'), text.replaceAll('ops@', 'evil@'))],
    ];
    assert.ok(cases.length >= 7);
    for (const [name, edit] of cases) {
      const { run, taken, answers, outbox, waiting, state } = site(t);
      answers(isDown);
      await run(0, { filesystems: disk(91) });
      const path = join(outbox, waiting()[0] ?? assert.fail());
      edit(readText(path), path);
      answers(takes);
      const { problems } = await run(5, { filesystems: disk(91) });
      assert.deepEqual(titlesOf(taken), ['ALERT storage:data'], name);
      assert.deepEqual(taken[0]?.to, ['ops@example.org'], name);
      assert.match(taken[0].mail.raw, /91 % full/, name);
      assert.deepEqual([waiting(), (state() as { mails?: object }).mails], [[], {}], name);
      if (name === 'removed') continue;
      assert.match(problems.join(), /was not sent, and moved to outbox\/dead/, name);
      assert.equal(readdirSync(join(outbox, 'dead')).length, 1, name);
    }
  });

  test('an outbox entry of the previous version is sent to the recipients who still wait', async (t) => {
    const { run, outbox, taken, waiting } = site(t);
    mkdirSync(outbox, { recursive: true });
    const [sent, waits] = [
      { address: 'a@example.org', state: 'sent', attempts: 1, sent_at: '2026-11-20T07:55:00.000Z', words: '250' },
      { address: 'b@example.org', state: 'waiting', attempts: 1, next_at: '2026-11-20T07:56:00.000Z', words: 'down' },
    ];
    const [message_id, ids] = ['<abc.1@vm>', ['storage:data']];
    const head = { schema_version: 1, message_id, from: 'ops@example.org', subject: 's' };
    const entry = {
      ...head,
      composed_at: '2026-11-20T07:55:00.000Z',
      ids,
      recipients: [sent, waits],
      raw: 'Subject: s',
    };
    writeFileSync(join(outbox, 'abc.1vm.json'), JSON.stringify(entry));
    await run(0, { filesystems: disk(10) });
    assert.deepEqual([taken[0]?.mail.raw, taken[0]?.to, waiting()], ['Subject: s', ['b@example.org'], []]);
  });

  test('a misspelt transport keeps mails waiting, and webhooks still work', async (t) => {
    const chat = await serve(t);
    const { run, taken, post, waiting } = site(
      t,
      'alerts: { to: [ops@example.org, webhook:chat], webhooks: { chat: { url: $CHAT } } }',
    );
    const wrong: Post = {
      ...post,
      outside: async () => makeOutside({ CHAT: chat.url, OPS_ALERT_TRANSPORT: 'pidgeon' }),
    };
    const { counts } = await run(0, { filesystems: disk(91) }, wrong);
    assert.deepEqual([taken.length, chat.asked.length, counts['waiting']], [0, 1, 1]);
    const checked = await run(0, undefined, wrong, { check: true });
    assert.match(
      checked.text ?? '',
      /pidgeon +not usable: OPS_ALERT_TRANSPORT is "pidgeon"; expected one of auto, one/,
    );
    assert.equal(checked.exitCode, 1);
    await run(5, { filesystems: disk(91) }, { ...post, outside: async () => makeOutside({ CHAT: chat.url }) });
    assert.deepEqual([taken.length, waiting().length], [1, 0]);
  });

  test('an acknowledgement ends with its alert, also where the clock is set back after that', async (t) => {
    const { run, notes, taken } = site(
      t,
      'site: test\nalerts: { to: ops@example.org, rules: { storage: { hold: 5m } } }',
    );
    const content = { schema_version: 1, kind: 'acknowledgement', of: 'storage:data', who: 'ada', reason: 'known' };
    for (const minutes of [0, 5]) await run(minutes, { filesystems: disk(91) });
    notes.push({ name: 'known.json', text: JSON.stringify({ ...content, from: time(6).toISOString() }) });
    await run(10, { filesystems: disk(91) });
    await run(15, { filesystems: disk(20) });
    for (const minutes of [-60, -50]) await run(minutes, { filesystems: disk(91) });
    assert.deepEqual(titlesOf(taken), ['ALERT storage:data', 'OK storage:data', 'ALERT storage:data']);
    notes.push({ name: 'again.json', text: JSON.stringify({ ...content, from: time(-48).toISOString() }) });
    for (const minutes of [-45, -300, 600]) await run(minutes, { filesystems: disk(91) });
    assert.equal(taken.length, 3, 'an acknowledged alert is repeated');
  });

  test('a mail deferred by a clock that was ahead is due all the same', async (t) => {
    const { run, taken, answers } = site(t);
    answers(isDown);
    await run(48 * 60, { filesystems: disk(91) });
    answers(takes);
    await run(0, { filesystems: disk(91) });
    assert.equal(taken.length, 1);
  });

  test('a snapshot from the future is reported as one', async (t) => {
    const { run, taken } = site(t);
    await run(600, { filesystems: disk(10) });
    await run(0);
    await run(15);
    assert.match(subjectOf(taken[0]), /^\[ALERT test\] the snapshot is from the future/);
  });

  test('only the owner can read the state and the mails, and operators can reach the silences', async (t) => {
    const { run, answers, outbox, waiting, folder } = site(t);
    answers(isDown);
    const before = process.umask(0o027);
    await run(0, { filesystems: disk(91) });
    const alerts = join(folder, 'state', 'alerts');
    leaveNote(join(alerts, 'silences'), 'a.json', '{}');
    process.umask(before);
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    for (const path of [join(alerts, 'state.json'), join(outbox, waiting()[0] ?? '')])
      assert.equal(modeOf(path), '600', path);
    assert.deepEqual([outbox, alerts, join(alerts, 'silences')].map(modeOf), ['700', '755', '755']);
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

  test('a kill at any step loses no mail, and duplicates only a mail that a server had accepted', async (t) => {
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
        const kinds = titlesOf(hit.taken);
        const says = `step ${target} of the run at ${minutes}: ${kinds.join(' ')}`;
        assert.deepEqual([...new Set(kinds)], ['ALERT storage:data', 'OK storage:data'], says);
        assert.ok(hit.taken.length <= 3, says);
        assert.equal(new Set(hit.taken.map(({ mail }) => mail.message_id)).size, 2, `${says}: other mails of the same`);
        assert.deepEqual(hit.waiting(), [], says);
        tried += 1;
        if (!wasHit) break;
      }
    }
    assert.ok(tried >= 15, `only ${tried} points`);
  });
});
