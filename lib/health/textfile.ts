// Health as metrics for Prometheus, read by node_exporter's textfile collector.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import { levelNumber } from '../core/level.ts';
import { firstLine } from '../core/text.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { Health } from './files.ts';
import { mergeParts } from './parts.ts';

/** Longer words of a failed command would fill the memory of Prometheus. */
const longestMessage = 500;

interface About {
  readonly sections: Readonly<Record<string, Envelope>>;
  /** For how long the levels hold. */
  readonly validSeconds: number;
  readonly version: string;
}

export function renderTextfile(
  definitions: Sections,
  health: Health,
  { sections, validSeconds, version }: About,
): string {
  const assessedSeconds = Date.parse(health.assessed_at) / 1000;
  const { snapshot_time_utc } = health;
  const snapshotSeconds = snapshot_time_utc === undefined ? NaN : Date.parse(snapshot_time_utc) / 1000;
  const read = outcomesOf(definitions, sections).flatMap(({ probe, item = '', outcome }) =>
    outcome.status === 'absent' ? [] : [{ labels: { probe, item }, outcome }],
  );
  const gauge = gaugesOf('ops_monitor');
  const observations = mergeParts(health.observations);
  const { site, hostname } = health;
  return renderExposition([
    gauge('info', 'Whose metrics these are: the site, the name of the machine, and the version of the monitor.', [
      { labels: { site, hostname, version }, value: 1 },
    ]),
    gauge(
      'check_level',
      'Level of a check: 0 green, 1 amber, 2 red, 3 unknown.',
      observations.map(({ check, subject, level }) => ({ labels: { check, subject }, value: levelNumber(level) })),
    ),
    // The figures in a message change, and each change is a new series: so only checks that are not green have one. A rule puts the
    // message into an annotation by `query`. As a label of the alert, each change would begin the alert anew.
    gauge(
      'check_message',
      'What is wrong, in the words of the report: a series of value 1 for each check that is not green.',
      observations.flatMap(({ check, subject, level, message }) =>
        level === 'green'
          ? []
          : [{ labels: { check, subject, message: firstLine(message, longestMessage) }, value: 1 }],
      ),
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
