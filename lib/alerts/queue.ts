// Notices → mails for the outbox.
import type { World } from '../contract/stage.ts';
import type { JudgedSite, JudgementInput } from '../health/files.ts';
import type { Judged } from '../engine/checks.ts';
import { digestOf } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import type { Notice, WaitingMail } from './files.ts';
import type { Event } from './log.ts';
import { isCoveredBy, observationOf, runbookOf } from './sightings.ts';
import { type About, type Draft, draftMails } from './mail.ts';
import { type Entry, mailKind } from './mail-outbox.ts';
import type { MailPicture } from './illustrate.ts';
import type { Post } from './post.ts';
import { senderOf } from './sender.ts';

/** For the part of a mail about everything else that is not well. */
type Site = Pick<JudgementInput, 'snapshot'> & { readonly judged: JudgedSite };

/** Notices of one evaluation: `at` is the time of the snapshot, if there was one. */
export interface Batch {
  readonly at: Date;
  readonly notices: readonly Notice[];
}

/** A mail for the outbox, and the part of it that the state keeps, to compose it again. */
export interface Composed {
  readonly name: string;
  readonly entry: Entry;
  readonly kept: WaitingMail;
}

/** The pictures of these mails. */
export type Illustrate = (drafts: readonly Draft[], at: Date) => Promise<ReadonlyMap<Draft, MailPicture>>;

/** Composes the mails of the batch, and writes nothing. */
export async function composeMails(
  post: Post,
  world: World<AlertsConfig>,
  { at, notices }: Batch,
  site: Site,
  illustrate: Illustrate,
): Promise<Composed[]> {
  const { config } = world;
  if (notices.length === 0) return [];
  const judged = allOf(site.judged);
  const drafts = draftMails(notices, {
    site: config.site,
    hostname: world.hostname,
    at,
    rest: restOf(site, at),
    runId: site.snapshot?.run_id ?? world.runId,
    runbookOf: (alert) => runbookOf(alert, world.product),
    observationOf: (alert) => observationOf(alert, judged),
    isCoveredBy: (alert, one) => isCoveredBy(alert, one, judged),
  });
  const pictures = await illustrate(drafts, at);
  const composed: Composed[] = [];
  for (const draft of drafts) {
    const entry = await composeDraft(post, world, draft, at, pictures.get(draft));
    const kept = { digest: digestOf(entry), at: at.toISOString(), notices: [...draft.notices] };
    composed.push({ name: mailKind.fileName(entry), entry, kept });
  }
  return composed;
}

export const queuedEvent = ({ entry: { ids, subject, message_id, recipients } }: Composed): Event => ({
  kind: 'queued',
  ids,
  message: subject,
  message_id,
  to: recipients.map(({ address }) => address),
});

export const allOf = ({ age, snapshot, monitor }: JudgedSite): readonly Judged[] => [age, ...snapshot, ...monitor];

/** A stale snapshot, or one older than the notices, says nothing about the present. */
function restOf({ snapshot, judged }: Site, at: Date): About['rest'] {
  const { age, monitor } = judged;
  const isFresh = age.observation.level === 'green';
  const isJudged = isFresh && snapshot !== undefined && Date.parse(snapshot.time_utc) >= at.getTime();
  const levels = isJudged ? ['red', 'unknown'] : ['red'];
  const believed = isFresh ? allOf(judged) : monitor;
  return { isJudged, notWell: believed.filter(({ observation }) => levels.includes(observation.level)) };
}

export async function composeDraft(
  post: Post,
  world: World<AlertsConfig>,
  draft: Omit<Draft, 'notices'>,
  at: Date,
  picture?: MailPicture,
): Promise<Entry> {
  const { compose } = await import('./compose.ts');
  const { config, hostname } = world;
  const { address } = senderOf(config, (await post.outside()).environment, hostname);
  return compose(draft, { site: config.site, from: address, hostname, at, now: world.now() }, picture);
}
