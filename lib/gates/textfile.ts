// The result of a gate as metrics for Prometheus.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import { identifierOf } from '../core/text.ts';
import type { GateSummary } from './files.ts';

export function renderGate({ gate: name, verdict, decided_at, seconds, coverage_ratio, phases }: GateSummary): string {
  const gauge = gaugesOf(`${identifierOf(name)}_gate`);
  const ran = phases.filter(({ outcome }) => outcome !== 'skipped');
  return renderExposition([
    gauge('success', 'Whether the last run of the gate passed.', [{ value: verdict === 'pass' ? 1 : 0 }]),
    gauge('duration_seconds', 'Duration of the last run.', [{ value: seconds }]),
    gauge('last_run_timestamp_seconds', 'Time at which the last run ended.', [
      { value: Date.parse(decided_at) / 1000 },
    ]),
    gauge('coverage_ratio', 'Share of the lines that the tests covered.', [{ value: coverage_ratio }]),
    gauge(
      'phase_duration_seconds',
      'Duration of a phase.',
      ran.map((phase) => ({ labels: { phase: phase.name }, value: phase.seconds })),
    ),
    gauge(
      'phase_success',
      'Whether a phase passed.',
      ran.map((phase) => ({ labels: { phase: phase.name }, value: phase.outcome === 'pass' ? 1 : 0 })),
    ),
  ]);
}
