// Prometheus text exposition, as node-exporter's textfile collector wants it: HELP and TYPE always, no timestamps,
// a newline at the end (without it the collector drops the whole file).
import { escapeHelp, escapeLabel } from './harmless.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

export const gaugesOf =
  (prefix: string) =>
  (name: string, help: string, samples: Family['samples']): Family => ({
    name: `${prefix}_${name}`,
    help,
    type: 'gauge',
    samples,
  });

/** Leaves out families without samples. */
export function renderExposition(families: readonly Family[]): string {
  return families
    .filter((family) => family.samples.length > 0)
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n` +
        samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${renderValue(value)}\n`).join(''),
    )
    .join('');
}

function renderLabels(labels: Sample['labels'] = {}): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
