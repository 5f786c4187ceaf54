// Notices → mails in the outbox, and `queued` events for the log.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import type { JudgedSite, JudgementInput } from '../health/files.ts';
import type { Judged } from '../engine/checks.ts';
import { writeEntry } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import type { Notice } from './files.ts';
import type { Event } from './log.ts';
import { isCoveredBy, runbookOf } from './sightings.ts';
import { type About, type Draft, draftMails } from './mail.ts';
import { type Entry, mailKind } from './mail-outbox.ts';
import type { Post } from './post.ts';

/** For the part of a mail about everything else that is not well. */
type Site = Pick<JudgementInput, 'snapshot'> & { readonly judged: JudgedSite };

/** `at` is when the notices were evaluated: the time of the snapshot, if there is one. */
export async function queue(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  notices: readonly Notice[],
  at: Date,
  site: Site,
): Promise<Event[]> {
  const { config } = world;
  if (notices.length === 0) return [];
  const judged = allOf(site.judged);
  const drafts = draftMails(notices, {
    site: config.site,
    hostname: world.hostname,
    at,
    rest: restOf(site, at),
    runId: site.snapshot?.run_id ?? world.runId,
    runbookOf,
    isCoveredBy: (alert, one) => isCoveredBy(alert, one, judged),
  });
  const queued: Event[] = [];
  for (const draft of drafts) {
    const entry = await composeDraft(post, world, draft, at);
    // Written to disk before the event is logged.
    writeEntry(spool, mailKind, entry);
    const { ids, subject, message_id } = entry;
    queued.push({ kind: 'queued', ids, message: subject, message_id, to: [...draft.to] });
  }
  return queued;
}

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

export async function composeDraft(post: Post, world: World<AlertsConfig>, draft: Draft, at: Date): Promise<Entry> {
  const { compose } = await import('./compose.ts');
  const { environment } = await post.outside();
  const { config, hostname } = world;
  // Somebody should read this address: bounces are the only sign of a mail that was accepted and did not arrive.
  const from = config.alerts.from ?? (environment['OPS_ALERT_SMTP_FROM'] || `ops-monitor@${hostname}`);
  return compose(draft, { site: config.site, from, hostname, at, now: world.now() });
}
