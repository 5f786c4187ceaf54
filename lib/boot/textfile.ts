// The result of a boot as metrics for Prometheus.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import type { BootSummary } from './files.ts';

export function renderBootMetrics({ verdict, decided_at, seconds, counts, components }: BootSummary): string {
  const gauge = gaugesOf('boot');
  const of = (component: { readonly name: string }) => ({ component: component.name });
  const started = components.filter(({ outcome }) => outcome !== 'skipped');
  return renderExposition([
    gauge('first_attempt_successes', 'Components that were ready at their first attempt in the last boot.', [
      { value: counts['first_attempt_successes'] },
    ]),
    gauge('retries', 'Attempts after the first, of all components, in the last boot.', [{ value: counts['retries'] }]),
    gauge('total_seconds', 'Duration of the last boot, from its begin to its end.', [{ value: seconds }]),
    gauge('success', 'Whether all components were ready.', [{ value: verdict === 'pass' ? 1 : 0 }]),
    gauge('last_run_timestamp_seconds', 'Time at which the last boot ended.', [
      { value: Date.parse(decided_at) / 1000 },
    ]),
    gauge(
      'component_success',
      'Whether a component was ready.',
      components.map((component) => ({ labels: of(component), value: component.outcome === 'ready' ? 1 : 0 })),
    ),
    gauge(
      'component_attempts',
      'Attempts to start a component.',
      components.map((component) => ({ labels: of(component), value: component.attempts.length })),
    ),
    gauge(
      'component_seconds',
      'Time from the first attempt to start a component until it was ready or given up.',
      started.map((component) => ({ labels: of(component), value: component.seconds })),
    ),
  ]);
}
