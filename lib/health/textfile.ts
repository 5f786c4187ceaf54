// Health as metrics for Prometheus, read by node_exporter's textfile collector.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import { levelNumber } from '../core/level.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { Health } from './files.ts';

export function renderTextfile(
  definitions: Sections,
  health: Health,
  sections: Readonly<Record<string, Envelope>>,
  validSeconds: number,
): string {
  const assessedSeconds = Date.parse(health.assessed_at) / 1000;
  const { snapshot_time_utc } = health;
  const snapshotSeconds = snapshot_time_utc === undefined ? NaN : Date.parse(snapshot_time_utc) / 1000;
  const read = outcomesOf(definitions, sections).flatMap(({ probe, item = '', outcome }) =>
    outcome.status === 'absent' ? [] : [{ labels: { probe, item }, outcome }],
  );
  const gauge = gaugesOf('ops_monitor');
  return renderExposition([
    gauge(
      'check_level',
      'Level of a check: 0 green, 1 amber, 2 red, 3 unknown.',
      health.observations.map(({ check, subject, level }) => ({
        labels: { check, subject },
        value: levelNumber(level),
      })),
    ),
    gauge('overall_level', 'Worst level of all checks: 0 green, 1 amber, 2 red, 3 unknown.', [
      { value: levelNumber(health.overall_level) },
    ]),
    gauge('snapshot_timestamp_seconds', 'When the snapshot was taken, as unix time.', [{ value: snapshotSeconds }]),
    gauge('snapshot_age_seconds', 'Age of the snapshot when it was assessed; for its age now, use the timestamp.', [
      { value: Math.round((assessedSeconds - snapshotSeconds) * 1000) / 1000 },
    ]),
    gauge(
      'levels_valid_until_timestamp_seconds',
      'Until when the levels of this file hold, as unix time: after that they are unknown, whatever they say.',
      [{ value: snapshotSeconds + validSeconds }],
    ),
    gauge('assessment_timestamp_seconds', 'When health was assessed, as unix time.', [{ value: assessedSeconds }]),
    gauge(
      'probe_success',
      'Whether a reading of the snapshot succeeded: 1 or 0.',
      read.map(({ labels, outcome }) => ({ labels, value: outcome.status === 'ok' ? 1 : 0 })),
    ),
    gauge(
      'probe_duration_seconds',
      'How long a reading of the snapshot took.',
      read.map(({ labels, outcome }) => ({ labels, value: outcome.ms / 1000 })),
    ),
  ]);
}
