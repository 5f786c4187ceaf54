// Renders health and snapshot as Markdown: the overall level first, then what is not green, then the rest.
import type { State } from '../alerts/files.ts';
import type { Sections } from '../contract/registry.ts';
import { type Level, tallyOf, worstFirst } from '../core/level.ts';
import { escapeCell } from '../core/harmless.ts';
import { joined, table } from '../core/markdown.ts';
import { join } from '../core/path.ts';
import { counted } from '../core/text.ts';
import { clockMinute, distance } from '../core/time.ts';
import type { Observation } from '../contract/observation.ts';
import { dependentsInWords, type Folded, foldFindings } from '../engine/findings.ts';
import type { CurrentHealth } from '../health/files.ts';
import type { Snapshot } from '../snapshot/files.ts';
import { alertsTable, quietTable } from './alerts.ts';
import type { Day } from './changes.ts';
import { tablesOf } from './tables.ts';

const mark: Record<Level, string> = { green: '🟢 green', amber: '🟠 amber', red: '🔴 red', unknown: '⚪ unknown' };

export interface ReportInput {
  readonly definitions: Sections;
  readonly health: CurrentHealth;
  readonly snapshot: Snapshot | undefined;
  readonly alerts: State | undefined;
  readonly at: Date;
  /** Folder in which the runbooks' paths begin. */
  readonly folder: string;
  /** Why today's configuration is broken; the report then goes by the last good one. */
  readonly broken?: string | undefined;
}

export function renderReport(input: ReportInput): string {
  const { definitions, health, snapshot, alerts, at, folder, broken } = input;
  const folded = foldFindings(health.observations);
  return joined([
    broken === undefined
      ? ''
      : `🔴 **${escapeCell(endSentence(`Attention: ${broken}`))}** Nothing is read or judged until it is corrected (\`ops-monitor check-config\`); this report goes by the last good one.`,
    `# Operations report: ${escapeCell(health.site)}`,
    verdict(health, at),
    'The cycle that wrote this is observe-only: it took no healing action.',
    ...worstFirst.map((level) => findings(folded, level, folder)),
    alertsTable(alerts),
    quietTable(alerts?.quiet ?? []),
    ...tablesOf(definitions, snapshot),
  ]);
}

/** In place of a report, where there are no levels to report. */
export const renderNoReport = (site: string, hostname: string, reason: string): string =>
  joined([
    `# Operations report: ${escapeCell(site)}`,
    `**${mark.unknown.toUpperCase()}** on ${escapeCell(hostname)}: no levels are known. ${escapeCell(endSentence(reason))}`,
  ]);

/** The level changes of the day so far, for the end of the day's file. */
export function renderDay(day: string, { changes, snapshots, bad }: Day): string {
  const rows = changes.map(({ at, id, from, to }) => [
    at.slice(11, 19),
    id,
    from === undefined ? 'appeared' : mark[from],
    to === undefined ? 'vanished' : mark[to],
  ]);
  return joined([
    `## How ${day} went`,
    `${counted(snapshots, 'snapshot')} so far; ${changes.length === 0 ? 'no level changed' : counted(changes.length, 'change')}.` +
      (bad === 0
        ? ''
        : ` ${counted(bad, 'line')} of the day's health could not be read and ${bad === 1 ? 'was' : 'were'} left out.`),
    rows.length === 0 ? '' : table(['UTC', 'what', 'from', 'to'], rows),
  ]);
}

function verdict(health: CurrentHealth, at: Date): string {
  const { overall_level, counts, snapshot_time_utc, hostname, run_id, unknown_since, valid_until } = health;
  const when =
    snapshot_time_utc === undefined
      ? 'There is no snapshot.'
      : `Snapshot of ${clockMinute(new Date(snapshot_time_utc))}, ${distance(new Date(snapshot_time_utc), at)} before this report.`;
  const holds =
    unknown_since === undefined
      ? valid_until === undefined
        ? ''
        : ` These levels hold until ${clockMinute(new Date(valid_until))}: read after that, this report is out of date.`
      : ` The levels are unknown since ${clockMinute(new Date(unknown_since))}.`;
  return joined([
    `**${mark[overall_level].toUpperCase()}** on ${escapeCell(hostname)}: ${tallyOf(counts)}.`,
    `${when}${holds}${run_id === undefined ? '' : ` Run \`${run_id}\`.`}`,
  ]);
}

function findings(folded: readonly Folded<Observation>[], level: Level, folder: string): string {
  const text = folded.flatMap(({ observation, same, dependents }) => {
    if (observation.level !== level) return [];
    const { message, clears_when, runbook } = observation;
    const clears = clears_when === undefined ? '' : ` Clears when ${escapeCell(endSentence(clears_when))}`;
    const words = dependentsInWords({ dependents });
    const more = words === '' ? '' : ` ${words.replace('b', 'B')}: ${codes(dependents)}.`;
    const where = `${codes([observation, ...same])}, runbook: \`${join(folder, runbook)}\``;
    return `- **${escapeCell(endSentence(message))}**${clears}${more} (${where})`;
  });
  return text.length === 0 ? '' : joined([`## ${mark[level]}`, text.join('\n')]);
}

const codes = (all: readonly Observation[]): string => all.map(({ id }) => code(id)).join(', ');

const code = (id: string): string => `\`${id.replaceAll('`', "'")}\``;

/** A message from another program may already end with a full stop. */
const endSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
