// The content of trends.json, from a series. The service computes the same of the raw lines since then.
import { type GroupSources, groupsOf } from '../contract/groups.ts';
import { gapIntervals } from '../core/age.ts';
import type { Health } from '../health/files.ts';
import { cardsOf } from './cards.ts';
import { type Trends, trendsVersion } from './files.ts';
import type { Series } from './series.ts';
import { levelColumns, sinceOf, stripsOf } from './strips.ts';

export type TrendSources = GroupSources;

export interface TrendsConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly limits: Readonly<Record<string, unknown>>;
}

export function trendsOf(
  series: Series,
  sources: TrendSources,
  config: TrendsConfig,
  health: Health | undefined,
  at: Date,
): Trends {
  const { site, interval } = config;
  const groups = groupsOf(sources);
  const levels = levelColumns(series, groups, health?.observations.map(({ id }) => id) ?? []);
  return {
    schema_version: trendsVersion,
    site,
    made_at: at.toISOString(),
    interval_seconds: interval,
    times: series.times.map((time) => Math.round(time)),
    cards: cardsOf(series, sources, config),
    groups: stripsOf(series, levels, groups, gapIntervals * interval),
    checks: Object.fromEntries(groups),
    since: sinceOf(series, levels),
  };
}
