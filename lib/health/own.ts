// The monitor's own state, judged: its stages' last runs, its mails, its heartbeat.
import { overdue, type StageRecord } from '../contract/record.ts';
import { formatDuration } from '../core/quantity.ts';
import { counted, firstLine } from '../core/text.ts';
import { type HeartbeatFound, secondsUnheard } from '../confirm/files.ts';
import { type Observation, runbookOf } from '../engine/checks.ts';
import type { HealthConfig } from './config.ts';
import { judgeNumber } from './limits.ts';

interface Own {
  /** Of the others. */
  readonly stages: readonly StageRecord[];
  /** The run before of who judges. */
  readonly before: StageRecord | undefined;
  readonly heartbeat: HeartbeatFound;
  readonly limits: Pick<HealthConfig['limits'], 'heartbeat'>;
  readonly at: Date;
}

export const judgeOwn = ({ stages, before, heartbeat, limits, at }: Own): Observation[] => [
  ...stages.map((record) => judgeStage(record, before)),
  ...stages.flatMap((record) => judgeDelivery(record, before)),
  ...(heartbeat ? [judgeHeartbeat(heartbeat, limits.heartbeat, at)] : []),
];

function judgeStage(record: StageRecord, before: StageRecord | undefined): Observation {
  const { stage, outcome, problems, started_at, last_success_at } = record;
  const failed = outcome === 'failed';
  const since = last_success_at === undefined ? 'it never succeeded' : `it last succeeded at ${last_success_at}`;
  const known = {
    id: `stage-outcome:${stage}`,
    check: 'stage-outcome',
    subject: stage,
    unit: '',
    limit: { value: 'ok', key: '' },
    runbook: runbookOf('stage-outcome'),
  };
  if (failed) {
    const says = `${stage} failed at ${started_at} (${since}): ${firstLine(problems.at(-1) ?? 'no reason left')}`;
    return { ...known, level: 'red', value: outcome, message: says, clears_when: `${stage} has done its work again` };
  }
  const message = overdue(record, before);
  if (message !== undefined)
    return { ...known, level: 'unknown', value: null, message, clears_when: `${stage} runs again` };
  return { ...known, level: 'green', value: outcome, message: `${stage} did its work` };
}

/** From what send-alerts counted: a mail that nobody has got is as bad as what it tells of. */
function judgeDelivery(record: StageRecord, before: StageRecord | undefined): Observation[] {
  const { stage, counts } = record;
  const { waiting, waiting_seconds = 0, dead = 0, untold } = counts;
  if (stage !== 'send-alerts') return [];
  const late = overdue(record, before);
  if (late !== undefined) {
    const subjects = [...(waiting === undefined ? [] : ['outbox']), ...(untold === undefined ? [] : ['alertmanager'])];
    const says = `whether news arrives is not known: ${late}`;
    return subjects.map((subject) => ofDelivery(subject, null, says, `${stage} runs again`));
  }
  return [
    ...(waiting === undefined ? [] : [judgeOutbox(waiting, waiting_seconds, dead)]),
    ...(untold === undefined ? [] : [judgeAlertmanager(untold)]),
  ];
}

function judgeOutbox(waiting: number, waiting_seconds: number, dead: number): Observation {
  const wrong = [
    ...(waiting > 0
      ? [`${counted(waiting, 'mail')} could not be delivered, for ${formatDuration(waiting_seconds)}`]
      : []),
    ...(dead > 0 ? [`${counted(dead, 'mail')} could never be delivered`] : []),
  ];
  const clears_when = 'the mails are delivered, and those set aside were looked at and removed';
  return ofDelivery('outbox', waiting + dead, wrong.join('; ') || 'every mail was delivered', clears_when);
}

const judgeAlertmanager = (untold: number): Observation =>
  ofDelivery(
    'alertmanager',
    untold,
    untold === 0 ? 'Alertmanager was told' : `${counted(untold, 'Alertmanager')} could not be told of the alerts`,
    'every replica has been told',
  );

/** Of `null` nobody knows how much it is. */
const ofDelivery = (subject: string, value: number | null, message: string, clears_when: string): Observation => ({
  id: `mail-delivery:${subject}`,
  check: 'mail-delivery',
  subject,
  level: value === null ? 'unknown' : value > 0 ? 'red' : 'green',
  value,
  unit: '1',
  limit: { value: 0, key: '' },
  message,
  ...(value === 0 ? {} : { clears_when }),
  runbook: runbookOf('mail-delivery'),
});

/** Told by the watcher itself: what it did not accept, it does not know. */
function judgeHeartbeat(
  found: NonNullable<HeartbeatFound>,
  limits: HealthConfig['limits']['heartbeat'],
  at: Date,
): Observation {
  const [check, subject] = ['heartbeat', 'outside'];
  const known = { id: `${check}:${subject}`, check, runbook: runbookOf(check) };
  const clears_when = 'the watcher has accepted a heartbeat';
  const unknown = (message: string): Observation => {
    const limit = { value: limits.red, key: 'limits.heartbeat.red' };
    return { ...known, subject, level: 'unknown', value: null, unit: 's', limit, message, clears_when };
  };
  if ('problem' in found) return unknown(`whether a heartbeat was accepted cannot be read: ${found.problem}`);
  const { accepted_at, outcome, words } = found.record;
  const age = secondsUnheard(found.record, at);
  if (age === undefined) return unknown('the last heartbeat is from the future: a clock is wrong');
  const never = accepted_at === undefined;
  const { clears_when: _number, ...finding } = judgeNumber({
    subject,
    value: Math.round(age * 1000) / 1000,
    unit: 's',
    limits: { ...limits, for: {} },
    under: check,
    side: 'above',
    says: never ? 'no heartbeat was ever accepted, and it has been tried for' : 'the last heartbeat was accepted',
    after: never ? '' : ' ago',
  });
  // One that never worked is set up wrongly: no time makes that well.
  const level = never && finding.level === 'green' ? 'amber' : finding.level;
  const message = `${finding.message}${outcome === 'accepted' ? '' : `; the last try: ${firstLine(words)}`}`;
  return { ...known, ...finding, level, message, ...(level === 'green' ? {} : { clears_when }) };
}
