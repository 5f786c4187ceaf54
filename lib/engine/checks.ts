// Runs checks over the sections of a snapshot: what failed is unknown, what is absent is not judged, the rest is.
import type { AnyCheck, Finding } from '../contract/check.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { Section } from '../contract/section.ts';
import { oneLine } from '../core/harmless.ts';
import { reasonOf } from '../core/text.ts';
import { shownOf } from './readable.ts';

export type Observation = Finding & {
  /** `check:subject`: the stable name for silences, labels, runbooks and the archive. */
  readonly id: string;
  readonly check: string;
  readonly runbook: string;
};

export interface CheckRun {
  readonly checks: readonly AnyCheck[];
  readonly sections: Readonly<Record<string, Envelope | undefined>>;
  readonly definitions: Readonly<Record<string, Section>>;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly at: Date;
  /** Why nothing in this snapshot can be believed any more, if so: then every level is unknown. */
  readonly stale: { readonly message: string; readonly limit: Finding['limit'] } | undefined;
}

/** Between why a snapshot is not believed and what it said. */
export const whatItSaid = '; then: ';

export const runbookOf = (check: string): string => `ops/runbooks/${check}.md`;

export function runChecks(run: CheckRun): Observation[] {
  return run.checks.flatMap((check) => {
    const shown = shownOf(check.needs, run.sections, run.definitions);
    const unknown = shown.unread.map(({ section, item, reason }) => unread(item ?? section, reason));
    const judged = shown.complete ? assess(check, shown.readable, run) : [];
    return [...unknown, ...judged].map((finding) => observe(check.name, finding, run.stale));
  });
}

function assess(check: AnyCheck, sections: Record<string, unknown>, run: CheckRun): readonly Finding[] {
  const limits = check.limits ? run.limits[check.limits.key] : undefined;
  try {
    return check.assess(sections, limits, run.at);
  } catch (error) {
    // A reading that no check expected must not cost the judgement of all the others.
    return [unread(check.needs[0] ?? check.name, `${check.name} could not judge it: ${reasonOf(error)}`)];
  }
}

const unread = (subject: string, reason: string): Finding => ({
  subject,
  level: 'unknown',
  value: null,
  unit: '',
  limit: { value: 'a reading', key: '' },
  message: `${subject} could not be read: ${reason}`,
  clears_when: 'it can be read again',
});

function observe(check: string, found: Finding, stale: CheckRun['stale']): Observation {
  const finding = believable(check, found);
  const runbook = runbookOf(check);
  const id = `${check}:${finding.subject}`;
  const message = oneLine(finding.message);
  if (stale === undefined) return { id, check, ...finding, message, runbook };
  return {
    id,
    check,
    ...finding,
    level: 'unknown',
    limit: stale.limit,
    message: `${stale.message}${whatItSaid}${message}`,
    clears_when: 'a fresh snapshot is there',
    runbook,
  };
}

/** A check that makes a number of nothing (0 processors, say) has judged nothing. */
function believable(check: string, finding: Finding): Finding {
  return typeof finding.value === 'number' && !Number.isFinite(finding.value)
    ? unread(finding.subject, `${check} could not judge it: ${finding.message}`)
    : finding;
}
