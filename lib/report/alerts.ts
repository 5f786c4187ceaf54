// The report's tables of active alerts, and of silences, acknowledgements and maintenance.
import { alertsIn, type ActiveSilence, type State } from '../alerts/files.ts';
import { section } from '../core/markdown.ts';
import { clockMinute } from '../core/time.ts';

export function alertsTable(state: State | undefined): string {
  const active = Object.entries(alertsIn(state)).filter(([, { phase }]) => phase === 'firing');
  const rows = active.map(([id, { message, since, last_sent }]) => [
    id,
    message,
    minuteOf(since),
    minuteOf(last_sent, 'never'),
  ]);
  return section('Alerts', ['alert', 'what', 'since', 'last sent'], rows);
}

/** Shown so that nobody takes a missing alert for health. */
export function quietTable(quiet: readonly ActiveSilence[]): string {
  const rows = quiet.map(({ kind, of, who, until, reason }) => [of, kind, who ?? '', minuteOf(until), reason]);
  return section('Silenced', ['alert', 'by', 'who', 'until', 'reason'], rows);
}

const minuteOf = (time: string | undefined, otherwise = ''): string =>
  time === undefined ? otherwise : clockMinute(new Date(time));
