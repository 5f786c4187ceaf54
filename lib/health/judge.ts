// Every check over a snapshot and over what the monitor knows of itself: for health, and for alerts, which judge the
// snapshot themselves.
import type { Registry } from '../contract/registry.ts';
import { runChecks } from '../engine/checks.ts';
import type { HealthConfig } from './config.ts';
import type { JudgedSite, Known } from './files.ts';
import { judgeAge, judgeMonitor } from './monitor.ts';

export const judgeSite = (
  { sections, checks }: Pick<Registry, 'sections' | 'checks'>,
  known: Known,
  config: HealthConfig,
  at: Date,
): JudgedSite => ({
  age: judgeAge(known, config, at),
  snapshot: known.snapshot
    ? runChecks({ checks, sections: known.snapshot.sections, definitions: sections, limits: config.limits, at })
    : [],
  monitor: judgeMonitor(known, config, at),
});
