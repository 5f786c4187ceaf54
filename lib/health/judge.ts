// Every check over a snapshot and over what the monitor knows of itself: for health, and for alerts, which judge the
// snapshot themselves.
import { runChecks } from '../engine/checks.ts';
import { sections as definitions } from '../snapshot/sections/index.ts';
import { checks } from './checks/index.ts';
import type { HealthConfig } from './config.ts';
import type { JudgedSite, Known } from './files.ts';
import { judgeAge, judgeMonitor, monitorChecks } from './monitor.ts';

/** All that is judged, by name. */
export const checkNames: readonly string[] = [...checks.map(({ name }) => name), ...monitorChecks];

export const judgeSite = (known: Known, config: HealthConfig, at: Date): JudgedSite => ({
  age: judgeAge(known, config, at),
  snapshot: known.snapshot
    ? runChecks({ checks, sections: known.snapshot.sections, definitions, limits: config.limits, at })
    : [],
  monitor: judgeMonitor(known, config, at),
});
