// Gives each mail a small picture of its first alert that has a number to show. A mail never waits for its picture: without one it
// goes out all the same.
import type { World } from '../contract/stage.ts';
import type { Snapshot } from '../snapshot/files.ts';
import type { AlertsConfig } from './config.ts';
import type { Notice } from './files.ts';
import type { RuleSightings } from './lifecycle.ts';
import type { Draft } from './mail.ts';
import type { Post } from './post.ts';
import { type Trend, trendsOf } from './trend.ts';

export interface MailPicture {
  readonly name: string;
  readonly png: Uint8Array;
}

type Site = Pick<World<AlertsConfig>, 'config' | 'scan'>;

/** `seenIn`: what the rules see in a snapshot. `until`: the time of the notices. */
export async function illustrate(
  drafts: readonly Draft[],
  { config, scan }: Site,
  { renderPng }: Pick<Post, 'renderPng'>,
  until: Date,
  seenIn: (snapshot: Snapshot) => Readonly<Record<string, RuleSightings>>,
): Promise<ReadonlyMap<Draft, MailPicture>> {
  const shown = new Set(drafts.flatMap(({ notices }) => notices.filter(hasNumber).map(({ id }) => id)));
  const pictures = new Map<Draft, MailPicture>();
  if (!config.alerts.picture || shown.size === 0) return pictures;
  const trends = trendsOf({ config, scan }, shown, until, seenIn);
  const drawn = new Map<string, MailPicture>();
  for (const draft of drafts) {
    const notice = draft.notices.find((one) => hasNumber(one) && isWorthDrawing(trends.get(one.id)));
    const trend = notice && trends.get(notice.id);
    if (!notice || !trend) continue;
    const { id, alert } = notice;
    const [{ composePicture }, render] = [await import('./picture.ts'), await renderPng()];
    const picture = drawn.get(id) ?? {
      name: `${id.replaceAll(/[^\w.-]+/g, '-').slice(0, 100)}-last-24-hours.png`,
      png: render(composePicture({ id, alert, until: until.getTime() }, trend)),
    };
    drawn.set(id, picture);
    pictures.set(draft, picture);
  }
  return pictures;
}

/** A status code is no quantity: it has no unit. */
const hasNumber = ({ kind, alert: { unit, limit } }: Notice): boolean =>
  kind !== 'vanished' && unit !== '' && typeof limit.value === 'number';

/** Half an hour of a five-minute cycle: less is no course. */
const fewestValues = 6;
const isWorthDrawing = (trend: Trend | undefined): boolean =>
  (trend?.values.filter(Number.isFinite).length ?? 0) >= fewestValues;
