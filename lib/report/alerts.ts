// The report's tables of active alerts, and of silences, acknowledgements and maintenance.
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
            last_sent === undefined ? 'never' : clockMinute(new Date(last_sent)),
          ],
        ]
      : [],
  );
  return section('Alerts', ['alert', 'what', 'since', 'last sent'], rows);
}

/** Shown so that nobody takes a missing alert for health. */
export function quietTable(quiet: readonly Quiet[]): string {
  const rows = quiet.map(({ kind, of, who, until, reason }) => [
    of,
    kind,
    who ?? '',
    until === undefined ? '' : clockMinute(new Date(until)),
    reason,
  ]);
  return section('Silenced', ['alert', 'by', 'who', 'until', 'reason'], rows);
}
