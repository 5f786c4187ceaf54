// The list of what is wrong, folded by cause as in the report and the mails: sentence, since when, who was told.
import { dependentsInWords, foldFindings } from '../../engine/findings.ts';
import type { Trends } from '../files.ts';
import type { Live, LiveAlert } from '../live.ts';
import { byId, make, markOf, setChildren, setText } from './dom.ts';
import type { SeenHealth } from './verdict.ts';
import { minuteOf, nameOf, sinceWords } from './words.ts';

export interface Known {
  readonly trends?: Trends | undefined;
  readonly live?: Live | undefined;
  readonly at: Date;
}

/** On a bad day the first screen must still show when it began: the table has all checks. */
const mostShown = 8;

export function drawWrong(health: SeenHealth | undefined, known: Known, open: (id: string) => void): number {
  const folded = foldFindings(health?.observations ?? []);
  const rows = folded.map(({ observation, same, dependents }) => {
    const { id, level, message } = observation;
    const costs = dependentsInWords({ dependents });
    const alert = alertOf(id, known.live);
    return {
      id,
      level,
      isSilent: alert?.silenced_since !== undefined,
      name: [observation, ...same].map((one) => nameOf(one.id)).join(', '),
      message: costs === '' ? message : `${message}; ${costs}`,
      when: [sinceText(id, level, known), toldText(alert)].filter((text) => text !== '').join(' · '),
    };
  });
  const minute = Math.floor(known.at.getTime() / 60_000);
  setChildren(byId('wrong'), JSON.stringify([minute, rows]), () =>
    rows.length === 0
      ? [make('li', { class: 'fine' }, fineText(health, known))]
      : rows.slice(0, mostShown).map(({ id, level, isSilent, name, message, when }) => {
          const button = make('button', { type: 'button' }, name);
          button.addEventListener('click', () => open(id));
          return make(
            'li',
            { 'data-level': level },
            make('span', {}, markOf(level, isSilent), make('span', { class: 'unseen' }, level)),
            button,
            make('span', {}, message),
            make('span', { class: 'when' }, when),
          );
        }),
  );
  const more = folded.length - mostShown;
  setText(byId('more'), more > 0 ? `and ${more} more, below in the table of all checks` : '');
  const quiet = known.live?.quiet ?? [];
  setChildren(byId('quiet'), JSON.stringify(quiet), () =>
    quiet.map(({ kind, of, who, until, reason }) => {
      const by = who === undefined ? '' : ` by ${who}`;
      const end = until === undefined ? '' : ` until ${minuteOf(until)}`;
      return make('li', {}, `${kind} of ${of}${by}${end}: ${reason}`);
    }),
  );
  return folded.length;
}

function fineText(health: SeenHealth | undefined, { trends }: Known): string {
  if (!health) return 'Nothing is known.';
  const runs = trends?.groups[0]?.runs ?? [];
  const last = runs.findLast(({ level }) => level !== 'green');
  if (!trends || !last) return runs.length === 0 ? 'Nothing.' : 'Nothing, and nothing was in the last seven days.';
  const end = trends.times[last.last + 1] ?? trends.times[last.last] ?? 0;
  return `Nothing. All has been green since ${minuteOf(new Date(end * 1000).toISOString())}.`;
}

/** The trends are cached once an hour: what changed later stands in the raw lines. */
export function sinceOf(
  id: string,
  level: string,
  { trends, live }: Known,
): { at: string; isAtLeast: boolean } | undefined {
  const [recent, cached] = [live?.recent.since[id], trends?.since[id]];
  if (recent && recent.level !== level) return undefined;
  const holdsThroughout = recent === undefined || recent.at_least === 'yes';
  const found = holdsThroughout && cached?.level === level ? cached : recent;
  return found && { at: found.at, isAtLeast: found.at_least === 'yes' && found === cached };
}

export function sinceText(id: string, level: string, known: Known): string {
  const since = sinceOf(id, level, known);
  return since ? sinceWords(since.at, known.at, since.isAtLeast) : '';
}

export const alertOf = (id: string, live: Live | undefined): LiveAlert | undefined =>
  live?.alerts.find(({ of }) => of.includes(id));

export function toldText(alert: LiveAlert | undefined): string {
  if (!alert) return '';
  if (alert.acknowledged_at !== undefined) return `acknowledged ${minuteOf(alert.acknowledged_at)}`;
  if (alert.silenced_since !== undefined) return `silenced since ${minuteOf(alert.silenced_since)}`;
  if (alert.phase === 'pending') return 'not mailed yet: the rule waits';
  const escalated = alert.escalated_at === undefined ? '' : ', escalated';
  if (alert.last_sent !== undefined) return `mailed ${minuteOf(alert.last_sent)}${escalated}`;
  return alert.last_queued === undefined ? alert.told_without_mail : 'mail waits to be delivered';
}
