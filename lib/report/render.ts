// Renders health and snapshot as Markdown: the overall level first, then what is not green, then the rest.
import type { State } from '../alerts/files.ts';
import type { Sections } from '../contract/registry.ts';
import { type Level, tallyOf, worstFirst } from '../core/level.ts';
import { escapeCell } from '../core/harmless.ts';
import { joined, table } from '../core/markdown.ts';
import { counted } from '../core/text.ts';
import { clockMinute, distance } from '../core/time.ts';
import type { CurrentHealth, Health } from '../health/files.ts';
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
}

export function renderReport({ definitions, health, snapshot, alerts, at }: ReportInput): string {
  return joined([
    `# Operations report: ${escapeCell(health.site)}`,
    verdict(health, at),
    'This monitor is observe-only. No automated healing action was taken.',
    ...worstFirst.filter((level) => level !== 'green').map((level) => findings(health, level)),
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

function findings(health: Health, level: Level): string {
  const found = health.observations.filter((observation) => observation.level === level);
  if (found.length === 0) return '';
  // A path that does not exist is one line, not one for each check that needs its reading.
  const lines = [...Map.groupBy(found, ({ message }) => message).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { message, clears_when, runbook } = first;
    const clears = clears_when === undefined ? '' : ` Clears when ${escapeCell(endSentence(clears_when))}`;
    const ids = same.map(({ id }) => `\`${id.replaceAll('`', "'")}\``).join(', ');
    return `- **${escapeCell(endSentence(message))}**${clears} (${ids}, runbook: \`${runbook}\`)`;
  });
  return joined([`## ${mark[level]}`, lines.join('\n')]);
}

/** A message from another program may already end with a full stop. */
const endSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
