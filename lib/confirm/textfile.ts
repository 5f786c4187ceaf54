// The cycle as Prometheus reads it: every stage's last run, what is missing, and the heartbeat.
import type { StageRecord } from '../contract/record.ts';
import { type Family, gaugesOf, renderExposition } from '../core/exposition.ts';
import { endOf } from './look.ts';

interface Confirmed {
  readonly records: readonly StageRecord[];
  readonly missing: number;
  readonly accepted_at: string | undefined;
  readonly at: Date;
}

export function renderTextfile({ records, missing, accepted_at, at }: Confirmed): string {
  const gauge = gaugesOf('ops_monitor');
  const ofStages = (name: string, help: string, valueOf: (record: StageRecord) => number | undefined): Family =>
    gauge(
      `stage_${name}`,
      help,
      records.flatMap((record) => {
        const value = valueOf(record);
        return value === undefined ? [] : [{ labels: { stage: record.stage }, value }];
      }),
    );
  return renderExposition([
    ofStages('last_run_timestamp_seconds', 'When the last run of a stage ended, as unix time.', (record) =>
      unixTime(endOf(record)),
    ),
    ofStages('last_success_timestamp_seconds', 'When a stage last did its work, as unix time.', (record) =>
      record.last_success_at === undefined ? undefined : unixTime(new Date(record.last_success_at)),
    ),
    ofStages('duration_seconds', 'How long the last run of a stage took.', ({ ms }) => ms / 1000),
    ofStages('success', 'Whether the last run of a stage did its work: 1 or 0.', ({ outcome }) =>
      outcome === 'ok' ? 1 : 0,
    ),
    gauge(
      'mails_undelivered',
      'Mails and other news of alerts that wait to be delivered, or that nobody would take.',
      records.flatMap(({ stage, counts: { waiting, dead } }) =>
        stage !== 'send-alerts' || waiting === undefined
          ? []
          : [
              { labels: { state: 'waiting' }, value: waiting },
              { labels: { state: 'dead' }, value: dead ?? 0 },
            ],
      ),
    ),
    gauge('cycle_missing', 'How many of the runs and files that a cycle leaves are missing or too old.', [
      { value: missing },
    ]),
    gauge('cycle_confirmed_timestamp_seconds', 'When the cycle was last looked at as a whole, as unix time.', [
      { value: unixTime(at) },
    ]),
    gauge(
      'heartbeat_accepted_timestamp_seconds',
      'When the watcher outside last accepted a heartbeat, as unix time.',
      accepted_at === undefined ? [] : [{ value: unixTime(new Date(accepted_at)) }],
    ),
  ]);
}

const unixTime = (at: Date): number => at.getTime() / 1000;
