// Prometheus text exposition, as node-exporter's textfile collector wants it: HELP and TYPE always, no timestamps,
// a newline at the end (without it the collector drops the whole file).
import { escapeHelp, escapeLabel } from './harmless.ts';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
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

/** Leaves out missing values and those that are not finite (no comparison is true of NaN, so no alert would fire), families
 * without samples, and a second sample with the labels of another (for which the collector drops the whole file). */
export function renderExposition(families: readonly Family[]): string {
  return families
    .map(({ name, help, type, samples }) => {
      const lines = new Map<string, number>();
      for (const { labels, value } of samples) {
        const series = `${name}${renderLabels(labels)}`;
        if (value !== undefined && Number.isFinite(value) && !lines.has(series)) lines.set(series, value);
      }
      if (lines.size === 0) return '';
      const text = [...lines].map(([series, value]) => `${series} ${value}\n`).join('');
      return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${text}`;
    })
    .join('');
}

function renderLabels(labels: Sample['labels'] = {}): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
