// Snapshots whose other sections are absent, and judgements of the monitor's own state.
import type { Envelope } from '../lib/contract/envelope.ts';
import { sections as definitions } from '../lib/config/registry.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { judge } from '../lib/cycle/judge.ts';
import type { JudgedSite, JudgementInput } from '../lib/health/files.ts';
import type { Snapshot } from '../lib/snapshot/files.ts';
import { snapshotOf as snapshotWith } from './health/seen.ts';

const none: Envelope = { status: 'absent', reason: 'there is none' };

const completed = (sections: Readonly<Record<string, Envelope>>): Record<string, Envelope> => ({
  ...Object.fromEntries(Object.keys(definitions).map((name) => [name, none])),
  ...sections,
});

export const snapshotOf = (sections: Readonly<Record<string, Envelope>>, at: Date): Snapshot =>
  snapshotWith(at.toISOString(), completed(sections));

/** Judges the given state; all that is not given is well. */
export const judgedOf = (known: Partial<JudgementInput>, config: Configuration, at: Date): JudgedSite =>
  judge(
    { snapshot: undefined, missing: 'none', stages: [], heartbeat: undefined, judgingStage: 'send-alerts', ...known },
    config,
    at,
  );
