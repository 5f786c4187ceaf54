// kill -9 of send-alerts at every change of the disk, and before, during and after every send: no alert is lost, no file
// is unreadable, and a mail that arrives twice has the same id both times.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, type TestContext } from 'node:test';
import { randomOf, seedOf } from '../chance.ts';
import { descendantsOf, killNow } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { mountTmpfs } from './disks.ts';
import { type Moment, type Relay, serveMail } from './mail-server.ts';
import { arrivalsOf, type Ended, mailSiteIn, modesOf, type Running, tallyOf } from './mail-site.ts';
import { installPackages } from './packages.ts';

before(() => installPackages('bsd-mailx', 'msmtp', 'msmtp-mta'));

/** Calls that change the disk, and those of them that may be done by half. */
const changes = 'openSync,writeSync,writeFileSync,renameSync,unlinkSync,mkdirSync,ftruncateSync';
const writes = 'writeSync,writeFileSync';
const hook = join(import.meta.dirname, '..', 'faults', 'kill-at.cjs');
const [anna, bert, carl] = ['anna@example.org', 'bert@example.org', 'carl@example.org'];
const nobody = 'nobody@example.org';

/** Alerts about `home` go to Carl, the others to the given recipients. */
const configurationFor = (to: readonly string[]): string =>
  `alerts: { to: [${to.join(', ')}], rules: { storage: { for: { home: { to: [${carl}] } } } } }`;

interface Case {
  readonly what: string;
  readonly to: readonly string[];
  /** Makes the state before the killed run. */
  readonly before: (slot: Slot) => Promise<void>;
  /** The disks that the killed run and all later runs see. */
  readonly sees: Readonly<Record<string, number>>;
  readonly news: readonly string[];
  readonly dead: number;
}

const cases: readonly Case[] = [
  {
    what: 'three begin, for two sets of people',
    to: [anna, bert],
    before: async () => undefined,
    sees: { data: 91, archive: 95, home: 99, scratch: 20 },
    news: [
      'anna ALERT storage:archive',
      'anna ALERT storage:data',
      'bert ALERT storage:archive',
      'bert ALERT storage:data',
      'carl ALERT storage:home',
    ],
    dead: 0,
  },
  {
    what: 'one is repeated, and another is over',
    to: [anna],
    before: async (slot) => {
      await well(slot, { data: 91, archive: 95, home: 20 });
      slot.site.pass(12 * 60);
    },
    sees: { data: 92, archive: 20, home: 20 },
    news: ['anna OK storage:archive', 'anna STILL storage:data'],
    dead: 0,
  },
  {
    what: 'a recovery, for two sets of people',
    to: [anna],
    before: async (slot) => {
      await well(slot, { data: 91, home: 95 });
      slot.site.pass(30);
    },
    sees: { data: 20, home: 20 },
    news: ['anna OK storage:data', 'carl OK storage:home'],
    dead: 0,
  },
  {
    what: 'one of two recipients is refused for good',
    to: [anna, nobody],
    before: async () => undefined,
    sees: { data: 91, home: 20 },
    news: ['anna ALERT storage:data'],
    dead: 1,
  },
  {
    what: 'a mail waits, and another comes to it',
    to: [anna],
    before: async (slot) => {
      slot.site.look({ data: 91, home: 20 });
      const { problems } = await slot.run({ environment: { OPS_ALERT_TRANSPORT: 'smtp', OPS_ALERT_SMTP_PORT: '1' } });
      assert.match(problems.join(), /1 mail could not be delivered/);
      slot.site.pass(5);
    },
    sees: { data: 91, home: 85 },
    news: ['anna ALERT storage:data', 'carl ALERT storage:home'],
    dead: 0,
  },
];

type Slot = Awaited<ReturnType<typeof slotFor>>;

async function slotFor(t: TestContext, to: readonly string[], transport: 'smtp' | 'sendmail' | 'mailx') {
  /** Called by the relay at each moment of a conversation. */
  const at: { watch: (moment: Moment) => void } = { watch: () => undefined };
  const relay = await serveMail(t, {
    recipients: { nobody: '550 5.1.1 nobody here' },
    watch: (moment) => at.watch(moment),
  });
  // In memory: on a real disk most of the time would be spent waiting for it.
  const site = mailSiteIn(mountTmpfs(t, 'size=16m'), { configuration: configurationFor(to) });
  site.writeMsmtprc(relay.port, 'timeout 20');
  site.sendTo(relay.port, { OPS_ALERT_TRANSPORT: transport });
  return {
    site,
    relay,
    at,
    run: (more?: Running): Promise<Ended> => site.run('send-alerts', more),
    reset: (template: string): void => {
      for (const path of [site.state, join(site.folder, 'run')]) rmSync(path, { recursive: true, force: true });
      cpSync(template, site.state, { recursive: true });
      relay.received.length = 0;
    },
  };
}

async function well(slot: Slot, disks: Readonly<Record<string, number>>): Promise<void> {
  slot.site.look(disks);
  const { status, stderr, problems } = await slot.run();
  assert.deepEqual([status, problems], [0, []], stderr);
}

/** The state before the killed run; the slot has its configuration in the cache from then on. */
async function templateOf(t: TestContext, slot: Slot, one: Case): Promise<string> {
  const nothing = temporaryFolder(t);
  slot.reset(nothing);
  await well(slot, { data: 20, archive: 20, home: 20 });
  await one.before(slot);
  const template = temporaryFolder(t);
  cpSync(slot.site.state, template, { recursive: true });
  return template;
}

interface Tally {
  killed: number;
  lost: number;
  twice: number;
  unreadable: number;
}

/** Fails where a file of the alerts is unreadable, or readable for others. */
function assertReadable({ site }: Slot, tally: Tally, says: string): void {
  const files = site.files();
  const left = files.flatMap((path) => {
    const text = readText(path);
    if (path.endsWith('.jsonl')) return tornIn(text).length <= 1 ? [] : [path];
    return path.endsWith('.json') && !isJson(text) ? [path] : [];
  });
  tally.unreadable += left.length;
  assert.deepEqual(left, [], says);
  // Half-written files too are readable for their owner only.
  assert.deepEqual(
    modesOf(files).filter((mode) => mode !== '600'),
    [],
    `${says}: ${files.join(' ')}`,
  );
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const tornIn = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !isJson(line));

/** Runs the cycles after the kill, each with a new snapshot; then every recipient has all mails. */
async function assertEndsWell(slot: Slot, one: Case, tally: Tally, says: string): Promise<void> {
  const { site, relay } = slot;
  for (const minutes of [5, 20]) {
    site.pass(minutes);
    site.look(one.sees);
    const { status, problems, stderr } = await slot.run();
    // The run that buries a mail says so.
    const others = one.dead > 0 ? problems.filter((problem) => !problem.includes('(outbox/dead)')) : problems;
    assert.deepEqual([status, others], [0, []], `${says}, ${minutes} minutes later: ${stderr}`);
  }
  await until(() => relay.open() === 0);
  const found = tallyOf(arrivalsOf(relay.received));
  const missing = one.news.filter((news) => !(news in found));
  tally.lost += missing.length;
  assert.deepEqual(Object.keys(found), one.news, `${says}: ${JSON.stringify(found)}`);
  for (const [news, { times, ids }] of Object.entries(found)) {
    assert.ok(times <= 2 && ids === 1, `${says}: ${news} came ${times} times under ${ids} ids`);
    if (times === 2) tally.twice += 1;
  }
  assert.deepEqual(site.waiting(), [], says);
  assert.equal(site.dead().length, one.dead, says);
  assertReadable(slot, tally, says);
  // Temporary files and spare copies are removed.
  const files = site.files();
  const remnants = files.filter((path) => !/\.jsonl?$/.test(path) || path.includes('/spare/'));
  assert.deepEqual(remnants, [], says);
  // The log has every event, whichever run wrote it.
  const log = readText(files.find((path) => path.endsWith('alerts.jsonl')) ?? assert.fail(says));
  const told = new Set(
    log
      .split('\n')
      .filter((line) => line !== '' && isJson(line))
      .map((line) => JSON.parse(line) as { kind: string; ids: string[] })
      .flatMap(({ kind, ids }) => ids.map((id) => `${kind} ${id}`)),
  );
  const kinds: Record<string, string> = { ALERT: 'firing', STILL: 'repeated', OK: 'recovered' };
  for (const news of one.news) {
    const [, kind = '', id = ''] = news.split(' ');
    assert.ok(told.has(`${kinds[kind]} ${id}`), `${says}: ${news} is not in the log`);
  }
}

const report = ({ killed, lost, twice, unreadable }: Tally): string =>
  `${killed} runs killed: lost ${lost}, twice ${twice}, unreadable ${unreadable}`;

const newTally = (): Tally => ({ killed: 0, lost: 0, twice: 0, unreadable: 0 });
const whole = newTally();

function add(t: TestContext, what: string, tally: Tally): void {
  t.diagnostic(`${what}: ${report(tally)}`);
  for (const key of ['killed', 'lost', 'twice', 'unreadable'] as const) whole[key] += tally[key];
}

for (const one of cases) {
  test(`killed before, in and after every change of the disk, send-alerts loses nothing: ${one.what}`, async (t) => {
    const slots = [await slotFor(t, one.to, 'smtp'), await slotFor(t, one.to, 'smtp')] as const;
    const [first] = slots;
    const template = await templateOf(t, first, one);
    for (const slot of slots.slice(1)) await templateOf(t, slot, one);
    const count = async (calls: string): Promise<number> => {
      first.reset(template);
      first.site.look(one.sees);
      const file = join(temporaryFolder(t), 'count');
      const environment = { KILL_COUNT: file, KILL_CALLS: calls };
      const { status, stderr } = await first.run({ options: ['--require', hook], environment });
      assert.equal(status, 0, stderr);
      return Number(readText(file));
    };
    const points = (calls: string, phase: string, length: number) =>
      Array.from({ length }, (_, index) => ({ KILL_CALLS: calls, KILL_PHASE: phase, KILL_AT: String(index + 1) }));
    const [changed, written] = [await count(changes), await count(writes)];
    assert.ok(
      changed >= 20 && written >= 8,
      `only ${changed} changes were seen: the hook does not see what is written`,
    );
    const tally = newTally();
    // 'after' one change is 'before' the next.
    const targets = [
      ...points(changes, 'before', 1),
      ...points(changes, 'after', changed),
      ...points(writes, 'in', written),
    ];
    const work = async (slot: Slot): Promise<void> => {
      for (let target = targets.shift(); target; target = targets.shift()) {
        const says = `killed ${target.KILL_PHASE} call ${target.KILL_AT} of ${target.KILL_CALLS}`;
        slot.reset(template);
        slot.site.look(one.sees);
        const { signal } = await slot.run({ options: ['--require', hook], environment: target });
        assert.equal(signal, 'SIGKILL', says);
        tally.killed += 1;
        assertReadable(slot, tally, says);
        await assertEndsWell(slot, one, tally, says);
      }
    };
    await Promise.all(slots.map(work));
    add(t, `${one.what}, ${changed} changes`, tally);
  });
}

interface Cut {
  readonly moment: Moment;
  /** The first such moment of the run, or a later one. */
  readonly nth: number;
  readonly delayMs: number;
  /** Kills the stage only; otherwise its mail program too, as systemd ends all processes of a unit. */
  readonly alone: boolean;
}

async function runCut({ at, run }: Slot, { moment, nth, delayMs, alone }: Cut): Promise<boolean> {
  let [pid, seen] = [0, 0];
  const cut = (): void => (alone ? [pid] : [pid, ...descendantsOf(pid)]).forEach(killNow);
  at.watch = (now) => {
    if (now !== moment || (seen += 1) !== nth) return;
    if (delayMs === 0) cut();
    else setTimeout(cut, delayMs);
  };
  const { signal } = await run({ started: (started) => (pid = started) });
  at.watch = () => undefined;
  assert.ok(seen >= nth, `there was no ${moment} number ${nth}`);
  return signal === 'SIGKILL';
}

const moments: readonly Moment[] = ['connected', 'sender', 'recipient', 'data', 'ended', 'answered'];

for (const transport of ['smtp', 'sendmail', 'mailx'] as const) {
  test(`killed before, during and after every send by ${transport}, send-alerts loses nothing`, async (t) => {
    const tally = newTally();
    const chosen = [cases[0], cases[4]].filter((one) => one !== undefined);
    const works = chosen.map(async (one) => {
      const slot = await slotFor(t, one.to, transport);
      const template = await templateOf(t, slot, one);
      const cuts = moments.flatMap((moment) =>
        [1, 2].flatMap((nth) =>
          transport === 'smtp'
            ? [0, 2, 6].map((delayMs) => ({ moment, nth, delayMs, alone: true }))
            : [true, false].map((alone) => ({ moment, nth, delayMs: 0, alone })),
        ),
      );
      for (const cut of cuts) {
        const says = `${one.what}, killed ${JSON.stringify(cut)}`;
        slot.reset(template);
        slot.site.look(one.sees);
        const wasKilled = await runCut(slot, cut);
        assert.ok(wasKilled || cut.delayMs > 0, says);
        if (wasKilled) tally.killed += 1;
        assertReadable(slot, tally, says);
        await assertEndsWell(slot, one, tally, says);
      }
    });
    await Promise.all(works);
    add(t, transport, tally);
    assert.ok(tally.killed >= 24, `only ${tally.killed} runs were killed`);
  });
}

test('killed three times in a row at random moments, send-alerts loses nothing', async (t) => {
  const random = randomOf(seedOf(t));
  const tally = newTally();
  const one = cases[0] ?? assert.fail();
  const slot = await slotFor(t, one.to, 'smtp');
  const template = await templateOf(t, slot, one);
  const began = performance.now();
  await well(slot, one.sees);
  // The time of a run depends on the machine's load: a run that ended before its kill corrects the estimate.
  let usualMs = performance.now() - began;
  for (let round = 0; tally.killed < 50; round++) {
    assert.ok(round < 150, `only ${tally.killed} runs were killed in time`);
    slot.reset(template);
    slot.site.look(one.sees);
    for (let times = 0; times < 3; times++) {
      const start = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const { signal } = await slot.run({
        started: (pid) => (timer = setTimeout(killNow, usualMs * (0.5 + 0.5 * random()), pid)),
      });
      clearTimeout(timer);
      if (signal === 'SIGKILL') tally.killed += 1;
      else usualMs = (usualMs + (performance.now() - start)) / 2;
      assertReadable(slot, tally, `round ${round}`);
    }
    const found = tallyOf(arrivalsOf(slot.relay.received));
    for (const [news, { times, ids }] of Object.entries(found))
      assert.ok(times <= 3 && ids === 1, `round ${round}: ${news} came ${times} times under ${ids} ids`);
    // Mails that came more than once before the last kill are not counted again.
    slot.relay.received.splice(0, slot.relay.received.length, ...firstOfEach(slot.relay.received));
    await assertEndsWell(slot, one, tally, `round ${round}`);
  }
  add(t, 'at random', tally);
});

/** Each mail once for each recipient, by its id. */
const firstOfEach = (received: Relay['received']): Relay['received'] =>
  received.filter(
    ({ raw, to }, index) =>
      received.findIndex((other) => other.to.join() === to.join() && idOf(other.raw) === idOf(raw)) === index,
  );

const idOf = (raw: string): string | undefined => /^Message-ID: (\S+)/im.exec(raw)?.[1];

test('over all tests of this file, at least 500 runs are killed, and nothing is lost or unreadable', (t) => {
  t.diagnostic(report(whole));
  assert.ok(whole.killed >= 500, `only ${whole.killed} runs were killed`);
  assert.deepEqual([whole.lost, whole.unreadable], [0, 0]);
});
