// Changes of recipients, sender and set-up, while alerts are active and mails wait.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { Refused, Unconfigured } from '../../lib/contract/errors.ts';
import { mergeRecipients } from '../../lib/alerts/recipient.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import {
  type Answer,
  bodyOf,
  disk,
  header,
  isDown,
  only,
  refuses,
  siteIn,
  site,
  takes,
  titlesOf,
  transportOf,
} from './send-site.ts';

const to = (...addresses: string[]): string => `site: test\nalerts: { to: [${addresses.join(', ')}] }`;
/** The mail about a mail that waits is left out. */
const withoutDelivery = (...addresses: string[]): string =>
  `site: test\nalerts: { to: [${addresses.join(', ')}], rules: { delivery: { to: [] } } }`;
const [ops, ada, typo] = ['ops@example.org', 'ada@example.org', 'opz@example.org'];
const mails = (taken: readonly { to: readonly string[] }[]): string[] =>
  taken.map(({ to: those }, index) => `${titlesOf([taken[index] as never])[0]?.split(' ')[0]} ${those.join(' ')}`);

describe('alerts/recipients', () => {
  test('whoever joins while an alert is active gets it at once, and whoever leaves gets its end', async (t) => {
    const folder = temporaryFolder(t);
    const [before, after, last] = [to(ops), to(ops, ada), to(ada)].map((text) => siteIn(folder, text));
    assert.ok(before && after && last);
    await before.run(0, { filesystems: disk(91) });
    await after.run(60, { filesystems: disk(91) });
    await after.run(65, { filesystems: disk(91) });
    assert.deepEqual(mails(after.taken), [`ALERT ${ada}`]);
    assert.match(bodyOf(after.taken[0]), /active since 2026-11-20 08:00/);
    await after.run(12 * 60, { filesystems: disk(91) });
    assert.deepEqual(mails(after.taken).slice(1), [`STILL ${ops} ${ada}`], 'the repeat is delayed by nobody who joins');
    await last.run(12 * 60 + 5, { filesystems: disk(10) });
    assert.deepEqual(mails(last.taken), [`OK ${ops} ${ada}`]);
  });

  test('a recipient whose mail waits gets one mail when it can leave, and does not put off the repeats of the others', async (t) => {
    const { run, answers, taken } = site(t, withoutDelivery(ops, ada));
    answers(refuses(ada, '451 try again later'));
    for (const hour of [0, 6, 12]) await run(hour * 60, { filesystems: disk(91) });
    answers(takes);
    for (const hour of [18, 24]) await run(hour * 60, { filesystems: disk(91) });
    assert.deepEqual(mails(taken), [`ALERT ${ops}`, `STILL ${ops}`, `ALERT ${ada}`, `STILL ${ops} ${ada}`]);
  });

  test('a clock that is set back while a mail waits for one recipient does not stop the repeats of the other', async (t) => {
    const { run, answers, taken } = site(t, withoutDelivery(ops, ada));
    answers(refuses(ada, '451 try again later'));
    for (const hour of [0, -10, -4, 1, 3]) await run(hour * 60, { filesystems: disk(91) });
    assert.deepEqual(mails(taken), [`ALERT ${ops}`, `STILL ${ops}`]);
  });

  test('a corrected address gets the alert at once, whatever became of the first mail', async (t) => {
    const answers: Answer[] = [
      refuses(typo, '550 5.1.1 no such user'),
      refuses(typo, '451 no such domain'),
      isDown,
      takes,
    ];
    for (const answer of answers) {
      const folder = temporaryFolder(t);
      const before = siteIn(folder, to(typo));
      before.answers(answer);
      await before.run(0, { filesystems: disk(91) });
      const after = siteIn(folder, to(ops));
      await after.run(5, { filesystems: disk(91) });
      assert.ok(mails(after.taken).includes(`ALERT ${ops}`), mails(after.taken).join());
      await after.run(10, { filesystems: disk(10) });
      assert.match(mails(after.taken).at(-1) ?? '', /OK .*ops@example.org/);
    }
  });

  test('whoever joins hears of an acknowledged alert, and during a silence of none', async (t) => {
    for (const [kind, count] of [
      ['acknowledgement', 1],
      ['silence', 0],
    ] as const) {
      const folder = temporaryFolder(t);
      const before = siteIn(folder, to(ops));
      await before.run(0, { filesystems: disk(91) });
      const after = siteIn(folder, to(ops, ada));
      const note = {
        schema_version: 1,
        kind,
        of: 'storage:data',
        who: 'x',
        reason: 'r',
        from: '2026-11-20T08:01:00Z',
        until: '2026-11-20T10:00:00Z',
      };
      after.notes.push({ name: 'a.json', text: JSON.stringify(note) });
      await after.run(5, { filesystems: disk(91) });
      assert.equal(after.taken.length, count, kind);
    }
  });

  test('whoever joins an escalation hears of an alert that was escalated', async (t) => {
    const folder = temporaryFolder(t);
    const text = (lead: string): string => `alerts: { to: [${ops}], escalate: { after: 1h, to: [${lead}] } }`;
    const before = siteIn(folder, text(ada));
    await before.run(0, { filesystems: disk(91) });
    const early = siteIn(folder, text('lead@example.org'));
    await early.run(30, { filesystems: disk(91) });
    assert.deepEqual(mails(early.taken), []);
    await before.run(60, { filesystems: disk(91) });
    const after = siteIn(folder, text('lead@example.org'));
    await after.run(65, { filesystems: disk(91) });
    assert.deepEqual(mails(after.taken), ['ALERT lead@example.org']);
  });

  test('two spellings of one recipient are one', async (t) => {
    const lists = [
      [ops, 'OPS@example.org'],
      [ops, `"Ops <${ops}>"`],
      [`"Ops, all <Ops@Example.org>"`, ops],
      [ops, ops],
    ];
    for (const list of lists) {
      const { alerts } = configurationOf(to(...list));
      assert.equal(alerts.to.length, 1, list.join());
    }
    assert.deepEqual(mergeRecipients(['a', 'B'], ['b', 'webhook:x', 'webhook:X', 'A', 'c']), [
      'a',
      'B',
      'webhook:x',
      'webhook:X',
      'c',
    ]);
    const folder = temporaryFolder(t);
    await siteIn(folder, to(ops)).run(0, { filesystems: disk(91) });
    const after = siteIn(folder, to('OPS@Example.org'));
    await after.run(5, { filesystems: disk(91) });
    assert.deepEqual(mails(after.taken), [], 'a recipient in another spelling has not joined');
  });

  test('a corrected sender applies to mails that wait', async (t) => {
    const folder = temporaryFolder(t);
    const before = siteIn(folder, to(ops));
    const set: Answer = () => {
      throw new Unconfigured('553 sender refused');
    };
    before.answers(set);
    const { problems } = await before.run(0, { filesystems: disk(91) });
    assert.match(problems.join(), /1 mail could not be delivered/);
    assert.equal(before.waiting().length, 1);
    const after = siteIn(folder, `site: test\nalerts: { from: lab@example.org, to: [${ops}] }`);
    await after.run(5, { filesystems: disk(91) });
    const mail = after.taken[0]?.mail ?? assert.fail();
    assert.equal(mail.from, 'lab@example.org');
    assert.match(header(mail, 'From'), /<lab@example\.org>$/);
  });

  test('a refused recipient dies at once if the other transports are not set up, the other one gets the mail, and the run says so', async (t) => {
    const { run, taken, outbox, waiting, post } = site(t, to(ops, typo));
    const { transports } = await import('../../lib/alerts/transports/index.ts');
    const absent = transports.mail.filter(({ name }) => name === 'smtp');
    const first = transportOf('one', () => refuses(typo, '550 5.1.1 no such user'), taken);
    const by = { ...post, outside: async () => makeOutside({}), transports: async () => only(first, ...absent) };
    const { problems } = await run(0, { filesystems: disk(91) }, by);
    assert.deepEqual(mails(taken), [`ALERT ${ops}`]);
    assert.deepEqual([waiting().length, readdirSync(join(outbox, 'dead')).length], [0, 1]);
    assert.match(problems.join(), /cannot reach opz@example\.org \(outbox\/dead\): one: 550 5\.1\.1 no such user$/);
    // Where nothing is set up, nothing dies.
    const bare = site(t, to(ops));
    await bare.run(0, { filesystems: disk(91) }, { ...by, transports: async () => only(...absent) });
    assert.equal(bare.waiting().length, 1);
    // A transport that may take the mail later decides later.
    const later = site(t, to(ops));
    const refused: Answer = () => {
      throw new Refused('550');
    };
    const both = only(
      transportOf('one', () => refused, []),
      transportOf('two', () => isDown, []),
    );
    await later.run(0, { filesystems: disk(91) }, { ...later.post, transports: async () => both });
    assert.equal(later.waiting().length, 1);
  });
});
