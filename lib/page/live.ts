// live.json: what the page needs beside snapshot and health, computed by the service from the files of the moment.
import {
  type ActiveSilence,
  alertsIn,
  type PostedAlerts,
  type ShownAlert,
  shownAlert,
  type State,
  toldWithoutMail,
} from '../alerts/files.ts';
import type { StageRecord } from '../contract/record.ts';
import type { CurrentHealth } from '../health/files.ts';
import type { Trends } from './files.ts';
import type { Temperatures } from '../thermal/files.ts';

export type LiveAlert = ShownAlert & {
  readonly id: string;
  /** Ids of the observations that it is about. */
  readonly of: readonly string[];
};

export interface Live {
  readonly schema_version: 1;
  /** Why the levels of the assessment may not be shown any more; see lib/health/current.ts. */
  readonly outdated?: { readonly since: string; readonly message: string };
  readonly alerts: readonly LiveAlert[];
  readonly quiet: readonly ActiveSilence[];
  /** Absent where no thermal heartbeat has run since the machine was started. */
  readonly temperatures?: Temperatures;
  /** Trends of the samples after the end of trends.json. */
  readonly recent: Pick<Trends, 'times' | 'cards' | 'groups' | 'since'>;
}

export const liveVersion = 1;

export function liveOf(
  state: State | undefined,
  posted: PostedAlerts | undefined,
  stages: readonly StageRecord[],
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
      ...shownAlert(alert, toldWithoutMail(id, posted, stages)),
    })),
    quiet: state?.quiet ?? [],
    ...(temperatures ? { temperatures } : {}),
    recent,
  };
}
