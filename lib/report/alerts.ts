// What the report says of alerts: which are active, and of what nobody is told.
import { alertsIn, type Quiet, type State } from '../alerts/files.ts';
import { section } from '../core/markdown.ts';
import { clockMinute } from '../core/time.ts';

export function alertsTable(state: State | undefined): string {
  const active = Object.entries(alertsIn(state));
  const rows = active.flatMap(([id, { phase, message, since, last_sent }]) =>
    phase === 'firing'
      ? [
          [
            id,
            message,
            clockMinute(new Date(since)),
            last_sent === undefined ? 'none' : clockMinute(new Date(last_sent)),
          ],
        ]
      : [],
  );
  return section('Alerts', ['alert', 'what', 'since', 'last told'], rows);
}

/** So that nobody takes silence for health. */
export function quietTable(quiet: readonly Quiet[]): string {
  const rows = quiet.map(({ kind, of, who, until, reason }) => [
    of,
    kind,
    who ?? '',
    until === undefined ? '' : clockMinute(new Date(until)),
    reason,
  ]);
  return section('Nobody is told of', ['what', 'by', 'who', 'until', 'why'], rows);
}
