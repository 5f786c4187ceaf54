// kill -9 of send-alerts at every change of the disk, and before, during and after every send: no alert is lost, no file
// is unreadable, and whoever gets something twice gets the same mail twice.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf, seedOf } from '../chance.ts';
import { readText, temporaryFolder } from '../world.ts';
import { mountTmpfs } from './disks.ts';
import { type Moment, type Relay, serveMail } from './mail-server.ts';
import { arrivalsOf, type Ended, type MailSite, mailSiteIn, modesOf, type Running, tallyOf } from './mail-site.ts';
import { installPackages } from './packages.ts';

before(() => installPackages('bsd-mailx', 'msmtp', 'msmtp-mta'));

/** Those that change something, and of them those that may be done by half. */
const changes = 'writeSync,writeFileSync,renameSync,unlinkSync,mkdirSync,ftruncateSync';
const writes = 'writeSync,writeFileSync';
const hook = join(import.meta.dirname, '..', 'faults', 'kill-at.cjs');
const [anna, bert, carl] = ['anna@example.org', 'bert@example.org', 'carl@example.org'];
const nobody = 'nobody@example.org';

/** Those of `home` are mailed to another than the rest. */
const configurationFor = (to: readonly string[]): string =>
  `alerts: { to: [${to.join(', ')}], rules: { storage: { for: { home: { to: [${carl}] } } } } }`;

interface Case {
  readonly what: string;
  readonly to: readonly string[];
  /** What was before. */
  readonly before: (slot: Slot) => Promise<void>;
  /** What the run that is killed sees, and all that come after it. */
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

interface Slot {
  readonly site: MailSite;
  readonly relay: Relay;
  /** What the relay does at which moment, for as long as it is set. */
  readonly at: { watch: (moment: Moment) => void };
  readonly run: (more?: Running) => Promise<Ended>;
  readonly reset: (template: string) => void;
}

async function slotFor(t: TestContext, to: readonly string[], transport: 'smtp' | 'sendmail' | 'mailx'): Promise<Slot> {
  const at: Slot['at'] = { watch: () => undefined };
  const relay = await serveMail(t, {
    recipients: { nobody: '550 5.1.1 nobody here' },
    watch: (moment) => at.watch(moment),
  });
  // In memory: on a disk most of the time would go into waiting for it.
  const site = mailSiteIn(mountTmpfs(t, 'size=16m'), { configuration: configurationFor(to) });
  writeFileSync(join(site.home, '.msmtprc'), `account default\nhost 127.0.0.1\nport ${relay.port}\ntimeout 20\n`, {
    mode: 0o600,
  });
  Object.assign(site.environment, {
    OPS_ALERT_TRANSPORT: transport,
    OPS_ALERT_SMTP_HOST: '127.0.0.1',
    OPS_ALERT_SMTP_PORT: String(relay.port),
  });
  return {
    site,
    relay,
    at,
    run: (more) => site.run('send-alerts', more),
    reset: (template) => {
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

/** What there is before the run that is killed; and the slot is warm: its configuration is in the cache. */
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

/** What lies there right after the kill. */
function assertReadable({ site }: Slot, tally: Tally, says: string): void {
  const files = site.files();
  const left = files.flatMap((path) => {
    const text = readText(path);
    if (path.endsWith('.jsonl')) return tornIn(text).length <= 1 ? [] : [path];
    return path.endsWith('.json') && !isJson(text) ? [path] : [];
  });
  tally.unreadable += left.length;
  assert.deepEqual(left, [], says);
  // Not even what was half-made is for others.
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

/** The cycles that come after the kill, each with a snapshot of its own; then everybody has everything. */
async function assertEndsWell(slot: Slot, one: Case, tally: Tally, says: string): Promise<void> {
  const { site, relay } = slot;
  for (const minutes of [5, 20]) {
    site.pass(minutes);
    site.look(one.sees);
    const { status, problems, stderr } = await slot.run();
    assert.deepEqual([status, problems], [0, []], `${says}, ${minutes} minutes later: ${stderr}`);
  }
  for (let round = 0; relay.open() > 0; round++) {
    assert.ok(round < 500, `${says}: a conversation goes on`);
    await sleep(10);
  }
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
  // What only a kill leaves is gone.
  const files = site.files();
  assert.deepEqual(
    files.filter((path) => !/\.jsonl?$/.test(path)),
    [],
    says,
  );
  assert.deepEqual(
    files.filter((path) => path.includes('/spare/')),
    [],
    says,
  );
  // Everything that happened is told, by whichever run.
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

const whole: Tally = { killed: 0, lost: 0, twice: 0, unreadable: 0 };

function add(t: TestContext, what: string, tally: Tally): void {
  t.diagnostic(`${what}: ${report(tally)}`);
  for (const key of ['killed', 'lost', 'twice', 'unreadable'] as const) whole[key] += tally[key];
}

const newTally = (): Tally => ({ killed: 0, lost: 0, twice: 0, unreadable: 0 });

for (const one of cases) {
  test(`killed before, in and after every change of the disk: ${one.what}`, async (t) => {
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
      changed >= 25 && written >= 8,
      `only ${changed} changes were seen: the hook does not see what is written`,
    );
    const tally = newTally();
    // After one change is before the next.
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

/** All that a process has started, and what that has. */
function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [child: number, parent: number][] => {
      try {
        const stat = readText(`/proc/${name}/stat`);
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const below = (one: number): number[] =>
    parents.flatMap(([child, parent]) => (parent === one ? [child, ...below(child)] : []));
  return below(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}

interface Cut {
  readonly moment: Moment;
  /** Of those that are answered in that run: the first or a later one. */
  readonly nth: number;
  readonly delayMs: number;
  /** Alone, or with the mail program that it runs, as systemd would end all of a unit. */
  readonly alone: boolean;
}

async function runCut({ at, run }: Slot, { moment, nth, delayMs, alone }: Cut): Promise<boolean> {
  let [pid, seen] = [0, 0];
  const cut = (): void => (alone ? [pid] : [pid, ...descendantsOf(pid)]).forEach(kill);
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
  test(`killed before, during and after every send by ${transport}`, async (t) => {
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

test('killed at any moment, again and again, before it ever gets to its end', async (t) => {
  const random = randomOf(seedOf(t));
  const tally = newTally();
  const one = cases[0] ?? assert.fail();
  const slot = await slotFor(t, one.to, 'smtp');
  const template = await templateOf(t, slot, one);
  const began = performance.now();
  await well(slot, one.sees);
  // What a run takes changes with what else the machine does: one that ended before its kill corrects it.
  let usualMs = performance.now() - began;
  for (let round = 0; tally.killed < 50; round++) {
    assert.ok(round < 150, `only ${tally.killed} runs were killed in time`);
    slot.reset(template);
    slot.site.look(one.sees);
    for (let times = 0; times < 3; times++) {
      const start = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const { signal } = await slot.run({
        started: (pid) => (timer = setTimeout(kill, usualMs * (0.5 + 0.5 * random()), pid)),
      });
      clearTimeout(timer);
      if (signal === 'SIGKILL') tally.killed += 1;
      else usualMs = (usualMs + (performance.now() - start)) / 2;
      assertReadable(slot, tally, `round ${round}`);
    }
    const found = tallyOf(arrivalsOf(slot.relay.received));
    for (const [news, { times, ids }] of Object.entries(found))
      assert.ok(times <= 3 && ids === 1, `round ${round}: ${news} came ${times} times under ${ids} ids`);
    // What came more than once before the last kill is no fault of what follows.
    slot.relay.received.splice(0, slot.relay.received.length, ...firstOfEach(slot.relay.received));
    await assertEndsWell(slot, one, tally, `round ${round}`);
  }
  add(t, 'at random', tally);
});

/** One mail of each id for each recipient. */
const firstOfEach = (received: Relay['received']): Relay['received'] =>
  received.filter(
    ({ raw, to }, index) =>
      received.findIndex((other) => other.to.join() === to.join() && idOf(other.raw) === idOf(raw)) === index,
  );

const idOf = (raw: string): string | undefined => /^Message-ID: (\S+)/im.exec(raw)?.[1];

test('over all of that', (t) => {
  t.diagnostic(report(whole));
  assert.ok(whole.killed >= 500, `only ${whole.killed} runs were killed`);
  assert.deepEqual([whole.lost, whole.unreadable], [0, 0]);
});
