// ops-monitor outbox: the mails that wait, and those that could not be delivered. Pushes to a Pushgateway are listed with them.
import type { Configuration } from '../config/schema.ts';
import { outboxFolder, type State, stateFile } from '../alerts/files.ts';
import { digestsOf } from '../alerts/ledger.ts';
import { type Entry, mailKind } from '../alerts/mail-outbox.ts';
import { Usage } from '../contract/errors.ts';
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import { secondsSince } from '../core/age.ts';
import { fold, foldColumns } from '../core/columns.ts';
import { oneLine } from '../core/harmless.ts';
import { formatDuration } from '../core/quantity.ts';
import { counted, nearest } from '../core/text.ts';
import { pushMeans } from '../cycle/push-means.ts';
import { openSpool } from '../io/spool.ts';
import { print, printWidth } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { digestOf, readOutbox } from '../outbox/outbox.ts';
import { describePush, pushKind } from '../push/entry.ts';
import { pushFolder } from '../push/files.ts';
import type { Arguments } from '../cli/arguments.ts';
import { type Command, configOption, dryRunOption, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { groupOf } from '../cli/dispatch.ts';
import { openSite } from '../cli/site.ts';
import { lockStage, noHost } from '../cli/stage.ts';
import { fits, type Shape } from '../contract/shape.ts';

const list: Command = {
  name: 'outbox list',
  summary:
    'lists the mails and pushes that wait, and those in outbox/dead: recipients, age, attempts, last reason, next attempt',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { letters, pushes, now } = await openOutbox(asked);
    if (asked.options['json'] === true)
      print(JSON.stringify([...letters.map(mailAsJson), ...pushes.map(pushAsJson)], undefined, 2));
    else if (letters.length + pushes.length === 0) print('The outbox is empty: every mail was delivered.');
    else for (const one of [...letters, ...pushes]) print(describeLetter(one, now).join('\n'));
    return exitCodes.ok;
  },
};

const show: Command = {
  name: 'outbox show',
  summary: 'prints one mail as it would be sent, or a dead letter with its reason',
  operand: 'ID',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { letters, now } = await openOutbox(asked);
    const letter = pick(letters, asked);
    if (asked.options['json'] === true) print(letter.text);
    else {
      const content = letter.entry ? letter.entry.raw || (letter.entry.news?.text ?? '') : letter.text;
      print([...describeLetter(letter, now), '', ...content.split(/\r?\n/).map(oneLine)].join('\n'));
    }
    return exitCodes.ok;
  },
};

const retry: Command = {
  name: 'outbox retry',
  summary: 'lets the next run of send-alerts try a mail again, a dead letter too',
  operand: '[ID]',
  options: { ...configOption, all: { type: 'boolean', summary: 'all mails, in place of one' }, ...dryRunOption },

  async run(asked) {
    const isAll = asked.options['all'] === true;
    if (isAll === (asked.operand !== undefined)) throw new Usage('name one mail, or all: retry ID, or retry --all');
    const choose = ({ letters }: OpenOutbox): readonly Letter[] =>
      isAll ? letters.filter(({ entry }) => entry !== undefined) : [pick(letters, asked)];
    return changeOutbox(asked, choose, async (chosen, { spool, state, replace }) => {
      for (const { id, name, entry, isDead } of chosen) {
        if (!entry) throw new Usage(`${id} cannot be sent: only its reason is known (ops-monitor outbox show ${id})`);
        const again = {
          ...entry,
          composed_at: isDead ? new Date().toISOString() : entry.composed_at,
          recipients: entry.recipients.map(waitingAgain),
        };
        // The state is written first: the next run would not believe an entry that the state does not know.
        const known = state()?.mails;
        if (known && isDead)
          await replace({ ...known, [name]: { digest: digestOf(again), at: again.composed_at, notices: [] } });
        spool.put(name, JSON.stringify(again));
        if (isDead) spool.removeDead(name);
        print(`${id} is sent again by the next run of send-alerts: ${entry.subject}`);
      }
      if (chosen.length === 0) print('There is no mail to be sent again.');
    });
  },
};

const drop: Command = {
  name: 'outbox drop',
  summary: 'removes one mail or push that waits, or a dead one, and prints what it was',
  operand: 'ID',
  options: { ...configOption, ...dryRunOption },

  async run(asked) {
    const choose = ({ letters, pushes }: OpenOutbox) => [pick<Letter | Push>([...letters, ...pushes], asked)];
    return changeOutbox(asked, choose, async ([letter], { pushSpool, spool, state, replace, now }) => {
      if (!letter) return;
      if (letter.kind === 'push') {
        if (letter.isDead) pushSpool.removeDead(letter.name);
        else pushSpool.remove(letter.name);
      } else if (letter.isDead) spool.removeDead(letter.name);
      else {
        const { [letter.name]: _dropped, ...others } = state()?.mails ?? {};
        if (state()?.mails) await replace(others);
        spool.remove(letter.name);
      }
      print(['Dropped:', ...describeLetter(letter, now)].join('\n'));
    });
  },
};

export const outboxCommands = groupOf(
  {
    name: 'outbox',
    summary: 'lists the mails that wait and those that could not be delivered, sends them again, drops them',
    note: '; every command takes --config FILE, and without a command the mails are listed',
  },
  [list, show, retry, drop],
);

/** A file in an outbox or in its dead/, as it is listed. */
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly isDead: boolean;
  readonly entry: Pick<Entry, 'subject' | 'composed_at' | 'recipients'> | undefined;
  readonly reason: string | undefined;
}

interface Push extends Listed {
  readonly kind: 'push';
}

interface Letter extends Listed {
  readonly kind: 'mail';
  readonly text: string;
  /** Undefined for a file that is not a mail, or that is not believed. */
  readonly entry: Entry | undefined;
}

type OpenOutbox = Omit<Awaited<ReturnType<typeof readAll>>, 'world'>;

export async function openOutbox(asked: Arguments) {
  const { config, places } = await openSite(textOption(asked, 'config'));
  return readAll(makeWorld({ config, places, openHost: noHost }));
}

async function readAll(world: World<Configuration>) {
  const { places } = world;
  const spool = openSpool(outboxFolder(places), places.runtime);
  const pushSpool = openSpool(pushFolder(places), places.runtime);
  let state = await world.read(stateFile);
  const { waiting, bad } = readOutbox(spool, mailKind, digestsOf(state?.mails));
  const letterOf = (name: string, isDead: boolean, content: Pick<Letter, 'text' | 'entry' | 'reason'>): Letter => ({
    kind: 'mail',
    id: idOf(name),
    name,
    isDead,
    ...content,
  });
  const letters = [
    ...waiting.map(({ name, entry }) =>
      letterOf(name, false, { text: JSON.stringify(entry), entry, reason: undefined }),
    ),
    ...bad.map(({ name, reason, text = '' }) => letterOf(name, false, { text, entry: undefined, reason })),
    ...spool.dead().map((name) => letterOf(name, true, readDeadLetter(spool.readDead(name) ?? '', mailKind))),
  ];
  return {
    world,
    letters,
    pushes: readPushes(pushSpool),
    pushSpool,
    spool,
    now: world.now(),
    state: (): State | undefined => state,
    replace: async (mails: NonNullable<State['mails']>) => {
      if (!state) return;
      state = { ...state, mails };
      await world.replace(stateFile, state);
    },
  };
}

function readPushes(spool: Spool): Push[] {
  const { waiting, bad } = readOutbox(spool, pushKind, undefined);
  const all = [
    ...waiting.map(({ name, entry }) => ({ name, isDead: false, entry, reason: undefined })),
    ...bad.map(({ name, reason }) => ({ name, isDead: false, entry: undefined, reason })),
    ...spool.dead().map((name) => ({ name, isDead: true, ...readDeadLetter(spool.readDead(name) ?? '', pushKind) })),
  ];
  return all.map(({ name, isDead, entry, reason }) => ({
    kind: 'push',
    id: idOf(name),
    name,
    isDead,
    reason,
    entry: entry && { ...entry, subject: describePush(entry) },
  }));
}

interface Dead<One> {
  readonly text: string;
  readonly entry: One | undefined;
  readonly reason: string | undefined;
}

function readDeadLetter<One>(
  text: string,
  { name, shape }: { readonly name: string; readonly shape: Shape<One> },
): Dead<One> {
  try {
    const value: unknown = JSON.parse(text);
    if (fits(shape, value)) return { text, entry: value, reason: undefined };
    const reason =
      typeof value === 'object' && value !== null && 'reason' in value ? String(value.reason) : `it is not a ${name}`;
    return { text, entry: undefined, reason };
  } catch {
    return { text, entry: undefined, reason: 'it is not JSON' };
  }
}

/** Holds the lock of the stage that writes the same files: send-alerts or push-metrics. The choice is made before, so that a
 * wrong ID takes no lock, and once more under the lock. */
async function changeOutbox<One extends Letter | Push>(
  asked: Arguments,
  choose: (outbox: OpenOutbox) => readonly One[],
  change: (chosen: readonly One[], outbox: OpenOutbox) => Promise<void>,
): Promise<number> {
  const { world, ...seen } = await openOutbox(asked);
  const chosen = choose(seen);
  if (asked.options['dry-run'] === true) {
    const [spool, pushSpool] = [readOnly(seen.spool), readOnly(seen.pushSpool)];
    await change(chosen, { ...seen, spool, pushSpool, replace: async () => undefined });
    print('Dry run: nothing was changed.');
    return exitCodes.ok;
  }
  const lock = chosen.some(({ kind }) => kind === 'push')
    ? await pushMeans.lock(world.places)
    : await lockStage({ name: 'send-alerts', deadlineMs: 60_000 }, world.places);
  try {
    const now = await readAll(world);
    await change(choose(now), now);
    return exitCodes.ok;
  } finally {
    lock.release();
  }
}

const readOnly = (spool: Spool): Spool => ({
  ...spool,
  put: () => undefined,
  remove: () => undefined,
  removeDead: () => undefined,
});

const idOf = (name: string): string => name.replace(/\.json$/, '');

/** By the ID, or by its beginning if only one begins so. */
function pick<One extends Listed>(letters: readonly One[], { operand = '' }: Arguments): One {
  if (operand === '') throw new Usage('name a mail by its ID (ops-monitor outbox list)');
  const exact = letters.filter(({ id, name }) => id === operand || name === operand);
  const found = exact.length > 0 ? exact : letters.filter(({ id }) => id.startsWith(operand));
  const [letter] = found;
  if (letter && found.length === 1) return letter;
  if (letter)
    throw new Usage(`${operand} begins ${counted(found.length, 'ID')}: ${found.map(({ id }) => id).join(', ')}`);
  const ids = letters.map(({ id }) => id);
  const near = nearest(operand, ids);
  throw new Usage(
    `there is no mail ${operand} in the outbox${near === undefined ? '' : `; did you mean ${near}?`} (a push is sent by push-metrics --flush)`,
  );
}

const waitingAgain = (one: Entry['recipients'][number]): Entry['recipients'][number] => {
  if (one.state === 'sent') return one;
  const { next_at: _deferred, ...rest } = one;
  return { ...rest, state: 'waiting', attempts: 0 };
};

function describeLetter({ id, isDead, entry, reason }: Listed, now: Date): string[] {
  const head = `${id}  ${isDead ? 'dead' : 'waiting'}`;
  if (!entry) return [head, `  ${oneLine(reason ?? '')}`];
  const age = formatDuration(Math.max(0, Math.round(secondsSince(entry.composed_at, now))));
  const rows = entry.recipients.map(({ address, state, attempts, next_at, words }) => [
    oneLine(address),
    state,
    counted(attempts, 'attempt'),
    state === 'waiting' && next_at !== undefined ? `next ${next_at.slice(0, 16).replace('T', ' ')} UTC` : '',
    oneLine(words ?? ''),
  ]);
  const width = printWidth();
  return [
    ...fold(`${head}  written ${age} ago  ${oneLine(entry.subject)}`, width, '  '),
    ...foldColumns(rows, { indent: '  ', width }),
  ];
}

const shownAsJson = ({ id, isDead, reason, entry }: Listed) => ({
  id,
  state: isDead ? 'dead' : 'waiting',
  ...(reason === undefined ? {} : { reason }),
  ...(entry ? { subject: entry.subject, composed_at: entry.composed_at, recipients: entry.recipients } : {}),
});

const mailAsJson = (letter: Letter) => ({
  kind: letter.kind,
  ...shownAsJson(letter),
  ...(letter.entry ? { ids: letter.entry.ids } : {}),
});

const pushAsJson = (push: Push) => ({ kind: push.kind, ...shownAsJson(push) });
