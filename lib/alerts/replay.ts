// Recorded snapshots through the rules and the lifecycle: which mails would have been written. Nothing is sent.
import type { Sections } from '../contract/registry.ts';
import { firstLine } from '../core/text.ts';
import type { Judged } from '../engine/checks.ts';
import type { Snapshot } from '../snapshot/files.ts';
import type { AlertsConfig } from './config.ts';
import type { AlertState } from './files.ts';
import { advance, sent } from './lifecycle.ts';
import { handlingOf, lookAtSnapshot, readingsOf } from './look.ts';
import { draftMails } from './mail.ts';

export interface WouldBe {
  readonly at: string;
  readonly subject: string;
  readonly to: readonly string[];
}

/** One snapshot after the other, oldest first, as if every mail had arrived at once. `judge` are the checks over one. */
export function rehearsal(
  config: AlertsConfig,
  sections: Sections,
  judge: (snapshot: Snapshot) => readonly Judged[],
): (snapshot: Snapshot) => WouldBe[] {
  let state: AlertState = { seen_at: undefined, alerts: {} };
  return (snapshot) => {
    const at = new Date(snapshot.time_utc);
    if (Number.isNaN(at.getTime())) return [];
    const firstSeenOf = (id: string) => state.alerts[id]?.first_seen;
    // Windows of the configuration count; what people silenced then was about the mails of then.
    const quiet = { notes: [], at, firstSeenOf };
    const next = advance(state, {
      at,
      seen: lookAtSnapshot(judge(snapshot), readingsOf(sections, snapshot.sections), config),
      handlingOf: (rule, subject) => handlingOf(config, rule, subject, quiet),
      isOnItsWay: () => false,
    });
    const ids = next.notices.map(({ id }) => id);
    state = sent(next.state, ids, at);
    const { hostname, run_id: runId } = snapshot;
    // Of a mail only its subject is shown.
    const nothing = { rest: { isJudged: false, notWell: [] }, runbookOf: () => '', isToldBy: () => false };
    return draftMails(next.notices, { site: config.site, hostname, at, runId, ...nothing }).map(({ subject, to }) => ({
      at: at.toISOString(),
      subject: firstLine(subject),
      to,
    }));
  };
}

export interface Difference {
  readonly mail: WouldBe;
  /** Which of the two would have sent it. */
  readonly by: 'both' | 'today' | 'new';
}

/** The mails of both in the order of time. The same mail at the same time is one line. */
export function compareMails(today: readonly WouldBe[], changed: readonly WouldBe[]): Difference[] {
  const key = ({ at, subject, to }: WouldBe): string => JSON.stringify([at, subject, to]);
  const [before, after] = [new Set(today.map(key)), new Set(changed.map(key))];
  const all = [
    ...today.map((mail): Difference => ({ mail, by: after.has(key(mail)) ? 'both' : 'today' })),
    ...changed.filter((mail) => !before.has(key(mail))).map((mail): Difference => ({ mail, by: 'new' })),
  ];
  return all.sort((one, other) => (one.mail.at < other.mail.at ? -1 : one.mail.at > other.mail.at ? 1 : 0));
}
