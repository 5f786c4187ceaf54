// The content of trends.json, from a series. The service computes the same of the raw lines since then.
import type { AnyCheck } from '../contract/check.ts';
import type { Sections } from '../contract/registry.ts';
import { gapIntervals } from '../core/age.ts';
import type { Health } from '../health/files.ts';
import { cardsOf } from './cards.ts';
import { type Trends, trendsVersion } from './files.ts';
import type { Series } from './series.ts';
import { groupsOf, levelColumns, sinceOf, stripsOf } from './strips.ts';

export interface TrendSources {
  readonly sections: Sections;
  readonly checks: readonly AnyCheck[];
  /** Names of the checks that judge the monitor itself. */
  readonly monitorChecks: readonly string[];
}

export interface TrendsConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly limits: Readonly<Record<string, unknown>>;
}

export function trendsOf(
  series: Series,
  { sections, checks, monitorChecks }: TrendSources,
  { site, interval, limits }: TrendsConfig,
  health: Health | undefined,
  at: Date,
): Trends {
  const groups = groupsOf(checks, sections, monitorChecks);
  const levels = levelColumns(series, groups, health?.observations.map(({ id }) => id) ?? []);
  return {
    schema_version: trendsVersion,
    site,
    made_at: at.toISOString(),
    interval_seconds: interval,
    times: series.times.map((time) => Math.round(time)),
    cards: cardsOf(series, { sections, checks, limits }),
    groups: stripsOf(series, levels, groups, gapIntervals * interval),
    checks: Object.fromEntries(groups),
    since: sinceOf(series, levels),
  };
}
