// Alerts from a disk that is full or read-only: they go out all the same, nobody has one twice, and all is in its place
// again once there is room.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';
import { type Relay, serveMail } from './mail-server.ts';
import { arrivalsOf, type Ended, type MailSite, mailSiteIn, modesOf, tallyOf } from './mail-site.ts';

interface Place {
  readonly disk: string;
  readonly site: MailSite;
  readonly received: Relay['received'];
  /** What is said to bert from now on; nothing: he is welcome. */
  readonly busy: { words: string | undefined };
  readonly run: (disks: Readonly<Record<string, number>>) => Promise<Ended>;
}

const both = ['anna', 'bert'];

async function placeOn(t: TestContext): Promise<Place> {
  const disk = mountTmpfs(t, 'size=1m');
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: `alerts: { to: [${both.map((name) => `${name}@example.org`).join(', ')}] }`,
    state: join(disk, 'state'),
  });
  const busy: Place['busy'] = { words: undefined };
  const recipients = {
    get bert() {
      return busy.words;
    },
  };
  const { port, received } = await serveMail(t, { recipients });
  Object.assign(site.environment, {
    OPS_ALERT_TRANSPORT: 'smtp',
    OPS_ALERT_SMTP_HOST: '127.0.0.1',
    OPS_ALERT_SMTP_PORT: String(port),
  });
  return {
    disk,
    site,
    received,
    busy,
    run: async (disks) => {
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

/** What the log says, line by line; each of them is whole. */
function kindsIn(site: MailSite): string[] {
  const log = site.files().find((path) => path.endsWith('alerts.jsonl')) ?? assert.fail('there is no log');
  const lines = readText(log).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { kind: string; ids: string[] });
  return events.filter(({ ids }) => !ids.includes(ofItself)).map(({ kind }) => kind);
}

/** Once the disk is well again: in its place, readable, for its owner alone, and nothing left elsewhere. */
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

test('on a disk that is full or read-only an alert that begins is told in the same run, and so is its end', async (t) => {
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
      // What could not be written where it belongs is said.
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

test('a mail that waits while its disk becomes full or read-only arrives once at each, whoever is put off', async (t) => {
  for (const trouble of troubles) {
    const place = await placeOn(t);
    const { disk, site, busy } = place;
    await place.run({ data: 20, home: 20 });
    busy.words = '450 4.2.1 mailbox busy';
    // Anna has it, Bert not: so it stands on the disk, which nobody can write on from here.
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
      assertEach(place, ['ALERT storage:data', 'ALERT storage:home', 'OK storage:data'], `${trouble.what}: ${stderr}`);
    }
    trouble.end(disk);
    await assertMended(place, { data: 20, home: 95 }, trouble.what);
    assertEach(place, ['ALERT storage:data', 'ALERT storage:home', 'OK storage:data'], trouble.what);
  }
});

test('what nobody will ever take does not keep the others from going, where it cannot be set aside', async (t) => {
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

test('a state that is torn on a disk that is full or read-only keeps no alert back, and is said', async (t) => {
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

test('killed on a full disk: nothing is lost, and nobody has a mail more than twice', async (t) => {
  const hook = join(import.meta.dirname, '..', 'faults', 'kill-at.cjs');
  let killed = 0;
  for (let point = 1; ; point++) {
    assert.ok(point < 100, 'it is never through');
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
