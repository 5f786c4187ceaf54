// Runs a fortnight: send-alerts run by run against the model (model.ts), which knows only the documentation. After each run, the
// mails that were written are those that the model writes, and every mail that waits is tried often enough; at the end, with
// a relay that accepts, nothing waits. Runs may be killed; then the same run is started again.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Post } from '../../lib/alerts/post.ts';
import { sendAlerts } from '../../lib/alerts/send.ts';
import { sections as definitions } from '../../lib/config/registry.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { Unconfigured, Unsure } from '../../lib/contract/errors.ts';
import type { Transport } from '../../lib/contract/mail.ts';
import type { Outside } from '../../lib/contract/outside.ts';
import { judge } from '../../lib/cycle/judge.ts';
import { renderPng } from '../../lib/io/png.ts';
import { openSpool } from '../../lib/io/spool.ts';
import { latest } from '../../lib/snapshot/files.ts';
import { snapshotOf } from '../judged.ts';
import { configurationOf, worldIn } from '../world.ts';
import {
  clockAt,
  configurationAt,
  days,
  escalationAt,
  type Event,
  type Fortnight,
  holding,
  isSilenced,
  minute,
  ruleAt,
  sectionsAt,
  sightsAt,
} from './fortnight.ts';
import { alertModel, type Answer, type Kind, type Letter, type Sight, type Waiting } from './model.ts';
import { only } from './send-site.ts';

const giveUpMs = 7 * days * minute;
const longestBackOffMs = 15 * minute;
const words: Record<Kind, string> = {
  opening: 'ALERT',
  repeat: 'STILL',
  escalation: 'STILL',
  recovery: 'OK',
  vanished: 'GONE',
};
const shown = ({ to, alert, kind }: Letter): string => `${to} ${words[kind]} ${alert}`;

/** Reading a configuration takes longer than a run. */
const configurations = new Map<string, Configuration>();
function configuration(text: string): Configuration {
  const known = configurations.get(text) ?? configurationOf(text);
  configurations.set(text, known);
  return known;
}

interface Mail {
  readonly letters: readonly Waiting[];
  triedAt: number;
  /** What recipients answered in a run that was killed: it may not be recorded, and then they are tried once more. */
  readonly unrecorded: Map<string, Answer>;
}

/** Kills a run at this change of the disk, or at the first one after the relay has answered. */
export interface Kill {
  readonly at: number | 'answer';
  readonly phase: string;
}

const { hookChanges } = createRequire(import.meta.url)('../faults/changes.cjs') as {
  hookChanges: (act: (change: { name: string; whole: () => unknown; half: () => void }) => unknown) => () => void;
};

interface Life {
  hasAnswer: boolean;
  isDead: boolean;
}

/** Does the work on a disk that dies at that change, and with it the process; returns whether it came to that. */
async function killedAt({ at, phase }: Kill, work: (life: Life) => Promise<unknown>): Promise<boolean> {
  const life: Life = { hasAnswer: false, isDead: false };
  let changes = 0;
  const unhook = hookChanges(({ name, whole, half }) => {
    changes += 1;
    // The system closes the files of a killed process.
    if (life.isDead && name === 'closeSync') return whole();
    if (!life.isDead && (at === 'answer' ? !life.hasAnswer : changes < at)) return whole();
    if (!life.isDead && phase === 'in') half();
    if (!life.isDead && (phase === 'after' || name === 'closeSync')) whole();
    life.isDead = true;
    throw new Error('killed');
  });
  syncBuiltinESMExports();
  try {
    await work(life).catch((error: unknown) => {
      if (!life.isDead) throw error;
    });
  } finally {
    unhook();
    syncBuiltinESMExports();
  }
  return life.isDead;
}

export interface Difference {
  readonly at: number;
  readonly says: string;
}

/** What the kills of a fortnight came to. */
export interface Tally {
  killed: number;
  twice: number;
}

/** Runs the fortnight in an empty folder; returns the first difference between product and model, if there is one. */
async function differenceIn(
  folder: string,
  { runs, events }: Fortnight,
  drawKills: (at: number) => readonly Kill[],
  tally: Tally,
): Promise<Difference | undefined> {
  const model = alertModel();
  const mails = new Map<string, Mail>();
  const notes: { name: string; text: string }[] = [];
  const note = (name: string, content: object): { name: string; text: string } => ({
    name: `${name}.json`,
    text: JSON.stringify({ schema_version: 1, who: 'anna', reason: 'works', ...content }),
  });
  const iso = (ms: number): string => new Date(ms).toISOString();
  let snapshotAt: number | undefined;

  const step = async (at: number, all: readonly Event[]): Promise<string | undefined> => {
    const now = clockAt(events, at);
    const kills = drawKills(at);
    // After the clock was set back, a mail must not wait until the clock has caught up.
    for (const mail of mails.values()) mail.triedAt = Math.min(mail.triedAt, now);
    const world = worldIn(folder, {
      at: new Date(now),
      config: configuration(configurationAt(all, at)),
      durable: kills.length > 0,
    });
    const [missing] = holding(all, 'no snapshot', at);
    const isNew = missing === undefined;
    if (isNew) {
      await world.replace(latest, snapshotOf(sectionsAt(all, at), new Date(now)));
      snapshotAt = now;
    }
    if (missing?.isDamaged) {
      mkdirSync(world.places.raw, { recursive: true });
      writeFileSync(latest.path(world.places, new Date(now)), '{');
      snapshotAt = undefined;
    }
    const acknowledged = holding(all, 'acknowledged', at).flatMap(({ alert }) =>
      model.active().includes(alert) ? alert : [],
    );
    notes.push(...acknowledged.map((of) => note(`ack-${of}-${at}`, { kind: 'acknowledgement', of, from: iso(now) })));
    const silences = holding(all, 'silence', at).map(({ of }, index) =>
      note(`silence-${index}`, { kind: 'silence', of, from: iso(now), until: iso(now + minute) }),
    );
    const isOld = snapshotAt === undefined || snapshotAt - now > 5 * minute || now - snapshotAt >= 15 * minute;
    const own = new Map<string, Sight>([
      ['snapshot:snapshot', { state: isOld ? 'firing' : 'clear' }],
      ['delivery:outbox', { state: model.longestWait(now) >= 60 * minute ? 'firing' : 'clear' }],
    ]);
    const expected = model.run({
      at: now,
      seen: isNew ? sightsAt(all, at) : undefined,
      own,
      rule: (alert) => ruleAt(all, at, alert),
      escalate: escalationAt(all, at),
      isSilenced: (alert) => isSilenced(all, at, alert),
      acknowledged,
    });
    const unmatched = [...expected];
    let life: Life | undefined;
    const answered: [Mail, string][] = [];
    const problems: string[] = [];

    /** The letters in a mail that is seen for the first time: those of the model, or a difference. */
    const register = (raw: string, to: readonly string[]): Mail => {
      const parts = [...raw.matchAll(/^(ALERT|STILL|OK|GONE) {2}(\S+)\r?$/gm)].map(
        ([, word, alert]) => `${word} ${alert}`,
      );
      const letters = to.flatMap((address) =>
        parts.flatMap((part) => {
          const index = unmatched.findIndex((one) => shown(one) === `${address} ${part}`);
          if (index < 0) problems.push(`not due, but written: ${address} ${part}`);
          return index < 0 ? [] : unmatched.splice(index, 1);
        }),
      );
      return { letters, triedAt: now, unrecorded: new Map() };
    };
    const answerTo = (address: string): Answer => {
      const refusal = holding(all, 'refused', at).find(({ to }) => to === address);
      return refusal ? (refusal.forGood ? 'dead' : 'later') : 'accepted';
    };
    const transport: Transport = {
      name: 'one',
      summary: '',
      ready: async () => ({ usable: true, uses: 'nothing' }),
      send: async ({ message_id, raw }, addresses) => {
        if (life?.isDead) throw new Error('killed');
        if (life) life.hasAnswer = true;
        const to = addresses.map((address) => address.toLowerCase());
        const mail = mails.get(message_id) ?? register(raw.replaceAll(/=\r?\n/g, ''), to);
        mails.set(message_id, mail);
        mail.triedAt = now;
        for (const address of to) {
          if (mail.unrecorded.get(address) === 'accepted') tally.twice += 1;
          else if (
            !mail.unrecorded.has(address) &&
            !mail.letters.some((letter) => letter.to === address && model.waiting().includes(letter))
          )
            problems.push(`sent again to ${address}, who does not wait for it`);
        }
        const [relay] = holding(all, 'relay', at);
        if (relay?.says === 'down') throw new Error('connection refused');
        if (relay?.says === 'refuses sender') throw new Unconfigured('550 sender rejected');
        if (relay?.says === 'unsure') throw new Unsure('no reply');
        for (const letter of mail.letters) if (to.includes(letter.to)) model.relay(now, letter, answerTo(letter.to));
        const {
          accepted = [],
          later = [],
          dead = [],
        } = Object.groupBy(addresses, (one) => answerTo(one.toLowerCase()));
        const refused = [
          ...later.map((address) => ({ address, permanent: false, words: '450 later' })),
          ...dead.map((address) => ({ address, permanent: true, words: '550 5.1.1 no such user' })),
        ];
        for (const address of to) answered.push([mail, address]);
        return { accepted, refused, words: '250 taken' };
      },
    };
    const post: Post = {
      spool: openSpool,
      outside: async () => ({ environment: {} }) as unknown as Outside,
      notes: () => [...notes, ...silences],
      removeNote: () => undefined,
      renderPng: async () => renderPng,
      transports: async () => only(transport),
    };
    const stage = sendAlerts<Configuration>(post, judge, definitions);
    for (const kill of kills) {
      answered.length = 0;
      const wasKilled = await killedAt(kill, (its) => {
        life = its;
        return stage.run(world);
      });
      if (!wasKilled) break;
      tally.killed += 1;
      for (const [mail, address] of answered) mail.unrecorded.set(address, answerTo(address));
    }
    life = undefined;
    const outcome = await stage.run(world);
    for (const { unrecorded } of mails.values()) unrecorded.clear();
    problems.push(
      ...outcome.problems.filter((one) => /state of the alerts|outbox was not sent|no longer in/.test(one)),
    );

    problems.push(...unmatched.map((letter) => `due, but not written: ${shown(letter)}`));
    for (const { letters, triedAt } of mails.values())
      for (const letter of letters.filter((one) => model.waiting().includes(one))) {
        if (now - triedAt >= longestBackOffMs) problems.push(`not tried again: ${shown(letter)}`);
        if (now - letter.writtenAt >= giveUpMs) model.relay(now, letter, 'dead');
      }
    return problems.length > 0 ? problems.join('\n  ') : undefined;
  };

  for (const at of runs) {
    const says = await step(at, events);
    if (says !== undefined) return { at, says };
  }
  const last = runs.at(-1) ?? 0;
  const accepting = events.filter(({ is }) => is !== 'relay' && is !== 'refused' && is !== 'clock');
  for (const at of [last + 20, last + 40]) {
    const says = await step(at, accepting);
    if (says !== undefined) return { at, says };
  }
  const left = openSpool(join(folder, 'state', 'alerts', 'outbox'), join(folder, 'run')).names();
  const waits = [...left, ...model.waiting().map(shown)];
  return waits.length === 0 ? undefined : { at: last + 40, says: `waits at the end: ${waits.join(', ')}` };
}

const inMemory = '/dev/shm';
const noKills = (): readonly Kill[] => [];

export async function differenceOf(
  fortnight: Fortnight,
  kills: (at: number) => readonly Kill[] = noKills,
  tally: Tally = { killed: 0, twice: 0 },
): Promise<Difference | undefined> {
  const folder = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'ops-monitor-test-'));
  try {
    return await differenceIn(folder, fortnight, kills, tally);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same difference, or another one, with fewer events and runs: what a person can follow. */
async function shorten(whole: Fortnight, at: number, kills: (at: number) => readonly Kill[]): Promise<Fortnight> {
  let best: Fortnight = { ...whole, runs: whole.runs.filter((one) => one <= at) };
  for (const part of ['events', 'runs'] as const)
    for (let size = Math.ceil(best[part].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let from = best[part].length - size; from > -size; from -= size) {
        const fewer = { ...best, [part]: best[part].filter((_, index) => index < from || index >= from + size) };
        if (fewer.runs.length > 0 && (await differenceOf(fewer, kills))) best = fewer;
      }
  return best;
}

const clock = (at: number): string =>
  `day ${Math.floor(at / days)} ${String(Math.floor((at % days) / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;

export async function describeDifference(
  found: Difference,
  whole: Fortnight,
  kills: (at: number) => readonly Kill[] = noKills,
): Promise<string> {
  const short = await shorten(whole, found.at, kills);
  const { at, says } = (await differenceOf(short, kills)) ?? found;
  const events = short.events.map(
    ({ from, until, ...what }) => `  ${clock(from)} to ${clock(until)}: ${JSON.stringify(what)}`,
  );
  return `on ${clock(at)}:\n  ${says}\nruns: ${short.runs.map(clock).join(', ')}\nevents:\n${events.join('\n')}`;
}
