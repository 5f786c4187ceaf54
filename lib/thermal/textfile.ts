// Renders the temperatures for node-exporter's textfile collector.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import type { Read } from './read-sources.ts';
import { isGood, type Reading } from './reading.ts';
import type { Judged } from './thresholds.ts';

const gauge = gaugesOf('node_thermal');

export function renderTextfile(
  reads: readonly Read[],
  readings: readonly Reading[],
  limited: readonly Judged[],
  heartbeatSeconds: number | undefined,
): string {
  const perSource = (valueOf: (read: Read) => number | undefined) =>
    reads.flatMap((read) => {
      const value = valueOf(read);
      return value === undefined ? [] : [{ labels: { source: read.source }, value }];
    });
  return renderExposition([
    gauge(
      'celsius',
      'Temperature, by where it was read, where the chip sits, and the sensor on it. Only what is believed.',
      readings
        .filter(isGood)
        .map(({ source, chip, sensor, celsius }) => ({ labels: { source, chip, sensor }, value: celsius })),
    ),
    gauge(
      'limit_celsius',
      'Above this a sensor is too hot; only of those that are judged, with what each of them stands for.',
      limited.map(({ reading: { source, chip, sensor }, title, above }) => ({
        labels: { source, chip, sensor, watched: title },
        value: above,
      })),
    ),
    gauge(
      'heartbeat_seconds',
      'Unix time of the last beat that read at least one temperature.',
      heartbeatSeconds === undefined ? [] : [{ value: heartbeatSeconds }],
    ),
    gauge(
      'sensor_problem',
      'Always 1: a sensor without a temperature, and why (absent, faulted, implausible, stuck, stale, unreadable).',
      readings.flatMap((reading) => {
        if (isGood(reading)) return [];
        const { source, chip, sensor, problem } = reading;
        return [{ labels: { source, chip, sensor, problem }, value: 1 }];
      }),
    ),
    gauge(
      'source_success',
      'Whether a source could be read: 1 or 0. What this machine does not have has no sample.',
      perSource(({ status }) => (status === 'absent' ? undefined : status === 'ok' ? 1 : 0)),
    ),
    gauge(
      'source_absent',
      'Whether this machine has no such source: 1 or 0.',
      perSource(({ status }) => (status === 'absent' ? 1 : 0)),
    ),
    gauge(
      'source_age_seconds',
      'Age of the oldest of what a source told; 0 where it was read in this beat.',
      perSource((read) => read.age_seconds ?? (read.status === 'ok' ? 0 : undefined)),
    ),
    gauge(
      'source_duration_seconds',
      'How long it took to read a source.',
      perSource(({ ms }) => ms / 1000),
    ),
    gauge(
      'source_readings',
      'Temperatures that a source gave and that are believed.',
      perSource(({ source }) => readings.filter((one) => one.source === source && isGood(one)).length),
    ),
  ]);
}
