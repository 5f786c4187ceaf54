// Replays recorded snapshots through the rules and the lifecycle, to list the mails they would cause. Sends nothing.
import type { Sections } from '../contract/registry.ts';
import { firstLine } from '../core/text.ts';
import type { Judged } from '../engine/checks.ts';
import type { Snapshot } from '../snapshot/files.ts';
import type { AlertsConfig } from './config.ts';
import type { AlertState } from './files.ts';
import { advance, sent } from './lifecycle.ts';
import { handlingOf, snapshotSightings, readingsOf } from './sightings.ts';
import { draftMails } from './mail.ts';
import type { Note } from './silences.ts';

export interface WouldBe {
  readonly at: string;
  readonly subject: string;
  readonly to: readonly string[];
}

/** Call it with each snapshot, oldest first: every mail counts as delivered at once. `judge` applies the checks, `notes` are the
 * silences and acknowledgements that people left. */
export function rehearsal(
  config: AlertsConfig,
  sections: Sections,
  judge: (snapshot: Snapshot) => readonly Judged[],
  notes: readonly Note[] = [],
): (snapshot: Snapshot) => WouldBe[] {
  let state: AlertState = { alerts: {} };
  return (snapshot) => {
    const at = new Date(snapshot.time_utc);
    if (Number.isNaN(at.getTime())) return [];
    // A silence or acknowledgement that somebody left after this snapshot has no effect on it.
    const made = notes.filter(({ from }) => from <= at.toISOString());
    const quiet = { notes: made, at, alertOf: (id: string) => state.alerts[id] };
    const next = advance(state, {
      at,
      seen: snapshotSightings(judge(snapshot), readingsOf(sections, snapshot.sections), config),
      handlingOf: (rule, subject) => handlingOf(config, rule, subject, quiet),
      waitingFor: () => [],
    });
    const ids = next.notices.map(({ id }) => id);
    state = sent(next.state, ids, at);
    const { hostname, run_id: runId } = snapshot;
    // Only the subject and recipients of each mail are used.
    const nothing = {
      rest: { isJudged: false, notWell: [] },
      runbookOf: () => '',
      observationOf: () => undefined,
      isCoveredBy: () => false,
    };
    return draftMails(next.notices, { site: config.site, hostname, at, runId, ...nothing }).map(({ subject, to }) => ({
      at: at.toISOString(),
      subject: firstLine(subject),
      to,
    }));
  };
}

export interface Difference {
  readonly mail: WouldBe;
  /** The configuration that would have sent the mail: today’s, the new one, or both. */
  readonly by: 'both' | 'today' | 'new';
}

/** The mails of both configurations, sorted by time. The same mail at the same time appears once. */
export function compareMails(today: readonly WouldBe[], changed: readonly WouldBe[]): Difference[] {
  const key = ({ at, subject, to }: WouldBe): string => JSON.stringify([at, subject, to]);
  const [before, after] = [new Set(today.map(key)), new Set(changed.map(key))];
  const all = [
    ...today.map((mail): Difference => ({ mail, by: after.has(key(mail)) ? 'both' : 'today' })),
    ...changed.filter((mail) => !before.has(key(mail))).map((mail): Difference => ({ mail, by: 'new' })),
  ];
  return all.sort((one, other) => (one.mail.at < other.mail.at ? -1 : one.mail.at > other.mail.at ? 1 : 0));
}
