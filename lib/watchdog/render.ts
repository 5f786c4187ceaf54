// Renders a run of watch-services for a person. Pure.
import { alignColumns } from '../core/columns.ts';
import { formatBytes, formatMeasure } from '../core/quantity.ts';
import type { Restarted } from './attempts.ts';
import type { Alert, Latest, RestartLine } from './files.ts';

/** `news`: what ended, and what was done. */
export function renderServices({ services, network, alerts }: Latest, news: readonly string[]): string {
  const shown = (value: number | undefined, format: (value: number) => string): string =>
    value === undefined ? '-' : format(value);
  const rows = Object.entries(services).map(([name, reading]) => [
    name,
    reading.state,
    ...(reading.state === 'running'
      ? [
          shown(reading.cpu_percent, (value) => formatMeasure(value, 'percent')),
          shown(reading.resident_bytes, formatBytes),
          shown(reading.proportional_bytes, formatBytes),
          shown(reading.open_files, String),
          shown(reading.threads, String),
          shown(reading.processes, String),
          shown(reading.restarts, String),
        ]
      : []),
  ]);
  const reasons = Object.entries(services).flatMap(([name, { state, reason, unread }]) => [
    ...(state === 'running' || reason === undefined ? [] : [`${name} is ${state}: ${reason}`]),
    ...[...new Set(Object.values(unread))].map((words) => `${name}: ${words}`),
  ]);
  const perSecond = (value: number | undefined): string => shown(value, (bytes) => `${formatBytes(bytes)}/s`);
  const interfaces = Object.entries(network).map(([name, rates]) => [
    name,
    `received ${perSecond(rates.received_bytes_per_second)}`,
    `sent ${perSecond(rates.sent_bytes_per_second)}`,
  ]);
  const head = ['SERVICE', 'STATE', 'CPU', 'RSS', 'PSS', 'FILES', 'THREADS', 'PROCESSES', 'RESTARTS'];
  return [
    ...alignColumns([head, ...rows]),
    ...reasons,
    ...alignColumns(interfaces),
    ...alerts.map(({ message }) => `ALERT ${message}`),
    ...news,
  ].join('\n');
}

export const describeEnd = ({ message, ended = '' }: Alert): string => `ended: ${message}; now: ${ended}`;

export function describeRestart(restarted: Restarted): string {
  if ('why' in restarted) return `NOT RESTARTED ${restarted.service}: ${restarted.why}`;
  const { service, command, because, outcome, reason } = restarted;
  const cause = `\`${command}\`, because ${because}`;
  if (outcome === undefined) return `WOULD RESTART ${service}: ${cause}`;
  return `RESTART ${service} ${outcome}${reason === undefined ? '' : ` (${reason})`}: ${cause}`;
}

export const describeEffect = ({ service, measures, helped }: RestartLine): string =>
  helped === 'yes'
    ? `restart of ${service} helped: ${measures.join(', ')} within the limits`
    : `restart of ${service} did not help: ${measures.join(', ')} not within the limits`;
