// Keeps the list of waiting mails in the state: their digests, and the notices in them. A mail whose file is lost or damaged is
// composed again from this list. Pure.
import { digestOf, type Digests, type Outbox } from '../outbox/outbox.ts';
import type { WaitingMail, State } from './files.ts';
import { sent } from './lifecycle.ts';
import type { Entry } from './mail-outbox.ts';
import type { Batch, Composed } from './queue.ts';

type Mails = Readonly<Record<string, WaitingMail>>;

export const digestsOf = (mails: Mails | undefined): Digests =>
  mails && Object.fromEntries(Object.entries(mails).map(([name, { digest }]) => [name, digest]));

/** The mails that are in the outbox. Without a state, or with that of an older version, their notices are not known. */
export const keptMails = ({ waiting }: Outbox<Entry>, mails: State['mails'], now: Date): Mails =>
  Object.fromEntries(
    waiting.map(({ name, entry }) => [
      name,
      mails?.[name] ?? { digest: digestOf(entry), at: now.toISOString(), notices: [] },
    ]),
  );

/** The mails that ought to be in the outbox and are not: as batches to compose anew, or by name if the notices are not known. */
export function lostMails(mails: Mails = {}, kept: Mails): { lost: Batch[]; unknown: string[] } {
  const all = Object.entries(mails).filter(([name]) => !Object.hasOwn(kept, name));
  return {
    lost: all.flatMap(([, { at, notices }]) => (notices.length === 0 ? [] : { at: new Date(at), notices })),
    unknown: all.flatMap(([name, { notices }]) => (notices.length === 0 ? name : [])),
  };
}

export const withComposed = (kept: Mails, composed: readonly Composed[]): Mails => ({
  ...kept,
  ...Object.fromEntries(
    composed.map(({ name, kept: mail }) => [name, { ...mail, digest: kept[name]?.digest ?? mail.digest }]),
  ),
});

/** The state after recipients have accepted a mail, or after the last recipient stopped waiting. */
export function settled(
  state: State,
  name: string,
  { ids, message_id }: Entry,
  taken: Date | undefined,
  isFinished: boolean,
): State {
  const { mails = {} } = state;
  const { [name]: mail, ...others } = mails;
  // A mail to those who joined says nothing about when the others were last notified.
  const regular = mail?.notices.filter(({ joined }) => joined !== true).map(({ id }) => id);
  const about = mail && mail.notices.length > 0 ? (regular ?? []) : ids;
  return {
    ...state,
    ...(taken
      ? { snapshot: sent(state.snapshot, about, taken, message_id), own: sent(state.own, about, taken, message_id) }
      : {}),
    mails: isFinished ? others : mails,
  };
}
