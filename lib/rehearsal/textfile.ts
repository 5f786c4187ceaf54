// The result of a rehearsal as metrics for Prometheus. A part that is not configured has no metrics.
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import type { RehearsalSummary } from './files.ts';

const flag = (isSo: boolean): number => (isSo ? 1 : 0);

export function renderRehearsalMetrics(summary: RehearsalSummary): string {
  const { verdict, decided_at, seconds, health, smoke_test, rotation, doctrine, drill } = summary;
  const gauge = gaugesOf('rehearsal');
  const connectors = health?.connectors ?? [];
  const credentials = rotation?.credentials ?? [];
  return renderExposition([
    gauge('success', 'Whether the last rehearsal passed.', [{ value: flag(verdict === 'pass') }]),
    gauge('duration_seconds', 'Duration of the last rehearsal.', [{ value: seconds }]),
    gauge('last_run_timestamp_seconds', 'Time at which the last rehearsal ended.', [
      { value: Date.parse(decided_at) / 1000 },
    ]),
    gauge('health_success', 'Whether all required connectors were healthy.', [
      { value: health && flag(health.outcome === 'pass') },
    ]),
    gauge('healthy_connectors_ratio', 'Share of the connectors that were healthy.', [{ value: health?.healthy_ratio }]),
    gauge(
      'connector_success',
      'Whether a connector was healthy.',
      connectors.map(({ name, outcome }) => ({ labels: { connector: name }, value: flag(outcome === 'pass') })),
    ),
    gauge(
      'connector_duration_seconds',
      'Time until a connector answered or was given up.',
      connectors.map(({ name, seconds: took }) => ({ labels: { connector: name }, value: took })),
    ),
    gauge('smoke_test_success', 'Whether the smoke test passed.', [
      { value: smoke_test && flag(smoke_test.outcome === 'pass') },
    ]),
    gauge('smoke_test_duration_seconds', 'Duration of the smoke test.', [{ value: smoke_test?.seconds }]),
    gauge('doctrine_success', 'Whether the verdict of the doctrine check is pass.', [
      { value: doctrine && flag(doctrine.verdict === 'pass') },
    ]),
    gauge('rotation_coverage_ratio', 'Share of the credentials that were rotated within their maximum age.', [
      { value: rotation?.coverage_ratio },
    ]),
    gauge(
      'credential_rotated',
      'Whether a credential was rotated within its maximum age; 0 also where the time cannot be read.',
      credentials.map(({ name, outcome }) => ({ labels: { credential: name }, value: flag(outcome === 'rotated') })),
    ),
    gauge(
      'credential_age_seconds',
      'Time since a credential was rotated.',
      credentials.map(({ name, age_seconds }) => ({ labels: { credential: name }, value: age_seconds })),
    ),
    gauge('drill_coverage_ratio', 'Share of the due runs of the drill that took place, as of the last run.', [
      { value: drill?.coverage_ratio },
    ]),
    gauge('drill_due_runs', 'Runs of the drill that were due, as of the last run.', [{ value: drill?.due_runs }]),
    gauge('drill_runs', 'Due runs of the drill that took place, as of the last run.', [{ value: drill?.runs }]),
    gauge('runs_outside_drill', 'Runs of the history that were outside the drill.', [{ value: drill?.runs_outside }]),
  ]);
}
