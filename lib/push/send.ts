// Sends pushes by way of the outbox: a push is on disk before it is tried, and waits there until the server accepts it. Several
// runs may write pushes at the same time; only one sends, and it sends what the others have written meanwhile, too.
import { LockedOut } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import type { Net } from '../contract/net.ts';
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import { counted } from '../core/text.ts';
import { flush, type Happened, readOutbox, setAside } from '../outbox/outbox.ts';
import type { PushConfig } from './config.ts';
import { describePush, type Entry, keyOfEntry, pushKind, sendPush } from './entry.ts';
import { pushFolder } from './files.ts';
import { familiesOf } from './refusals.ts';

/** Input and output that pushing needs beyond a World. */
export interface PushMeans {
  readonly net: () => Promise<Net>;
  readonly spool: (folder: string, runtime: string) => Spool;
  /** Held by the one run that sends. */
  readonly lock: (places: Places) => Promise<{ release(): void }>;
}

type PushWorld = World<PushConfig>;
export type Request = Pick<Entry, 'url' | 'method' | 'group' | 'text'>;

/** After this time no further push is tried; the rest waits for the next run. */
const sendingMs = 60_000;
/** A temporary file that is younger may be one that another run writes now. */
const othersMs = 60_000;
const mostDead = 20;

interface Flushed {
  readonly happened: readonly Happened<Entry>[];
  readonly waiting: number;
  readonly dead: number;
  /** Pushes that a newer one made superfluous. */
  readonly replaced: number;
  readonly problems: readonly string[];
}

/** Writes a push into the outbox, and returns its id. */
function enqueue(world: PushWorld, means: PushMeans, request: Request): string {
  const spool = means.spool(pushFolder(world.places), world.places.runtime);
  const now = world.now();
  // Later than every other, also after the clock was set back.
  const last = Math.max(now.getTime() - 1, ...spool.names().map((name) => Number(/^\d+/.exec(name)?.[0] ?? 0)));
  const id = `${String(last + 1).padStart(15, '0')}-${world.runId.slice(0, 8)}`;
  const { url, method, group, text } = request;
  const entry: Entry = {
    schema_version: 1,
    composed_at: now.toISOString(),
    recipients: [{ address: URL.parse(url)?.host ?? '', state: 'waiting', attempts: 0 }],
    id,
    url,
    method,
    group,
    ...(text === undefined ? {} : { text }),
  };
  spool.put(pushKind.fileName(entry), JSON.stringify(entry));
  return id;
}

/** Sends what waits: what is due, or, where `isAtOnce`, all. */
export async function sendWaiting(world: PushWorld, means: PushMeans, isAtOnce = false): Promise<Flushed> {
  const spool = means.spool(pushFolder(world.places), world.places.runtime);
  if (spool.names().length === 0)
    return { happened: [], waiting: 0, dead: spool.dead().length, replaced: 0, problems: [] };
  const lock = await means.lock(world.places).catch((error: unknown) => {
    if (error instanceof LockedOut) return error;
    throw error;
  });
  if (lock instanceof LockedOut)
    return resultOf(spool, { problems: [`nothing was sent by this run: ${lock.message}`] });
  try {
    if (isAtOnce) clearBackOff(spool, readOutbox(spool, pushKind, undefined).waiting);
    return await sendLocked(world, means, spool);
  } finally {
    lock.release();
  }
}

async function sendLocked(world: PushWorld, means: PushMeans, spool: Spool): Promise<Flushed> {
  const began = world.monotonicMs();
  const problems: string[] = [];
  const happened: Happened<Entry>[] = [];
  const isTimeLeft = (): boolean => world.monotonicMs() - began < sendingMs;
  const seen = new Set<string>();
  let replaced = 0;
  spool.sweep(world.now().getTime() - othersMs);
  // Pushes that other runs write meanwhile are sent, too: those runs wait for the lock for a short time only.
  while (isTimeLeft() && spool.names().some((name) => !seen.has(name))) {
    for (const name of spool.names()) seen.add(name);
    const { waiting, bad } = readOutbox(spool, pushKind, undefined);
    for (const one of bad) {
      setAside(spool, one, world.now());
      problems.push(`${one.name} was not pushed, and moved to push/outbox/dead: ${one.reason}`);
    }
    const left = withoutReplaced(waiting, spool);
    replaced += waiting.length - left.length;
    happened.push(...(await flushOnce(world, await means.net(), spool, left, isTimeLeft)));
  }
  for (const name of spool.dead().slice(0, -mostDead)) spool.removeDead(name);
  return resultOf(spool, { happened, replaced, problems });
}

interface Waiting {
  readonly name: string;
  readonly entry: Entry;
}

function flushOnce(
  world: PushWorld,
  net: Net,
  spool: Spool,
  waiting: readonly Waiting[],
  isTimeLeft: () => boolean,
): Promise<readonly Happened<Entry>[]> {
  const groups = Map.groupBy(waiting, ({ entry }) => keyOfEntry(entry));
  // Pushes of one group are sent in order, so none of them may be put off while a later one is due.
  clearBackOff(spool, [...groups.values()].filter(({ length }) => length > 1).flat());
  return flush<Entry>({
    spool,
    kind: pushKind,
    digests: undefined,
    settle: async () => undefined,
    now: world.now(),
    giveUp: world.config.push['give-up'],
    isTimeLeft,
    carry: async (entry, to) => {
      const names = new Set(spool.names());
      const earlier = (groups.get(keyOfEntry(entry)) ?? []).some(
        (other) => other.entry.id < entry.id && names.has(other.name),
      );
      const fate = earlier
        ? ({ state: 'waiting', words: 'an earlier push of its group waits' } as const)
        : await sendPush(entry, net, world.config);
      return new Map(to.map(({ address }) => [address, fate]));
    },
  });
}

function clearBackOff(spool: Spool, waiting: readonly Waiting[]): void {
  for (const { name, entry } of waiting) {
    const recipients = entry.recipients.map(({ next_at: _deferred, ...rest }) => rest);
    spool.put(name, JSON.stringify({ ...entry, recipients }));
  }
}

/** Removes each push that a later one of its group undoes: any before a PUT or DELETE, and a POST before a POST that has all
 * its metrics. */
function withoutReplaced(waiting: readonly Waiting[], spool: Spool): readonly Waiting[] {
  const later = new Map<string, { all: boolean; families: Set<string> }>();
  const left = waiting.toReversed().filter(({ name, entry }) => {
    const key = keyOfEntry(entry);
    const after = later.get(key) ?? { all: false, families: new Set() };
    const own = entry.text === undefined ? new Set<string>() : familiesOf(entry.text);
    if (after.all || (entry.method === 'post' && own.size > 0 && own.isSubsetOf(after.families))) {
      spool.remove(name);
      return false;
    }
    later.set(key, { all: entry.method !== 'post', families: after.families.union(own) });
    return true;
  });
  return left.reverse();
}

const resultOf = (spool: Spool, of: Partial<Flushed>): Flushed => ({
  happened: [],
  replaced: 0,
  problems: [],
  ...of,
  waiting: spool.names().length,
  dead: spool.dead().length,
});

interface Pushed {
  readonly state: 'sent' | 'waiting' | 'dead';
  readonly words: string;
  readonly flushed: Flushed;
}

/** Writes a push into the outbox, and sends all that waits there. */
export async function push(world: PushWorld, means: PushMeans, request: Request): Promise<Pushed> {
  const id = enqueue(world, means, request);
  const flushed = await sendWaiting(world, means);
  const own = flushed.happened.findLast(({ entry }) => entry.id === id);
  if (own) return { state: stateOf[own.kind], words: own.message, flushed };
  // Another run has the lock, or had it until now.
  const spool = means.spool(pushFolder(world.places), world.places.runtime);
  const name = `${id}.json`;
  if (spool.names().includes(name)) return { state: 'waiting', words: 'it was not tried yet', flushed };
  if (spool.dead().includes(name)) return { state: 'dead', words: 'it was refused when another run sent it', flushed };
  return { state: 'sent', words: 'another run pushed it, or a newer push in its place', flushed };
}

const stateOf = { sent: 'sent', failed: 'waiting', dead: 'dead' } as const;

/** A problem for each push that was not accepted. */
export function problemsOf({ happened, problems, waiting }: Flushed): string[] {
  const last = new Map(happened.map((one) => [one.entry.id, one]));
  const untried = waiting - [...last.values()].filter(({ kind }) => kind === 'failed').length;
  return [
    ...problems,
    ...[...last.values()].flatMap(({ entry, kind, message }) => {
      if (kind === 'sent') return [];
      const what = kind === 'dead' ? 'lies in push/outbox/dead' : 'waits for the next run';
      return [`the ${describePush(entry)} was not accepted, and ${what}: ${message}`];
    }),
    ...(untried > 0 ? [`${counted(untried, 'push', 'pushes')} of before ${untried === 1 ? 'waits' : 'wait'}`] : []),
  ];
}
