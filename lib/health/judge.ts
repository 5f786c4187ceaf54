// Runs every check on a snapshot and on the monitor's own state. Both assess-health and send-alerts call it, so that alerts
// do not depend on the file that assess-health writes.
import type { Registry } from '../contract/registry.ts';
import { runChecks } from '../engine/checks.ts';
import type { HealthConfig } from './config.ts';
import type { JudgedSite, JudgementInput } from './files.ts';
import { judgeSnapshotAge, judgeMonitor } from './monitor.ts';

export const judgeSite = (
  { sections, checks }: Pick<Registry, 'sections' | 'checks'>,
  known: JudgementInput,
  config: HealthConfig,
  at: Date,
): JudgedSite => ({
  age: judgeSnapshotAge(known, config, at),
  snapshot: known.snapshot
    ? runChecks({ checks, sections: known.snapshot.sections, definitions: sections, limits: config.limits, at })
    : [],
  monitor: judgeMonitor(known, config, at),
});
