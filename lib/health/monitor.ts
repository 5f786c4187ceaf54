// Judges the monitor's own state: the age of the snapshot, the last runs of the stages, undelivered mails, the heartbeat.
import type { Finding, Verdict } from '../contract/check.ts';
import type { Observation } from '../contract/observation.ts';
import { overdue, type StageRecord } from '../contract/record.ts';
import { ageOf, isStale, secondsSince } from '../core/age.ts';
import { formatBeside, formatDuration, formatLimit } from '../core/quantity.ts';
import { counted, firstLine } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import { type HeartbeatFound, secondsSinceAccepted } from '../confirm/files.ts';
import { type Judged, judgeFinding } from '../engine/checks.ts';
import type { HealthConfig } from './config.ts';
import type { Snapshot } from '../snapshot/files.ts';
import type { JudgementInput, ShownConfig } from './files.ts';
import { judgeTelling } from './telling.ts';

export const monitorChecks = ['snapshot-age', 'stage-outcome', 'mail-delivery', 'heartbeat'] as const;

const judged = (check: (typeof monitorChecks)[number], finding: Finding): Judged =>
  judgeFinding(check, finding, { side: 'above' });

/** Levels are known for this many seconds: those of an older snapshot or assessment are unknown. */
export const ageLimit = ({ limits, interval }: AgeConfig): number => limits.snapshot.intervals * interval;

type AgeConfig = Pick<ShownConfig, 'interval' | 'limits'>;

/** The observation of the snapshot's age: unknown, unless it is fresh. */
const ageObservation = (
  config: AgeConfig,
  value: number | undefined,
  verdict: Partial<Verdict> & { message: string },
) =>
  judged('snapshot-age', {
    subject: 'snapshot',
    level: 'unknown',
    value: value === undefined ? null : Math.round(value * 1000) / 1000,
    unit: 's',
    limit: { value: ageLimit(config), key: 'limits.snapshot.intervals' },
    clears_when: 'collect-snapshot has written a new snapshot',
    ...verdict,
  });

/** This product is younger: a machine without a battery for its clock begins in 1970, or where it was switched off. */
const earliest = Date.UTC(2026, 0);

/** A snapshot that is too old, from the future or missing is unknown; then no other observation is green. */
export function judgeSnapshotAge(
  { snapshot, missing }: { readonly snapshot: Pick<Snapshot, 'time_utc'> | undefined; readonly missing: string },
  config: AgeConfig,
  at: Date,
): Judged {
  const limit = ageLimit(config);
  const { seconds, aheadSeconds } = ageOf(snapshot?.time_utc, at);
  const value = snapshot ? secondsSince(snapshot.time_utc, at) : undefined;
  if (at.getTime() < earliest) {
    const message = `the clock of this machine says ${clockMinute(at)}, a time long past: it is wrong`;
    return ageObservation(config, value, { message, clears_when: 'the clock is right' });
  }
  if (aheadSeconds !== undefined) {
    const message = `the snapshot is from the future, by ${formatDuration(aheadSeconds)}: a clock is wrong`;
    return ageObservation(config, value, { message });
  }
  if (seconds === undefined) {
    const shortMessage = firstLine(missing);
    return ageObservation(config, value, { message: `no snapshot to judge: ${shortMessage}`, shortMessage });
  }
  return ageObservation(config, value, {
    level: isStale({ seconds }, limit) ? 'unknown' : 'green',
    message: `the snapshot is ${formatBeside(seconds, limit, 's')} old (at most ${formatLimit(limit)})`,
    measured: { value: seconds, unit: 's', prefix: 'the snapshot is', suffix: ' old' },
  });
}

/** The finding `snapshot-age` of an assessment that is itself too old or impossible. */
export const unknownAge = (config: AgeConfig, message: string): Observation =>
  ageObservation(config, undefined, { message, clears_when: 'assess-health runs again' }).observation;

export function judgeMonitor(
  { stages, heartbeat, outbox, telling, judgingStage }: JudgementInput,
  config: HealthConfig,
  at: Date,
): Judged[] {
  const before = stages.find(({ stage }) => stage === judgingStage);
  const recorded = stages.flatMap((record) => deliveryOf(record, before, outbox === undefined, at));
  const beats = stages.find(({ stage }) => stage === 'thermal-heartbeat');
  const told = telling ? judgeTelling(telling, beats, before, config.limits.heartbeat, at) : [];
  const deliveries = outbox ? [outboxOf(outbox), ...recorded] : recorded;
  return [
    ...stages.map((record) => judged('stage-outcome', outcomeOf(record, before, at))),
    ...deliveries.map((finding) => judged('mail-delivery', finding)),
    ...(heartbeat ? [judged('heartbeat', heartbeatOf(heartbeat, config.limits.heartbeat, at))] : []),
    ...told.map((finding) => judged('heartbeat', finding)),
  ];
}

/** The exit code of a stage that could not run for its configuration. */
const wrongConfiguration = 2;

function outcomeOf(record: StageRecord, before: StageRecord | undefined, at: Date): Verdict {
  const { stage: subject, outcome, problems, started_at, last_success_at } = record;
  const known = {
    subject,
    unit: '',
    limit: { value: 'ok', key: '' },
    ...(last_success_at === undefined || last_success_at > at.toISOString() ? {} : { since: last_success_at }),
  };
  if (outcome === 'failed') {
    const since = last_success_at === undefined ? 'it never succeeded' : `it last succeeded at ${last_success_at}`;
    const reason = firstLine(problems.at(-1) ?? 'no reason left');
    return {
      ...known,
      level: 'red',
      value: outcome,
      message: `${subject} failed at ${started_at} (${since}): ${reason}`,
      shortMessage: `${subject} failed: ${reason}`,
      // A wrong configuration does not mend itself.
      ...(record.exit_code === wrongConfiguration
        ? {
            urgent: true,
            clears_when: `ops-monitor check-config finds no mistake, and ${subject} has done its work again`,
          }
        : { clears_when: `${subject} has done its work again` }),
    };
  }
  const message = distrust(record, before, at);
  if (message !== undefined)
    return { ...known, level: 'unknown', value: null, message, clears_when: `${subject} runs again` };
  return { ...known, level: 'green', value: outcome, message: `${subject} did its work` };
}

/** Why the record says nothing about the present, where that is so. */
function distrust(record: StageRecord, before: StageRecord | undefined, at: Date): string | undefined {
  const { stage, started_at } = record;
  const { seconds, aheadSeconds } = ageOf(started_at, at);
  if (aheadSeconds !== undefined) return `${stage} last ran at ${started_at}, in the future: a clock is wrong`;
  if (seconds === undefined) return `the record of ${stage} has no time: ${JSON.stringify(started_at)}`;
  return overdue(record, before);
}

/** Judges the counts of send-alerts. An undelivered mail is red, because the alert in it may be red. */
function deliveryOf(record: StageRecord, before: StageRecord | undefined, judgesOutbox: boolean, at: Date): Verdict[] {
  const { stage, counts } = record;
  const { waiting, waiting_seconds = 0, dead = 0, untold } = counts;
  if (stage !== 'send-alerts') return [];
  const late = distrust(record, before, at);
  if (late !== undefined) {
    const subjects = [...(waiting === undefined ? [] : ['outbox']), ...(untold === undefined ? [] : ['alertmanager'])];
    const says = `whether messages are delivered is unknown: ${late}`;
    return subjects.map((subject) => delivery(subject, null, says, `${stage} runs again`));
  }
  return [
    ...(judgesOutbox && waiting !== undefined ? [outboxOf({ waiting, waiting_seconds, dead })] : []),
    ...(untold === undefined ? [] : [alertmanagerOf(untold)]),
  ];
}

function outboxOf({ waiting, waiting_seconds, dead }: NonNullable<JudgementInput['outbox']>): Verdict {
  const wrong = [
    ...(waiting > 0
      ? [`${counted(waiting, 'mail')} could not be delivered, for ${formatDuration(waiting_seconds)}`]
      : []),
    ...(dead > 0 ? [`${counted(dead, 'mail')} could never be delivered`] : []),
  ];
  const clears_when = 'the mails are delivered, and those set aside were looked at and removed';
  const says = `${counted(waiting, 'mail')} cannot be delivered; the oldest waits for`;
  return {
    ...delivery('outbox', waiting + dead, wrong.join('; ') || 'every mail was delivered', clears_when),
    ...(waiting > 0 ? { measured: { value: waiting_seconds, unit: 's', prefix: says } } : {}),
  };
}

const alertmanagerOf = (untold: number): Verdict =>
  delivery(
    'alertmanager',
    untold,
    untold === 0
      ? 'Alertmanager has accepted the alerts'
      : `${counted(untold, 'Alertmanager')} did not accept the alerts`,
    'every replica has accepted the alerts',
  );

/** A `value` of null means that the number of undelivered messages is unknown. */
const delivery = (subject: string, value: number | null, message: string, clears_when: string): Verdict => ({
  subject,
  level: value === null ? 'unknown' : value > 0 ? 'red' : 'green',
  value,
  unit: '1',
  limit: { value: 0, key: '' },
  message,
  clears_when,
});

/** Judges by the last heartbeat that the watchdog accepted; a heartbeat that was sent but refused does not count. */
function heartbeatOf(
  found: NonNullable<HeartbeatFound>,
  limits: HealthConfig['limits']['heartbeat'],
  at: Date,
): Finding {
  const subject = 'outside';
  const clears_when = 'the watchdog has accepted a heartbeat';
  const red = { value: limits.red, key: 'limits.heartbeat.red' };
  const unknown = (message: string): Verdict => ({
    subject,
    level: 'unknown',
    value: null,
    unit: 's',
    limit: red,
    message,
    clears_when,
  });
  if ('problem' in found) return unknown(`whether a heartbeat was accepted cannot be read: ${found.problem}`);
  const { accepted_at, outcome, words } = found.record;
  const age = secondsSinceAccepted(found.record, at);
  if (age === undefined) return unknown('the last heartbeat is from the future: a clock is wrong');
  const never = accepted_at === undefined;
  return {
    subject,
    value: Math.round(age * 1000) / 1000,
    unit: 's',
    prefix: never ? 'no heartbeat was ever accepted, and it has been tried for' : 'the last heartbeat was accepted',
    ...(never ? {} : { suffix: ' ago' }),
    ...(outcome === 'accepted' ? {} : { note: `; the last try: ${firstLine(words)}` }),
    limits: { side: 'above', amber: { value: limits.amber, key: 'limits.heartbeat.amber' }, red },
    // A heartbeat that never worked is set up wrongly, so it is amber at once.
    ...(never ? { minimumLevel: 'amber' } : {}),
    clears_when,
  };
}
