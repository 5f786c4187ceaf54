// Runs checks on the sections of a snapshot: a failed reading is unknown, an absent one has no observation, the rest is judged.
import type { AnyCheck, CheckLimits, Finding, Limits, Measured, Particulars, Verdict } from '../contract/check.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { Observation } from '../contract/observation.ts';
import type { Section } from '../contract/section.ts';
import { oneLine } from '../core/harmless.ts';
import { worst } from '../core/level.ts';
import { reasonOf } from '../core/text.ts';
import { judge, type LevelWords } from './judgement.ts';
import { configuredLimits } from './limits.ts';
import { selectReadable } from './readable.ts';

export interface CheckRun {
  readonly checks: readonly AnyCheck[];
  readonly sections: Readonly<Record<string, Envelope | undefined>>;
  readonly definitions: Readonly<Record<string, Section>>;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly at: Date;
  /** How messages name the levels of a check's limits; default: amber and red. */
  readonly wordsOf?: (check: string) => LevelWords;
}

export interface Judged extends Particulars {
  readonly observation: Observation;
  readonly measured?: Measured | undefined;
  /** Name of the reading that was judged: `host`, `filesystems.data`; undefined where no probe read it. */
  readonly reading?: string;
  /** Why a whole section could not be read. The observation then stands for all its subjects, whose names are unknown. */
  readonly failure?: string | undefined;
  /** Why an item could not be read. The observation then stands for all parts of the item, too. */
  readonly itemFailure?: string | undefined;
}

export function runChecks(run: CheckRun): Judged[] {
  return run.checks.flatMap((check) => {
    const shown = selectReadable(check.needs, run.sections, run.definitions);
    const unknown = shown.unread.map(({ probe, item, name, reason, because }): Judged => {
      const judged = observe(check.name, { ...unread(item ?? probe, reason), because });
      return { ...judged, reading: name, ...(item === undefined ? { failure: reason } : { itemFailure: reason }) };
    });
    return [...unknown, ...(shown.complete ? assess(check, shown.readable, run) : [])];
  });
}

function assess(check: AnyCheck, sections: Record<string, unknown>, run: CheckRun): readonly Judged[] {
  const [section = ''] = check.needs;
  const configured = check.limits && run.limits[check.limits.key];
  try {
    return check
      .assess(sections, run.at)
      .map((finding) => ({
        ...judgeFinding(check.name, finding, limitsOf(finding, check.limits, configured), run.wordsOf?.(check.name)),
        reading: run.definitions[section]?.many ? `${section}.${finding.item ?? finding.subject}` : section,
      }));
  } catch (error) {
    // A check that throws on an unexpected reading must not prevent the other checks.
    const reason = `${check.name} could not judge it: ${reasonOf(error)}`;
    return [{ ...observe(check.name, unread(section, reason)), failure: reason }];
  }
}

const limitsOf = ({ subject, item }: Finding, definition: CheckLimits | undefined, configured: unknown): Limits =>
  definition ? configuredLimits(definition, subject, configured, item) : { side: 'from' };

/** Judges a finding by its own limits, or by `limits` where it has none. */
export function judgeFinding(check: string, finding: Finding, limits: Limits, words?: LevelWords): Judged {
  if (!('prefix' in finding)) return observe(check, { ...finding, limit: finding.limit ?? limits.red ?? noLimit });
  const { subject, value, minimumLevel, clears_when } = finding;
  const judged = judge(finding, finding.limits ?? limits, words);
  const level = minimumLevel === undefined ? judged.level : worst([minimumLevel, judged.level]);
  const verdict = {
    ...finding,
    level,
    limit: judged.limit,
    message: finding.message ?? judged.message,
    clears_when: clears_when ?? judged.clears_when,
  };
  // A check that divides by zero (a machine with 0 processors, say) has measured nothing.
  if (!Number.isFinite(value))
    return observe(check, unread(subject, `${check} could not judge it: ${verdict.message}`));
  return observe(check, { ...verdict, measured: finding });
}

const noLimit = { value: null, key: '' };

const unread = (subject: string, reason: string): Verdict => ({
  subject,
  level: 'unknown',
  value: null,
  unit: '',
  limit: { value: 'a reading', key: '' },
  message: `${subject} could not be read: ${reason}`,
  clears_when: 'it can be read again',
});

function observe(check: string, verdict: Verdict): Judged {
  const { subject, level, value, unit, limit = noLimit, message, because, clears_when } = verdict;
  const { measured, since, dependents, shortMessage, urgent, evidence, advice, item, isPassing } = verdict;
  return {
    observation: {
      id: `${check}:${subject}`,
      check,
      subject,
      level,
      value,
      unit,
      limit,
      message: oneLine(message),
      ...(because === undefined ? {} : { because }),
      ...(isPassing && item !== undefined ? { part_of: `${check}:${item}` } : {}),
      ...(clears_when === undefined || level === 'green' ? {} : { clears_when }),
      runbook: `ops/runbooks/${check}.md`,
    },
    measured,
    since,
    ...(dependents ? { dependents } : {}),
    ...(shortMessage === undefined ? {} : { shortMessage }),
    ...(urgent ? { urgent } : {}),
    ...(evidence ? { evidence } : {}),
    ...(advice === undefined ? {} : { advice }),
  };
}

/** The observation in a snapshot that is too old or from the future: the level is unknown, `age` is the reason. */
export const markStale = (age: Observation, { message, said = message, ...observation }: Observation): Observation => ({
  ...observation,
  level: 'unknown',
  limit: age.limit,
  message: `${age.message}; then: ${said}`,
  because: age.id,
  said,
  clears_when: 'a fresh snapshot is there',
});
