// Renders the temperatures for node-exporter's textfile collector.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import type { Read } from './read-sources.ts';
import { fansOf } from './faults.ts';
import type { Judged } from './judge.ts';
import { type Fan, isGood, type Reading } from './reading.ts';
import { recipients, type Telling } from './telling.ts';

const gauge = gaugesOf('node_thermal');

interface Metrics {
  readonly reads: readonly Read[];
  readonly readings: readonly Reading[];
  readonly judged: readonly Judged[];
  readonly flat: ReadonlyMap<Reading, string>;
  readonly heartbeat_seconds: number | undefined;
  /** As the beat before left it: this file is written before anything is sent. */
  readonly telling: Telling;
}

export function renderTextfile({ reads, readings, judged, flat, heartbeat_seconds, telling }: Metrics): string {
  const perSource = (valueOf: (read: Read) => number | undefined) =>
    reads.flatMap((read) => {
      const value = valueOf(read);
      return value === undefined ? [] : [{ labels: { source: read.source }, value }];
    });
  const perFan = (name: string, help: string, valueOf: (fan: Fan) => number | undefined) =>
    gauge(
      name,
      help,
      fansOf(reads).flatMap((fan) => {
        const { source, chip, sensor } = fan;
        const value = valueOf(fan);
        return value === undefined ? [] : [{ labels: { source, chip, sensor }, value }];
      }),
    );
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
      judged.map(({ reading: { source, chip, sensor }, title, above }) => ({
        labels: { source, chip, sensor, watched: title },
        value: above,
      })),
    ),
    gauge(
      'heartbeat_seconds',
      'Unix time of the last beat that read at least one temperature.',
      heartbeat_seconds === undefined ? [] : [{ value: heartbeat_seconds }],
    ),
    gauge(
      'sensor_problem',
      'Always 1: a sensor without a temperature, and why (absent, faulted, implausible, stale, unreadable); stuck: it has one, which has not changed for long.',
      readings.flatMap((reading) => {
        const { source, chip, sensor } = reading;
        if (isGood(reading) && !flat.has(reading)) return [];
        return [{ labels: { source, chip, sensor, problem: isGood(reading) ? 'stuck' : reading.problem }, value: 1 }];
      }),
    ),
    gauge(
      'alarm',
      'Whether a chip raises an alarm of its own for a temperature: 1 or 0.',
      readings.flatMap(({ source, chip, sensor, alarm }) =>
        alarm === undefined ? [] : [{ labels: { source, chip, sensor }, value: alarm ? 1 : 0 }],
      ),
    ),
    perFan('fan_rpm', 'Speed of a fan.', ({ rpm }) => rpm),
    perFan(
      'fan_min_rpm',
      'A fan should turn at least this fast; 0 where it may stand still.',
      ({ min_rpm }) => min_rpm,
    ),
    perFan('fan_alarm', 'Whether a chip raises an alarm of its own for a fan: 1 or 0.', ({ alarm }) =>
      alarm === undefined ? undefined : alarm ? 1 : 0,
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
    gauge(
      'telling_success',
      'Whether a recipient accepted what it was last sent: 1 or 0, as of the beat before.',
      recipients.flatMap((recipient) => {
        const told = telling[recipient];
        return told ? [{ labels: { recipient }, value: told.ok ? 1 : 0 }] : [];
      }),
    ),
    gauge(
      'telling_accepted_timestamp_seconds',
      'When a recipient last accepted what it was sent, as unix time.',
      recipients.flatMap((recipient) => {
        const at = telling[recipient]?.accepted_at;
        return at === undefined ? [] : [{ labels: { recipient }, value: Date.parse(at) / 1000 }];
      }),
    ),
  ]);
}
