// The measurements of the services as metrics for Prometheus.
import { type Family, gaugesOf, renderExposition } from '../core/exposition.ts';
import { type Attempts, type Latest, outcomes, type ServiceReading } from './files.ts';
import type { Judged } from './judge.ts';
import { keyOf } from './alerts.ts';
import { countsOf } from './attempts.ts';

const gauge = gaugesOf('ops_watchdog');

/** `restartable`: services for which restarts are configured. */
export function renderTextfile(
  { at, services, network, alerts }: Latest,
  judged: readonly Judged[],
  attempts: Attempts,
  restartable: readonly string[],
): string {
  return renderExposition([
    gauge('last_run_timestamp_seconds', 'Time of the last run.', [{ value: Date.parse(at) / 1000 }]),
    ...serviceFamilies(services),
    attemptsFamily(attempts, restartable),
    unreadFamily(services),
    alertFamily(alerts, judged),
    ...networkFamilies(network),
  ]);
}

function serviceFamilies(services: Latest['services']): Family[] {
  const perService = (valueOf: (reading: ServiceReading) => number | undefined): Family['samples'] =>
    Object.entries(services).map(([service, reading]) => ({ labels: { service }, value: valueOf(reading) }));
  const ratio = (percent: number | undefined): number | undefined =>
    percent === undefined ? undefined : percent / 100;
  return [
    gauge(
      'service_running',
      'Whether a service runs: 1 or 0; no sample where that is unknown.',
      perService(({ state }) => (state === 'unknown' ? undefined : Number(state === 'running'))),
    ),
    gauge(
      'service_processes',
      'Processes of a service.',
      perService(({ processes }) => processes),
    ),
    gauge(
      'service_threads',
      'Threads of a service.',
      perService(({ threads }) => threads),
    ),
    gauge(
      'service_cpu_ratio',
      'CPU time that a service used since the run before, by the second; 1 is one processor.',
      perService(({ cpu_percent }) => ratio(cpu_percent)),
    ),
    gauge(
      'service_resident_memory_bytes',
      'Resident memory of all processes of a service; memory that they share counts several times.',
      perService(({ resident_bytes }) => resident_bytes),
    ),
    gauge(
      'service_proportional_memory_bytes',
      'Proportional memory of all processes of a service; memory that they share counts once.',
      perService(({ proportional_bytes }) => proportional_bytes),
    ),
    gauge(
      'service_open_files',
      'Open files of a service.',
      perService(({ open_files }) => open_files),
    ),
    gauge(
      'service_open_files_ratio',
      'Open files of the process that is nearest to its own limit, as a share of that limit.',
      perService(({ open_files_percent }) => ratio(open_files_percent)),
    ),
    {
      name: 'ops_watchdog_service_restarts_total',
      help: 'Restarts: those that systemd counts for a unit; else changes of the main process that were seen since boot.',
      type: 'counter',
      samples: perService(({ restarts }) => restarts),
    },
  ];
}

const attemptsFamily = (attempts: Attempts, restartable: readonly string[]): Family => ({
  name: 'ops_watchdog_restart_attempts_total',
  help: 'Attempts of the watchdog to restart a service, by their outcome.',
  type: 'counter',
  samples: restartable.flatMap((service) =>
    outcomes.map((outcome) => ({ labels: { service, outcome }, value: countsOf(attempts, service)[outcome] ?? 0 })),
  ),
});

const unreadFamily = (services: Latest['services']): Family =>
  gauge(
    'service_unread',
    'Always 1: a measure of a service that could not be read.',
    Object.entries(services).flatMap(([service, { unread }]) =>
      Object.keys(unread).map((measure) => ({ labels: { service, measure }, value: 1 })),
    ),
  );

function alertFamily(alerts: Latest['alerts'], judged: readonly Judged[]): Family {
  const active = new Set(alerts.map(keyOf));
  return gauge(
    'alert_active',
    'Whether there is an alert: 1 or 0; no sample where the value is unknown and there was none.',
    judged.map((one) => ({
      labels: { service: one.service, measure: one.measure },
      value: active.has(keyOf(one)) ? 1 : one.state === 'unknown' ? undefined : 0,
    })),
  );
}

function networkFamilies(network: Latest['network']): Family[] {
  const perInterface = (valueOf: (rates: Latest['network'][string]) => number | undefined): Family['samples'] =>
    Object.entries(network).map(([device, rates]) => ({ labels: { device }, value: valueOf(rates) }));
  return [
    gauge(
      'network_receive_bytes_per_second',
      'Bytes that an interface received since the run before, by the second.',
      perInterface(({ received_bytes_per_second }) => received_bytes_per_second),
    ),
    gauge(
      'network_transmit_bytes_per_second',
      'Bytes that an interface sent since the run before, by the second.',
      perInterface(({ sent_bytes_per_second }) => sent_bytes_per_second),
    ),
  ];
}
