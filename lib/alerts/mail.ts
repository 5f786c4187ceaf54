// Composes mails: for each set of recipients one mail with all that changed in a run. Whoever is woken by it at night reads what
// is wrong, where, since when, which limit decided, what else is wrong, and where to look.
import type { NotifiedAlert } from '../contract/mail.ts';
import { alignColumns } from '../core/columns.ts';
import { escapeHtml, oneLine, shellWord } from '../core/harmless.ts';
import { firstLine } from '../core/text.ts';
import type { Judged } from '../engine/checks.ts';
import { formatBound, formatScalar } from '../core/quantity.ts';
import { clockMinute, distance } from '../core/time.ts';
import type { Notice } from './files.ts';
import { red } from './policies.ts';
import { recipientKey } from './recipient.ts';

export interface Draft {
  readonly to: readonly string[];
  readonly ids: readonly string[];
  /** Identifies the mail: the same notices of the same snapshot give the same key. */
  readonly key: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Message-IDs of the first mails about the alerts in this one. */
  readonly threads: readonly string[];
  /** The content as data, for webhooks. */
  readonly alerts: readonly NotifiedAlert[];
  readonly notices: readonly Notice[];
}

export interface About {
  readonly site: string;
  readonly hostname: string;
  /** Time of the snapshot, if there was one. */
  readonly at: Date;
  /** Observations that are not well, and whether the snapshot could be judged. */
  readonly rest: { readonly isJudged: boolean; readonly notWell: readonly Judged[] };
  readonly runId: string;
  readonly runbookOf: (alert: Notice['alert']) => string;
  /** The observation that the alert reports, if that is a single one. */
  readonly observationOf: (alert: Notice['alert']) => string | undefined;
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
  return [...groups.values()].map((group) => draft(group.sort(byUrgency), { ...about, at: latestOf(group, about.at) }));
}

/** Alerts about the monitor itself go by the clock, and so may be newer than the snapshot. */
const latestOf = (notices: readonly Notice[], at: Date): Date =>
  new Date(Math.max(at.getTime(), ...notices.map(({ alert }) => Date.parse(alert.last_seen))));

interface Kind {
  readonly word: string;
  /** In the subject, before the headline, which states the problem. */
  readonly inSubject?: string;
  readonly colour: string;
  readonly isOver?: true;
}

/** The kinds of notices, the most urgent first. */
const kinds: Record<Notice['kind'], Kind> = {
  opening: { word: 'ALERT', colour: '#b00020' },
  escalation: { word: 'STILL', colour: '#b00020' },
  repeat: { word: 'STILL', colour: '#b36b00' },
  recovery: { word: 'OK', inSubject: 'ENDED', colour: '#1b7f3b', isOver: true },
  vanished: { word: 'GONE', colour: '#666666', isOver: true },
};

const order = Object.keys(kinds);
const byUrgency = (one: Notice, other: Notice): number => order.indexOf(one.kind) - order.indexOf(other.kind);

const mostElsewhere = 20;

function draft(notices: readonly Notice[], about: About): Draft {
  const [first] = notices;
  if (!first) throw new Error('a mail about nothing');
  const { parts, overview } = boundParts(notices.map((notice) => partOf(notice, about)));
  const told = new Set(notices.map(({ id }) => id));
  const elsewhere = aboutTheRest(notices, about);
  return {
    to: first.to,
    ids: [...told],
    key: notices
      .map(({ kind, id, alert }) => `${kind} ${id} ${alert.last_seen}`)
      .sort()
      .join('; '),
    subject: subjectOf(first, notices.length - 1, about),
    text: textOf(overview, parts, elsewhere, about),
    html: htmlOf(overview, parts, elsewhere, about),
    threads: [...new Set(notices.flatMap(({ alert }) => alert.thread ?? []))],
    alerts: notices.map((notice) => toldOf(notice, about)),
    notices,
  };
}

/** Level, site and problem stand in the first 40 characters, which is all that a phone shows. The headline is the same for all mails
 * of an incident, because many mail programs group by subject; they ignore a bracket at its start (RFC 5256, base subject),
 * so whatever changes stands in the bracket: a repeat shows the present value there. */
function subjectOf({ kind, alert }: Notice, others: number, { site }: About): string {
  const { word, inSubject = word } = kinds[kind];
  const isNumber = typeof alert.value === 'number';
  const present = word === 'STILL' && isNumber ? `, now ${formatScalar(alert.value, alert.unit)}` : '';
  const bracket = `[${inSubject} ${site}${others > 0 ? ` +${others}` : ''}${present}]`;
  return oneLine(`${bracket} ${firstLine(headlineOf(alert), 100)}`);
}

/** Two machines may each have a `/data`: the name stands first where the message does not say it. An alert of a node, `NODE:ALERT`,
 * begins with the name of the node. */
function headlineOf({ rule, subject, message, headline = message }: Notice['alert']): string {
  const name = rule === red.name ? subject.slice(subject.indexOf(':') + 1) : subject;
  const [whole = ''] = name.split(':', 1);
  return headline.includes(name) || headline.startsWith(`${whole}: `) ? headline : `${name}: ${headline}`;
}

/** An overview stands above this many alerts. */
const mostWithoutOverview = 2;
/** Bytes as they travel. With both parts full, a mail is smaller than 100 kB. */
const mostOfParts = 40_000;
const mostOfOverview = 20_000;
const mostOfMessage = 600;

interface Bounded {
  /** The alerts in full, the most urgent first. */
  readonly parts: readonly Part[];
  /** One line for each alert; empty if there are few. */
  readonly overview: readonly (readonly [word: string, message: string])[];
}

function boundParts(all: readonly Part[]): Bounded {
  const parts = fittingIn(
    mostOfParts,
    all,
    ({ title, message, rows }) => `${title}${message}${rows.flat().join('')}${' '.repeat(500)}`,
  );
  if (all.length <= mostWithoutOverview) return { parts, overview: [] };
  const lines = all.map(({ title, message }) => [title.split('  ')[0] ?? '', firstLine(message, 110)] as const);
  const overview = fittingIn(mostOfOverview, lines, (line) => `${line.join('')}${' '.repeat(30)}`);
  const left = lines.length - overview.length;
  const inFull = all.length - parts.length;
  return {
    parts,
    overview: [
      ...overview,
      ...(left > 0 ? ([['', `and ${left} more, which this mail does not list`]] as const) : []),
      ...(inFull > 0 ? ([['', `The first ${parts.length} follow in full; the report has all.`]] as const) : []),
    ],
  };
}

/** The first entries that fit; at least one. */
function fittingIn<Entry>(
  most: number,
  all: readonly Entry[],
  textOfEntry: (entry: Entry) => string,
): readonly Entry[] {
  let bytes = 0;
  const end = all.findIndex((entry) => (bytes += sizeInMail(textOfEntry(entry))) > most);
  return end < 0 ? all : all.slice(0, Math.max(1, end));
}

/** Once as text, once as HTML. In quoted-printable, a byte beyond ASCII takes three. */
const sizeInMail = (text: string): number => encodedBytes(text) + encodedBytes(escapeHtml(text));
const encodedBytes = (text: string): number => 3 * Buffer.byteLength(text) - 2 * text.length;

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
  const lasted = isOver ? `${distance(since, new Date(alert.last_seen))} until now` : distance(since, about.at);
  return {
    colour,
    title: `${word}  ${oneLine(id)}`,
    message: firstLine(alert.message, mostOfMessage),
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
            ...(alert.unknown_since === undefined
              ? []
              : [
                  ['unknown', `unreadable since ${clockMinute(new Date(alert.unknown_since))}; as last read:`] as const,
                ]),
            ['value', formatScalar(alert.value, alert.unit)],
            [
              'limit',
              `${formatScalar(alert.limit.value, alert.unit, formatBound)}${alert.limit.key === '' ? '' : `  (${alert.limit.key})`}`,
            ],
            ...(alert.clears_when === undefined ? [] : [['clears', `when ${oneLine(alert.clears_when)}`] as const]),
          ] as const)),
      ['runbook', about.runbookOf(alert)],
      ...(isOver ? [] : commandsFor(id, about.observationOf(alert))),
      ...(alert.last_sent === undefined ? [] : ([['last mail', clockMinute(new Date(alert.last_sent))]] as const)),
    ],
  };
}

const commandsFor = (id: string, observation: string | undefined): Part['rows'] => [
  ...(observation === undefined ? [] : ([['explain', `ops-monitor explain ${shellWord(observation)}`]] as const)),
  ['ack', `ops-monitor ack ${shellWord(id)} --reason "…"`],
];

/** Everything else that is not well, without what the alerts of this mail report already. */
function aboutTheRest(notices: readonly Notice[], { rest, isCoveredBy }: About): Rest {
  const others = rest.notWell
    .filter((one) => !notices.some(({ alert }) => isCoveredBy(alert, one)))
    .map(({ observation }) => observation);
  // Several checks judge the same reading, and have the same message if it failed.
  const each = [
    ...new Map(others.map(({ level, message }) => [message, [level, firstLine(message, 300)] as const])).values(),
  ];
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

function textOf(overview: Bounded['overview'], parts: readonly Part[], rest: Rest, about: About): string {
  const blocks = parts.map(({ title, message, rows }) =>
    [title, `  ${message}`, ...alignColumns(rows, { indent: '  ', gap: ' ', minimumWidths: [9] })].join('\n'),
  );
  const other = alignColumns(rest.lines, { indent: '  ', gap: ' ', minimumWidths: [8] });
  const top = alignColumns(overview, { gap: '  ', minimumWidths: [5] });
  return `${[...(top.length > 0 ? [top.join('\n')] : []), ...blocks, [rest.says, ...other].join('\n'), footer(about)].join('\n\n')}\n`;
}

const footer = ({ site, hostname, at, runId }: About): string =>
  `${site === hostname ? site : `${site}, ${hostname}`}, as of ${clockMinute(at)}, run ${runId}.\nThis monitor is observe-only: nothing was changed.`;

/** No images and no external styles: a mail program does not load them. */
function htmlOf(overview: Bounded['overview'], parts: readonly Part[], rest: Rest, about: About): string {
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
  const rows = overview.map(
    ([word, message]) =>
      `<tr><td style="padding:0 12px 0 0;font-weight:bold">${escapeHtml(word)}</td><td>${escapeHtml(message)}</td></tr>`,
  );
  const top =
    rows.length === 0 ? '' : `<table style="border-collapse:collapse;margin:0 0 16px">${rows.join('')}</table>`;
  const small = footer(about).split('\n').map(escapeHtml).join('<br>');
  return `<!DOCTYPE html><html><body style="font-family:sans-serif;color:#222;overflow-wrap:anywhere">${top}${blocks.join('')}${other}<p style="color:#666;font-size:85%">${small}</p></body></html>`;
}
