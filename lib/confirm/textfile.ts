// Renders the cycle's metrics for Prometheus: the last run of each stage, what is missing, and the heartbeat.
import type { StageRecord } from '../contract/record.ts';
import { type Family, gaugesOf, renderExposition } from '../core/exposition.ts';
import { endOf } from './missing.ts';

interface CycleMetrics {
  readonly records: readonly StageRecord[];
  readonly missing: number;
  readonly accepted_at: string | undefined;
  readonly at: Date;
}

export function renderTextfile({ records, missing, accepted_at, at }: CycleMetrics): string {
  const gauge = gaugesOf('ops_monitor');
  const stageGauge = (name: string, help: string, valueOf: (record: StageRecord) => number | undefined): Family =>
    gauge(
      `stage_${name}`,
      help,
      records.map((record) => ({ labels: { stage: record.stage }, value: valueOf(record) })),
    );
  return renderExposition([
    stageGauge('last_run_timestamp_seconds', 'When the last run of a stage ended, as unix time.', (record) =>
      unixTime(endOf(record)),
    ),
    stageGauge('last_success_timestamp_seconds', 'When a stage last succeeded, as unix time.', (record) =>
      record.last_success_at === undefined ? undefined : unixTime(new Date(record.last_success_at)),
    ),
    stageGauge('duration_seconds', 'How long the last run of a stage took.', ({ ms }) => ms / 1000),
    stageGauge('success', 'Whether the last run of a stage succeeded: 1 or 0.', ({ outcome }) =>
      outcome === 'ok' ? 1 : 0,
    ),
    gauge(
      'mails_undelivered',
      'Alert messages by state: waiting to be delivered, or dead letters.',
      records.flatMap(({ stage, counts: { waiting, dead } }) =>
        stage !== 'send-alerts' || waiting === undefined
          ? []
          : [
              { labels: { state: 'waiting' }, value: waiting },
              { labels: { state: 'dead' }, value: dead ?? 0 },
            ],
      ),
    ),
    gauge('cycle_missing', 'Number of stages and files of the cycle that are missing, failed or stale.', [
      { value: missing },
    ]),
    gauge('cycle_confirmed_timestamp_seconds', 'When confirm-cycle last checked the cycle, as unix time.', [
      { value: unixTime(at) },
    ]),
    gauge(
      'heartbeat_accepted_timestamp_seconds',
      'When the outside watchdog last accepted a heartbeat, as unix time.',
      [{ value: accepted_at === undefined ? undefined : unixTime(new Date(accepted_at)) }],
    ),
  ]);
}

const unixTime = (at: Date): number => at.getTime() / 1000;
