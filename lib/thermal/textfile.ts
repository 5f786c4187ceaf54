// Renders the temperatures for node-exporter's textfile collector.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import type { Read } from './read-sources.ts';
import { fansOf } from './faults.ts';
import type { Judged } from './judge.ts';
import { isGood, type Reading, type Sensor } from './reading.ts';
import { recipients, type Telling, type Told } from './telling.ts';

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
  const perSource = (name: string, help: string, valueOf: (read: Read) => number | undefined) =>
    gauge(
      name,
      help,
      reads.map((read) => ({ labels: { source: read.source }, value: valueOf(read) })),
    );
  const perSensor = <Of extends Sensor>(
    all: readonly Of[],
    name: string,
    help: string,
    valueOf: (sensor: Of) => number | boolean | undefined,
  ) =>
    gauge(
      name,
      help,
      all.map((one) => ({ labels: labelsOf(one), value: numberOf(valueOf(one)) })),
    );
  const perRecipient = (name: string, help: string, valueOf: (told: Told) => number | boolean | undefined) =>
    gauge(
      name,
      help,
      recipients.flatMap((recipient) => {
        const told = telling[recipient];
        return told ? [{ labels: { recipient }, value: numberOf(valueOf(told)) }] : [];
      }),
    );
  const fans = fansOf(reads);
  return renderExposition([
    perSensor(
      readings.filter(isGood),
      'celsius',
      'Temperature, by where it was read, where the chip sits, and the sensor on it. Only what is believed.',
      ({ celsius }) => celsius,
    ),
    gauge(
      'limit_celsius',
      'Above this a sensor is too hot; only of those that are judged, with what each of them stands for.',
      judged.map(({ reading, title, above }) => ({ labels: { ...labelsOf(reading), watched: title }, value: above })),
    ),
    gauge('heartbeat_seconds', 'Unix time of the last beat that read at least one temperature.', [
      { value: heartbeat_seconds },
    ]),
    gauge(
      'sensor_problem',
      'Always 1: a sensor without a temperature, and why (absent, faulted, implausible, stale, unreadable); stuck: it has one, which has not changed for long.',
      readings.flatMap((reading) => {
        const problem = isGood(reading) ? flat.has(reading) && 'stuck' : reading.problem;
        return problem ? [{ labels: { ...labelsOf(reading), problem }, value: 1 }] : [];
      }),
    ),
    perSensor(
      readings,
      'alarm',
      'Whether a chip raises an alarm of its own for a temperature: 1 or 0.',
      ({ alarm }) => alarm,
    ),
    perSensor(fans, 'fan_rpm', 'Speed of a fan.', ({ rpm }) => rpm),
    perSensor(
      fans,
      'fan_min_rpm',
      'A fan should turn at least this fast; 0 where it may stand still.',
      ({ min_rpm }) => min_rpm,
    ),
    perSensor(fans, 'fan_alarm', 'Whether a chip raises an alarm of its own for a fan: 1 or 0.', ({ alarm }) => alarm),
    perSource(
      'source_success',
      'Whether a source could be read: 1 or 0. What this machine does not have has no sample.',
      ({ status }) => (status === 'absent' ? undefined : numberOf(status === 'ok')),
    ),
    perSource('source_absent', 'Whether this machine has no such source: 1 or 0.', ({ status }) =>
      numberOf(status === 'absent'),
    ),
    perSource(
      'source_age_seconds',
      'Age of the oldest of what a source told; 0 where it was read in this beat.',
      (read) => read.age_seconds ?? (read.status === 'ok' ? 0 : undefined),
    ),
    perSource('source_duration_seconds', 'How long it took to read a source.', ({ ms }) => ms / 1000),
    perSource(
      'source_readings',
      'Temperatures that a source gave and that are believed.',
      ({ source }) => readings.filter((one) => one.source === source && isGood(one)).length,
    ),
    perRecipient(
      'telling_success',
      'Whether a recipient accepted what it was last sent: 1 or 0, as of the beat before.',
      ({ ok }) => ok,
    ),
    perRecipient(
      'telling_accepted_timestamp_seconds',
      'When a recipient last accepted what it was sent, as unix time.',
      ({ accepted_at }) => (accepted_at === undefined ? undefined : Date.parse(accepted_at) / 1000),
    ),
  ]);
}

const labelsOf = ({ source, chip, sensor }: Sensor) => ({ source, chip, sensor });

const numberOf = (value: number | boolean | undefined): number | undefined =>
  typeof value === 'boolean' ? (value ? 1 : 0) : value;
