// The text of a mail: one mail for all that changed in a run, for each set of recipients. For a person at three in the
// morning: what, where, since when, what the limit is, what else is wrong, where to look.
import type { NotifiedAlert } from '../contract/mail.ts';
import { alignColumns } from '../core/columns.ts';
import { escapeHtml, oneLine, shellWord } from '../core/harmless.ts';
import { firstLine } from '../core/text.ts';
import type { Judged } from '../engine/checks.ts';
import { formatMeasure } from '../core/quantity.ts';
import { clockMinute, distance } from '../core/time.ts';
import type { Notice } from './files.ts';
import { recipientKey } from './recipient.ts';

export interface Draft {
  readonly to: readonly string[];
  readonly ids: readonly string[];
  /** Identifies the mail: the same notices of the same snapshot give the same key. */
  readonly key: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Incidents in the mail: they thread a recovery to its opening. */
  readonly incidents: readonly string[];
  /** The content as data, for webhooks. */
  readonly alerts: readonly NotifiedAlert[];
  readonly notices: readonly Notice[];
}

export interface About {
  readonly site: string;
  readonly hostname: string;
  readonly at: Date;
  /** Observations that are not well, and whether the snapshot could be judged. */
  readonly rest: { readonly isJudged: boolean; readonly notWell: readonly Judged[] };
  readonly runId: string;
  readonly runbookOf: (alert: Notice['alert']) => string;
  /** Whether the alert reports this observation already, or reports its cause. */
  readonly isCoveredBy: (alert: Notice['alert'], one: Judged) => boolean;
}

/** One mail for each set of recipients; none for a notice without recipients. */
export function draftMails(notices: readonly Notice[], about: About): Draft[] {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) {
    if (notice.to.length === 0) continue;
    const key = notice.to.map(recipientKey).sort().join(',');
    groups.set(key, [...(groups.get(key) ?? []), notice]);
  }
  return [...groups.values()].map((group) => draft(group.sort(byUrgency), about));
}

/** The kinds of notices, the most urgent first. */
const kinds: Record<Notice['kind'], { readonly word: string; readonly colour: string; readonly isOver?: true }> = {
  opening: { word: 'ALERT', colour: '#b00020' },
  escalation: { word: 'STILL', colour: '#b00020' },
  repeat: { word: 'STILL', colour: '#b36b00' },
  recovery: { word: 'OK', colour: '#1b7f3b', isOver: true },
  vanished: { word: 'GONE', colour: '#666666', isOver: true },
};

const order = Object.keys(kinds);
const byUrgency = (one: Notice, other: Notice): number => order.indexOf(one.kind) - order.indexOf(other.kind);

const mostElsewhere = 20;

function draft(notices: readonly Notice[], about: About): Draft {
  const [first] = notices;
  if (!first) throw new Error('a mail about nothing');
  const rest = notices.length - 1;
  const subject = oneLine(
    `[${about.site}] ${kinds[first.kind].word} ${first.id}: ${firstLine(first.alert.message, 120)}${rest > 0 ? ` (and ${rest} more)` : ''}`,
  );
  const told = new Set(notices.map(({ id }) => id));
  const elsewhere = aboutTheRest(notices, about);
  const parts = notices.map((notice) => partOf(notice, about));
  return {
    to: first.to,
    ids: [...told],
    key: notices
      .map(({ kind, id, alert }) => `${kind} ${id} ${alert.last_seen}`)
      .sort()
      .join('; '),
    subject,
    text: textOf(parts, elsewhere, about),
    html: htmlOf(parts, elsewhere, about),
    incidents: [...new Set(notices.map(({ alert }) => alert.incident))],
    alerts: notices.map((notice) => toldOf(notice, about)),
    notices,
  };
}

const toldOf = ({ kind, id, alert }: Notice, { runbookOf }: About): NotifiedAlert => ({
  kind,
  id,
  message: alert.message,
  since: alert.since,
  value: alert.value,
  unit: alert.unit,
  limit: alert.limit.value,
  runbook: runbookOf(alert),
});

interface Part {
  readonly colour: string;
  readonly title: string;
  readonly message: string;
  readonly rows: readonly (readonly [string, string])[];
}

function partOf({ kind, id, alert, joined }: Notice, about: About): Part {
  const { word, colour, isOver } = kinds[kind];
  const since = new Date(alert.since);
  const show = (value: Notice['alert']['value']): string =>
    typeof value === 'number' ? formatMeasure(value, alert.unit) : value === null ? 'none' : String(value);
  const lasted = isOver ? `${distance(since, new Date(alert.last_seen))} until now` : distance(since, about.at);
  return {
    colour,
    title: `${word}  ${oneLine(id)}`,
    message: oneLine(alert.message),
    rows: [
      ...(joined === true
        ? ([
            [
              'news',
              `for you, as a new recipient: active since ${clockMinute(new Date(alert.first_queued ?? alert.since))}`,
            ],
          ] as const)
        : []),
      ['since', `${clockMinute(since)} (${lasted})`],
      ...(isOver
        ? []
        : ([
            ['value', show(alert.value)],
            ['limit', `${show(alert.limit.value)}${alert.limit.key === '' ? '' : `  (${alert.limit.key})`}`],
            ...(alert.clears_when === undefined ? [] : [['clears', `when ${oneLine(alert.clears_when)}`] as const]),
          ] as const)),
      ['runbook', about.runbookOf(alert)],
      ...(isOver ? [] : ([['ack', `ops-monitor ack ${shellWord(id)} --reason "…"`]] as const)),
      ...(alert.last_sent === undefined ? [] : ([['last mail', clockMinute(new Date(alert.last_sent))]] as const)),
    ],
  };
}

/** Everything else that is not well, without what the alerts of this mail report already. */
function aboutTheRest(notices: readonly Notice[], { rest, isCoveredBy }: About): Rest {
  const others = rest.notWell
    .filter((one) => !notices.some(({ alert }) => isCoveredBy(alert, one)))
    .map(({ observation }) => observation);
  // Several checks judge the same reading, and have the same message if it failed.
  const each = [...new Map(others.map(({ level, message }) => [message, [level, oneLine(message)] as const])).values()];
  const lines = each.slice(0, mostElsewhere);
  const left = each.length - lines.length;
  const all = left > 0 ? [...lines, ['', `and ${left} more`] as const] : lines;
  if (rest.isJudged)
    return { says: all.length === 0 ? 'Nothing else is red or unknown.' : 'Also not well:', lines: all };
  const says = 'How the rest is, is not known: it was not assessed.';
  return all.length === 0 ? { says, lines: [] } : { says: `${says} Also not well:`, lines: all };
}

interface Rest {
  readonly says: string;
  readonly lines: readonly (readonly [level: string, message: string])[];
}

function textOf(parts: readonly Part[], rest: Rest, about: About): string {
  const blocks = parts.map(({ title, message, rows }) =>
    [title, `  ${message}`, ...alignColumns(rows, { indent: '  ', gap: ' ', minimumWidths: [9] })].join('\n'),
  );
  const other = alignColumns(rest.lines, { indent: '  ', gap: ' ', minimumWidths: [8] });
  return `${[...blocks, [rest.says, ...other].join('\n'), footer(about)].join('\n\n')}\n`;
}

const footer = ({ site, hostname, at, runId }: About): string =>
  `${site}, ${hostname}, as of ${clockMinute(at)}, run ${runId}.\nThis monitor is observe-only: nothing was changed.`;

/** No images and no external styles: a mail program does not load them. */
function htmlOf(parts: readonly Part[], rest: Rest, about: About): string {
  const blocks = parts.map(
    ({ colour, title, message, rows }) =>
      `<div style="border-left:4px solid ${colour};padding:2px 0 2px 12px;margin:0 0 16px">` +
      `<div style="color:${colour};font-weight:bold">${escapeHtml(title)}</div>` +
      `<div style="font-size:110%;margin:4px 0">${escapeHtml(message)}</div>` +
      `<table style="border-collapse:collapse">${rows.map(([what, says]) => `<tr><td style="color:#666;padding:0 12px 0 0;vertical-align:top;white-space:nowrap">${escapeHtml(what)}</td><td style="overflow-wrap:anywhere">${escapeHtml(says)}</td></tr>`).join('')}</table></div>`,
  );
  const items = rest.lines.map(
    ([level, message]) => `<li>${escapeHtml(level === '' ? message : `${level}: ${message}`)}</li>`,
  );
  const other = `<p>${escapeHtml(rest.says)}</p>${items.length === 0 ? '' : `<ul>${items.join('')}</ul>`}`;
  const small = footer(about).split('\n').map(escapeHtml).join('<br>');
  return `<!DOCTYPE html><html><body style="font-family:sans-serif;color:#222;overflow-wrap:anywhere">${blocks.join('')}${other}<p style="color:#666;font-size:85%">${small}</p></body></html>`;
}
