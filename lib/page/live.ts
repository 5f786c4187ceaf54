// live.json: what the page needs beside snapshot and health, computed by the service from the files of the moment.
import type { ActiveSilence, State } from '../alerts/files.ts';
import { alertsIn } from '../alerts/files.ts';
import type { CurrentHealth } from '../health/files.ts';
import type { Trends } from './files.ts';
import type { Temperatures } from './temperatures.ts';

/** An alert without the addresses of its recipients. */
export interface ShownAlert {
  readonly id: string;
  /** Ids of the observations that it is about. */
  readonly of: readonly string[];
  readonly phase: 'pending' | 'firing';
  readonly message: string;
  readonly since: string;
  readonly last_sent?: string | undefined;
  readonly last_queued?: string | undefined;
  readonly recipients: number;
  readonly acknowledged_at?: string | undefined;
  readonly silenced_since?: string | undefined;
  readonly escalated_at?: string | undefined;
}

export interface Live {
  readonly schema_version: 1;
  /** Why the levels of the assessment may not be shown any more; see lib/health/current.ts. */
  readonly outdated?: { readonly since: string; readonly message: string };
  readonly alerts: readonly ShownAlert[];
  readonly quiet: readonly ActiveSilence[];
  /** Absent where no thermal heartbeat has run since the machine was started. */
  readonly temperatures?: Temperatures;
  /** Trends of the samples after the end of trends.json. */
  readonly recent: Pick<Trends, 'times' | 'cards' | 'groups' | 'since'>;
}

export const liveVersion = 1;

export function liveOf(
  state: State | undefined,
  health: CurrentHealth | undefined,
  recent: Live['recent'],
  observationsBehind: (alert: string) => readonly string[],
  temperatures: Temperatures | undefined,
): Live {
  const age = health?.observations.find(({ check }) => check === 'snapshot-age');
  const { unknown_since: since } = health ?? {};
  return {
    schema_version: liveVersion,
    ...(since === undefined ? {} : { outdated: { since, message: age?.message ?? 'the levels are not known' } }),
    alerts: Object.entries(alertsIn(state)).map(([id, alert]) => ({
      id,
      of: observationsBehind(id),
      phase: alert.phase,
      message: alert.message,
      since: alert.since,
      last_sent: alert.last_sent,
      last_queued: alert.last_queued,
      recipients: alert.told?.length ?? 0,
      acknowledged_at: alert.acknowledged_at,
      silenced_since: alert.silenced_since,
      escalated_at: alert.escalated_at,
    })),
    quiet: state?.quiet ?? [],
    ...(temperatures ? { temperatures } : {}),
    recent,
  };
}
