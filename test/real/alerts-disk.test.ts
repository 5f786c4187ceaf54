// Alerts from a state disk that is full or read-only: mails are sent, nobody gets a mail twice, and all files are in their
// place again once the disk can be written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';
import { serveMail } from './mail-server.ts';
import { arrivalsOf, type Ended, type MailSite, mailSiteIn, modesOf, tallyOf } from './mail-site.ts';

type Place = Awaited<ReturnType<typeof placeOn>>;

const both = ['anna', 'bert'];

async function placeOn(t: TestContext) {
  const disk = mountTmpfs(t, 'size=1m');
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: `alerts: { to: [${both.map((name) => `${name}@example.org`).join(', ')}] }`,
    state: join(disk, 'state'),
  });
  /** The relay's refusal for Bert from now on; undefined: his mail is accepted. */
  const busy: { words: string | undefined } = { words: undefined };
  const recipients = {
    get bert() {
      return busy.words;
    },
  };
  const { port, received } = await serveMail(t, { recipients });
  site.sendTo(port);
  return {
    disk,
    site,
    received,
    busy,
    run: async (disks: Readonly<Record<string, number>>): Promise<Ended> => {
      site.look(disks);
      return site.run('send-alerts');
    },
  };
}

interface Trouble {
  readonly what: string;
  readonly begin: (disk: string) => void;
  readonly end: (disk: string) => void;
}

const readOnly: Trouble = {
  what: 'read-only',
  begin: (disk) => execFileSync('mount', ['-o', 'remount,ro', disk]),
  end: (disk) => execFileSync('mount', ['-o', 'remount,rw', disk]),
};

const full = (pages: number): Trouble => ({
  what: `full but for ${pages} pages`,
  begin: (disk) => {
    fill(disk);
    const ballast = join(disk, 'ballast');
    truncateSync(ballast, statSync(ballast).size - pages * 4096);
  },
  end: (disk) => {
    for (const name of ['ballast', 'rest']) rmSync(join(disk, name));
  },
});

const troubles: readonly Trouble[] = [readOnly, ...[0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 20].map(full)];

/** send-alerts also mails that its own state had to be written elsewhere: counted apart from the alerts of the cases. */
const ofItself = 'red:stage-outcome:send-alerts';
const tallyIn = ({ received }: Place) => tallyOf(arrivalsOf(received).filter(({ news }) => !news.endsWith(ofItself)));

function assertEach(place: Place, news: readonly string[], says: string): void {
  const expected = both.flatMap((name) => news.map((one) => [`${name} ${one}`, { times: 1, ids: 1 }]));
  assert.deepEqual(tallyIn(place), Object.fromEntries(expected), says);
}

/** The kind of every line in the log; fails where a line is torn. */
function kindsIn(site: MailSite): string[] {
  const log = site.files().find((path) => path.endsWith('alerts.jsonl')) ?? assert.fail('there is no log');
  const lines = readText(log).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { kind: string; ids: string[] });
  return events.filter(({ ids }) => !ids.includes(ofItself)).map(({ kind }) => kind);
}

/** With the disk writable again, all files are in their place, readable for their owner only, and none are left elsewhere. */
async function assertMended(place: Place, disks: Readonly<Record<string, number>>, says: string): Promise<void> {
  for (const minutes of [0, 20]) {
    place.site.pass(minutes);
    const { status, problems, stderr } = await place.run(disks);
    assert.deepEqual([status, problems], [0, []], `${says}, mended: ${stderr}`);
  }
  const files = place.site.files();
  assert.deepEqual(
    files.filter((path) => !path.startsWith(place.disk)),
    [],
    says,
  );
  assert.deepEqual(place.site.waiting(), [], says);
  assert.deepEqual(modesOf(files), ['600'], says);
}

describe('real/alerts-disk', () => {
  test('on a full or read-only disk an alert and its end are each mailed in the run that sees them', async (t) => {
    for (const trouble of troubles) {
      const place = await placeOn(t);
      const { disk, site } = place;
      await place.run({ data: 20 });
      trouble.begin(disk);
      for (const [used, news] of [
        [91, ['ALERT storage:data']],
        [92, ['ALERT storage:data']],
        [20, ['ALERT storage:data', 'OK storage:data']],
        [20, ['ALERT storage:data', 'OK storage:data']],
      ] as const) {
        const { status, stderr } = await place.run({ data: used });
        assert.ok(status === 0 || status === 1, `${trouble.what}: ${stderr}`);
        // A write that failed is reported.
        if (status === 1) assert.match(stderr, /ENOSPC|EROFS/, trouble.what);
        assertEach(place, news, `${trouble.what}: ${stderr}`);
        site.pass(5);
      }
      trouble.end(disk);
      await assertMended(place, { data: 20 }, trouble.what);
      assertEach(place, ['ALERT storage:data', 'OK storage:data'], trouble.what);
      const kinds = ['pending', 'firing', 'queued', 'sent', 'recovered', 'queued', 'sent'];
      assert.deepEqual(kindsIn(site).sort(), kinds.sort(), trouble.what);
      const itself = arrivalsOf(place.received).flatMap(({ news }) => (news.endsWith(ofItself) ? [news] : []));
      if (trouble === readOnly)
        assert.deepEqual(
          itself.sort(),
          both.flatMap((name) => ['ALERT', 'OK'].map((word) => `${name} ${word} ${ofItself}`)),
        );
    }
  });

  test('a mail that waits while its disk becomes full or read-only arrives once at each recipient', async (t) => {
    for (const trouble of troubles) {
      const place = await placeOn(t);
      const { disk, site, busy } = place;
      await place.run({ data: 20, home: 20 });
      busy.words = '450 4.2.1 mailbox busy';
      // Anna has the mail, Bert does not: the outbox on the disk says so, and cannot be written from here on.
      await place.run({ data: 91, home: 20 });
      site.pass(5);
      trouble.begin(disk);
      await place.run({ data: 91, home: 95 });
      site.pass(5);
      await place.run({ data: 91, home: 95 });
      site.pass(5);
      busy.words = undefined;
      await place.run({ data: 91, home: 95 });
      assertEach(place, ['ALERT storage:data', 'ALERT storage:home'], trouble.what);
      for (const minutes of [5, 20]) {
        site.pass(minutes);
        const { stderr } = await place.run({ data: 20, home: 95 });
        assertEach(
          place,
          ['ALERT storage:data', 'ALERT storage:home', 'OK storage:data'],
          `${trouble.what}: ${stderr}`,
        );
      }
      trouble.end(disk);
      await assertMended(place, { data: 20, home: 95 }, trouble.what);
      assertEach(place, ['ALERT storage:data', 'ALERT storage:home', 'OK storage:data'], trouble.what);
    }
  });

  test('an undeliverable mail that cannot be moved to the dead letters does not delay other mails', async (t) => {
    for (const trouble of [readOnly, full(0)]) {
      const place = await placeOn(t);
      const { disk, site, busy } = place;
      await place.run({ data: 20, home: 20 });
      trouble.begin(disk);
      busy.words = '550 5.1.1 nobody here';
      await place.run({ data: 91, home: 20 });
      await place.run({ data: 91, home: 95 });
      site.pass(20);
      busy.words = undefined;
      await place.run({ data: 20, home: 95 });
      const found = tallyIn(place);
      assert.deepEqual(
        Object.entries(found).map(([news, { times }]) => [news, times]),
        [
          ['anna ALERT storage:data', 1],
          ['anna ALERT storage:home', 1],
          ['anna OK storage:data', 1],
          ['bert OK storage:data', 1],
        ],
        trouble.what,
      );
      trouble.end(disk);
      await assertMended(place, { data: 20, home: 95 }, trouble.what);
      assert.equal(site.dead().length, 2, trouble.what);
    }
  });

  test('a torn state file on a full or read-only disk delays no alert, and is reported', async (t) => {
    for (const trouble of [readOnly, full(0)]) {
      const place = await placeOn(t);
      const { disk, site } = place;
      await place.run({ data: 20 });
      writeFileSync(join(site.state, 'alerts', 'state.json'), '{"torn');
      trouble.begin(disk);
      const first = await place.run({ data: 91 });
      assert.match(first.problems.join(), /the state of the alerts could not be used/, trouble.what);
      assertEach(place, ['ALERT storage:data'], `${trouble.what}: ${first.stderr}`);
      site.pass(5);
      const second = await place.run({ data: 91 });
      assert.doesNotMatch(second.problems.join(), /could not be used/, trouble.what);
      site.pass(5);
      trouble.end(disk);
      await place.run({ data: 20 });
      await assertMended(place, { data: 20 }, trouble.what);
      assertEach(place, ['ALERT storage:data', 'OK storage:data'], trouble.what);
    }
  });

  test('killed on a full disk, send-alerts loses no mail and sends none more than twice', async (t) => {
    const hook = join(import.meta.dirname, '..', 'faults', 'kill-at.cjs');
    let killed = 0;
    for (let point = 1; ; point++) {
      assert.ok(point < 100, '100 runs were killed, and none ended by itself');
      const place = await placeOn(t);
      const { disk, site } = place;
      await place.run({ data: 20 });
      const trouble = full(point % 3);
      trouble.begin(disk);
      site.look({ data: 91 });
      const { signal } = await site.run('send-alerts', {
        options: ['--require', hook],
        environment: {
          KILL_AT: String(point),
          KILL_PHASE: point % 2 === 0 ? 'in' : 'after',
          KILL_CALLS: 'writeSync,writeFileSync,renameSync,unlinkSync',
        },
      });
      if (signal === 'SIGKILL') killed += 1;
      site.pass(5);
      await place.run({ data: 91 });
      trouble.end(disk);
      await assertMended(place, { data: 91 }, `killed at change ${point}`);
      const found = tallyIn(place);
      assert.deepEqual(Object.keys(found), ['anna ALERT storage:data', 'bert ALERT storage:data'], `change ${point}`);
      for (const { times, ids } of Object.values(found)) assert.ok(times <= 2 && ids === 1, `change ${point}`);
      if (signal !== 'SIGKILL') break;
    }
    t.diagnostic(`${killed} runs killed`);
    assert.ok(killed >= 12, `only ${killed} runs were killed`);
  });
});
