// Who is to be told → mails in the outbox, and what is said of them in the log.
import type { Spool } from '../contract/spool.ts';
import type { World } from '../contract/stage.ts';
import { type Health, latestHealth } from '../health/files.ts';
import { writeEntry } from '../outbox/outbox.ts';
import type { AlertsConfig } from './config.ts';
import type { Notice } from './lifecycle.ts';
import type { Event } from './log.ts';
import { runbookOf, tellsOf } from './look.ts';
import { type About, type Draft, draftMails } from './mail.ts';
import { type Entry, mailKind } from './mail-outbox.ts';
import type { Post } from './post.ts';

/** `at` is when what they tell of was seen. */
export async function queue(
  post: Post,
  world: World<AlertsConfig>,
  spool: Spool,
  notices: readonly Notice[],
  at: Date,
): Promise<Event[]> {
  const { config } = world;
  if (notices.length === 0) return [];
  const health = await world.read(latestHealth).catch(() => undefined);
  const drafts = draftMails(notices, {
    site: config.site,
    hostname: world.hostname,
    at,
    rest: restOf(health, at),
    runId: health?.run_id ?? world.runId,
    runbookOf,
    tellsOf,
  });
  const told: Event[] = [];
  for (const draft of drafts) {
    const entry = await composeDraft(post, world, draft, at);
    // On the disk before anybody says so.
    writeEntry(spool, mailKind, entry);
    told.push({
      kind: 'queued',
      ids: entry.ids,
      message: entry.subject,
      message_id: entry.message_id,
      to: [...draft.to],
    });
  }
  return told;
}

/** Of an older snapshot, or of none that could be believed, health says nothing of how it is now. */
function restOf(health: Health | undefined, at: Date): About['rest'] {
  const { observations = [], snapshot_time_utc = '' } = health ?? {};
  const age = observations.find(({ check }) => check === 'snapshot-age');
  const isJudged = age?.level === 'green' && Date.parse(snapshot_time_utc) >= at.getTime();
  const levels = isJudged ? ['red', 'unknown'] : ['red'];
  return { isJudged, notWell: observations.filter(({ level }) => levels.includes(level)) };
}

export async function composeDraft(post: Post, world: World<AlertsConfig>, draft: Draft, at: Date): Promise<Entry> {
  const { compose } = await import('./compose.ts');
  const { environment } = await post.outside();
  const { config, hostname } = world;
  // An address that somebody reads: what comes back is the sign of a mail that did not arrive.
  const from = config.alerts.from ?? (environment['OPS_ALERT_SMTP_FROM'] || `ops-monitor@${hostname}`);
  return compose(draft, { site: config.site, from, hostname, at, now: world.now() });
}
