// Renders what `ops-monitor status` prints: one screen of how the site is now, what the monitor itself does, and the command that
// helps with each. Pure.
import type { ActiveSilence, ShownAlert } from '../alerts/files.ts';
import { covers } from '../alerts/silences.ts';
import type { Observation } from '../contract/observation.ts';
import { overdue, type StageRecord } from '../contract/record.ts';
import { ageOf } from '../core/age.ts';
import { alignColumns, displayWidth, fold, padded } from '../core/columns.ts';
import { oneLine, shellWord } from '../core/harmless.ts';
import { worstFirst } from '../core/level.ts';
import { formatBytes, formatDuration, formatLimit } from '../core/quantity.ts';
import { firstLine } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import { dependentsInWords, foldFindings } from '../engine/findings.ts';
import type { CurrentHealth, Health } from '../health/files.ts';
import type { Paint } from '../io/terminal.ts';
import type { Temperatures } from '../thermal/files.ts';

export interface Status {
  readonly at: string;
  readonly site: string;
  readonly hostname: string;
  /** As it may be shown now; see lib/health/current.ts. */
  readonly health?: CurrentHealth | undefined;
  /** The last assessment, where its levels may not be shown as those of now. */
  readonly last_known?: Health | undefined;
  /** Whether there is an assessment, which could not be read. */
  readonly isHealthUnreadable?: boolean;
  /** By id; without the addresses of the recipients. */
  readonly alerts: Readonly<Record<string, Shown>>;
  readonly quiet: readonly ActiveSilence[];
  readonly stages: readonly StageRecord[];
  readonly outbox?: { readonly waiting: number; readonly waiting_seconds: number; readonly dead: number } | undefined;
  /** Temperatures of the last thermal heartbeat, where one runs. */
  readonly temperatures?: Temperatures | undefined;
  readonly disk: { readonly own: readonly Own[]; readonly free_bytes: number | null };
  /** Files that could not be read, each with the reason. */
  readonly problems: readonly string[];
}

/** `hold_seconds`: a pending alert fires when its problem has lasted this long. */
type Shown = ShownAlert & { readonly hold_seconds: number };

/** Bytes of one kind of the monitor's own files. */
interface Own {
  readonly what: string;
  readonly bytes: number;
}

export interface Look {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  /** The command line for these words, as it is typed here: `ops-monitor explain x`. */
  readonly command: (words: string) => string;
}

const mostFindings = 10;
const mostAlerts = 6;

export function renderStatus(status: Status, look: Look): string {
  const now = new Date(status.at);
  const known = believed(status);
  const before = clockMinute(new Date(status.last_known?.assessed_at ?? now));
  const parts = [
    verdict(status, now, look),
    section(
      'The monitor itself',
      status.problems.flatMap((problem) => fold(`  ${problem}`, look.width, '    ')),
      look,
    ),
    section('Not green', findings(known.now, look), look),
    section(`Not green at the last assessment, ${before}`, findings(known.before, look), look),
    section('Alerts', alerts(status, now, look), look),
    section(
      'Silenced',
      status.quiet.map((one) => cut(quietLine(one), look.width)),
      look,
    ),
    section('Mail', mail(status, look), look),
    section('Temperatures', temperatures(status, now, look), look),
    section('Stages', stages(status, now, look), look),
    section('Disk', disk(status, look), look),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function verdict(
  { site, hostname, health, isHealthUnreadable }: Status,
  now: Date,
  { paint, command, width }: Look,
): string[] {
  const head = `${paint('bold', site)} on ${hostname}, ${clockMinute(now)}`;
  if (!health) {
    const why = isHealthUnreadable ? 'the last assessment cannot be read' : 'nothing has been assessed here yet';
    return [head, `${paint('unknown', '● UNKNOWN')}  ${why}: ${command('run-cycle')}`];
  }
  const { overall_level: level, counts, snapshot_time_utc: time } = health;
  const tally = worstFirst.flatMap((one) => (counts[one] ? [`${counts[one]} ${one}`] : []));
  const age = time === undefined ? 'no snapshot' : `snapshot ${ago(time, now)}`;
  const why = health.unknown_since === undefined ? undefined : outdating(health)?.message;
  return [
    head,
    `${paint(level, `● ${level.toUpperCase()}`)}  ${age}  ${tally.join(', ')}`,
    ...(why === undefined ? [] : fold(`  ${why}`, width, '    ')),
  ];
}

/** The observation that says why the levels of the last assessment are not those of now. */
const outdating = ({ observations }: CurrentHealth): Observation | undefined =>
  observations.find(({ check }) => check === 'snapshot-age');

/** Observations of now, and those of before that are no longer believed. The reason stands once, below the verdict. */
function believed({ health, last_known }: Status): Record<'now' | 'before', readonly Observation[]> {
  const all = health?.observations ?? [];
  const age = health && last_known && outdating(health);
  if (!age) return { now: all, before: [] };
  const outdated = new Set(all.flatMap(({ id, because }) => (because === age.id ? [id] : [])));
  return {
    now: all.filter(({ id }) => id !== age.id && !outdated.has(id)),
    before: last_known.observations.filter(({ id, because }) => outdated.has(id) && because !== age.id),
  };
}

function ago(time: string, now: Date): string {
  const { seconds, aheadSeconds } = ageOf(time, now);
  if (aheadSeconds !== undefined) return `from the future, by ${formatDuration(aheadSeconds)}`;
  return seconds === undefined ? 'at an impossible time' : `${short(seconds)} ago`;
}

/** Seconds count below two minutes only. */
const short = (seconds: number): string =>
  formatDuration(seconds < 120 ? Math.round(seconds) : seconds < 86_400 ? Math.round(seconds / 60) * 60 : seconds);

function findings(observations: readonly Observation[], { paint, command, width }: Look): string[] {
  const wrong = foldFindings(observations);
  const lines = wrong.slice(0, mostFindings).flatMap(({ observation, same, dependents }) => {
    const { level, message } = observation;
    const costs = dependentsInWords({ dependents });
    const ids = [observation, ...same].map(({ id }) => id).join(', ');
    const words = `${padded(level, 9)}${firstLine(message, 300)}${costs === '' ? '' : `; ${costs}`}`;
    const line = `  ${cut(words, width - 2).replace(level, paint(level, level))}`;
    const isShort = displayWidth(words) + displayWidth(ids) + 4 <= width;
    return isShort ? [`${line}  ${paint('dim', ids)}`] : [line, paint('dim', `           ${cut(ids, width - 11)}`)];
  });
  const left = wrong.length - mostFindings;
  if (left > 0) lines.push(`  and ${left} more, in the report`);
  const [first] = wrong;
  return first ? [...lines, paint('dim', `  why: ${command(`explain ${shellWord(first.observation.id)}`)}`)] : [];
}

function alerts({ alerts: all, quiet }: Status, now: Date, { paint, command, width }: Look): string[] {
  const [pending = [], firing = []] = ['pending', 'firing'].map((phase) =>
    Object.entries(all).filter(([, one]) => one.phase === phase),
  );
  const shown = [...firing, ...pending].slice(0, mostAlerts);
  const rows = shown.map(([id, alert]) => [
    oneLine(id),
    `for ${ago(alert.since, now).replace(/ ago$/, '')}`,
    quietNow(id, alert, quiet) ?? told(alert),
  ]);
  const left = firing.length + pending.length - shown.length;
  const open = firing.find(([id, alert]) => quietNow(id, alert, quiet) === undefined);
  return [
    ...alignColumns(rows, { indent: '  ' }).map((line) => cut(line, width)),
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...(open ? [paint('dim', `  known: ${command(`ack ${shellWord(open[0])} --reason "…"`)}`)] : []),
  ];
}

/** A note that was left just now counts, although send-alerts has not read it yet. */
function quietNow(
  id: string,
  { acknowledged_at, silenced_since }: ShownAlert,
  quiet: readonly ActiveSilence[],
): string | undefined {
  const kinds = quiet.flatMap(({ kind, of }) => (covers(of, id) ? [kind] : []));
  if (acknowledged_at !== undefined || kinds.includes('acknowledgement')) return 'acknowledged';
  return silenced_since !== undefined || kinds.length > 0 ? 'silenced' : undefined;
}

function told({ phase, hold_seconds, last_sent, last_queued, escalated_at, told_without_mail }: Shown): string {
  if (phase === 'pending') return `fires when it has lasted ${formatLimit(hold_seconds)}`;
  if (last_sent === undefined) return last_queued === undefined ? told_without_mail : 'the mail waits';
  return `mailed ${clockMinute(new Date(last_sent))}${escalated_at === undefined ? '' : ', escalated'}`;
}

function quietLine({ kind, of, who, until, reason }: ActiveSilence): string {
  const by = who === undefined ? '' : ` by ${oneLine(who)}`;
  const end = until === undefined ? '' : ` until ${clockMinute(new Date(until))}`;
  return `  ${kind} of ${oneLine(of)}${by}${end}: ${firstLine(reason)}`;
}

function mail({ outbox }: Status, { paint, command }: Look): string[] {
  if (!outbox || (outbox.waiting === 0 && outbox.dead === 0)) return [];
  const { waiting, waiting_seconds: seconds, dead } = outbox;
  return [
    ...(waiting > 0 ? [`  ${waiting} waiting, the oldest for ${short(seconds)}`] : []),
    ...(dead > 0 ? [`  ${dead} could not be delivered`] : []),
    paint('dim', `  why: ${command('outbox list')}`),
  ];
}

const mostSensors = 4;
/** A beat comes every 30 s: an older number is not that of now. */
const mostBeatSeconds = 300;

/** Sensors with a problem come first, then the hottest. */
function temperatures({ temperatures: found }: Status, now: Date, { paint, width }: Look): string[] {
  if (!found) return [];
  const { seconds = Infinity } = ageOf(found.at, now);
  if (seconds > mostBeatSeconds)
    return [`  ${paint('unknown', 'unknown')}: the last heartbeat was ${ago(found.at, now)}`];
  const shown = found.sensors.slice(0, mostSensors).map(({ name, celsius, trouble }) => {
    const value = celsius === undefined ? '' : ` ${celsius.toFixed(1)} °C`;
    return `${oneLine(name)}${value}${trouble === undefined ? '' : ` (${oneLine(trouble)})`}`;
  });
  const left = found.sensors.length - shown.length;
  return shown.length === 0 ? [] : [cut(`  ${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`, width)];
}

function stages({ stages: all }: Status, now: Date, { paint, command, width }: Look): string[] {
  const asking = all.find(({ stage }) => stage === 'assess-health');
  const rows = all.map((record) => {
    const { stage, outcome, started_at, ms, every_seconds } = record;
    const isLate = overdue(record, asking) !== undefined;
    const state = outcome === 'failed' ? paint('red', 'failed') : isLate ? paint('unknown', 'overdue') : 'ok';
    const every = every_seconds === undefined ? '' : formatLimit(every_seconds);
    return [stage, state, ago(started_at, now), formatDuration(ms / 1000), every];
  });
  const failed = all.filter(({ outcome }) => outcome === 'failed');
  const first = failed[0]?.stage;
  return [
    ...(rows.length === 0
      ? []
      : alignColumns([['', '', paint('dim', 'last run'), paint('dim', 'took'), paint('dim', 'every')], ...rows], {
          indent: '  ',
        })),
    ...failed.flatMap(({ stage, problems }) =>
      fold(`  ${stage}: ${firstLine(problems.at(-1) ?? 'no reason left', 300)}`, width, '    '),
    ),
    ...(first === undefined ? [] : adviceOn(first, command).map((line) => paint('dim', `  ${line}`))),
  ];
}

/** Stages with a unit of their own; the others are instances of `ops-monitor@`. */
const ownUnits: Readonly<Record<string, string>> = {
  'thermal-heartbeat': 'thermal-heartbeat',
  'watch-services': 'ops-monitor-watchdog',
  'push-metrics': 'ops-monitor-push',
  'run-rehearsal': 'ops-monitor-rehearsal',
};

/** Run by hand, or by what else there is: no unit of ours runs them, and they act. */
const withoutUnit = new Set(['run-gate', 'run-boot', 'test-metrics']);

function adviceOn(failed: string, command: Look['command']): string[] {
  const [stage = '', operand] = failed.split('@');
  if (withoutUnit.has(stage)) return [command(`${stage}${operand === undefined ? '' : ` ${operand}`} --dry-run`)];
  return [command(stage), `journalctl -u '${ownUnits[stage] ?? `ops-monitor@${stage}`}'`];
}

function disk({ disk: { own, free_bytes } }: Status, { width }: Look): string[] {
  const all = own.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = own.filter(({ bytes }) => bytes > 0).map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`);
  if (parts.length === 0) return [];
  const free = free_bytes === null ? '' : `; ${formatBytes(free_bytes)} are free there`;
  return [`  ${formatBytes(all)} of our own${free}`, cut(`  ${parts.join(', ')}`, width)];
}

const section = (title: string, lines: readonly string[], { paint }: Look): string[] =>
  lines.length === 0 ? [] : [paint('bold', title), ...lines];

/** A line that a terminal would break is hard to read among others. */
const cut = (line: string, width: number): string =>
  displayWidth(line) <= width ? line : `${line.slice(0, Math.max(20, width - 1))}…`;
