// The trend cards of the live page: which there are, and their values along time.
import type { GroupSources } from '../contract/groups.ts';
import type { Sections } from '../contract/registry.ts';
import { type PanelLimits, subjectNames, variablesOf } from '../contract/section.ts';
import { lastOf } from '../draw/reduce.ts';
import { drawnLimits } from '../engine/limits.ts';
import type { Card } from './files.ts';
import type { Series } from './series.ts';

interface CardDefinition extends Pick<Card, 'key' | 'title' | 'check' | 'reads' | 'worst' | 'side'> {
  /** The limits of each item of a section, in place of those of the check for the section that the card reads. */
  readonly limits?: { readonly section: string; readonly of: PanelLimits };
}

const definitions: readonly CardDefinition[] = [
  {
    key: 'storage',
    title: 'Fullest filesystem',
    check: 'filesystem-usage',
    reads: { section: 'filesystems', field: 'used_percent' },
    worst: 'most',
    side: 'above',
  },
  {
    key: 'charge',
    title: 'State of charge',
    check: 'power-charge',
    reads: { section: 'power', field: 'charge_percent' },
    worst: 'least',
    side: 'below',
  },
  {
    key: 'voltage',
    title: 'Battery voltage',
    check: 'power-voltage',
    reads: { section: 'power', field: 'voltage_volts' },
    worst: 'least',
    side: 'below',
  },
  {
    key: 'source-lag',
    title: 'Oldest source data',
    check: 'stream-age',
    reads: { section: 'streams', field: 'age_seconds' },
    worst: 'most',
    side: 'above',
    limits: {
      section: 'streams',
      of: { field: 'window_seconds', level: 'red', side: 'above', judgedBy: 'stream-age' },
    },
  },
  {
    key: 'workspace-lag',
    title: 'Workspace lag',
    check: 'mirror-lag',
    reads: { section: 'workspace', field: 'worst_lag_seconds' },
    worst: 'most',
    side: 'above',
    limits: { section: 'mirrors', of: { check: 'mirror-lag', times: 'window_seconds' } },
  },
  {
    key: 'temperature',
    title: 'Internal temperature',
    check: 'power-temperature',
    reads: { section: 'power', field: 'temperature_celsius' },
    worst: 'most',
    side: 'above',
  },
];

type CardConfig = { readonly limits: Readonly<Record<string, unknown>> };

/** The cards for which this site has values. */
export function cardsOf(series: Series, sources: GroupSources, config: CardConfig): Card[] {
  return definitions.flatMap(({ limits: own, ...definition }) => {
    const { reads, check, worst } = definition;
    const section = sources.sections[reads.section];
    if (!section) return [];
    const columns = variablesOf(reads.section, section, reads.field, series.names)
      .map(({ variable }) => series.column(variable))
      .filter((column) => column !== undefined);
    if (columns.length === 0) return [];
    const unit = unitOf(section.schema.form, reads.field);
    const asked = own ?? { section: reads.section, of: { check } };
    const values = series.times.map((_, index) => worstAt(columns, index, worst));
    return [{ ...definition, unit, ...sharedLimits(series, asked, reads.field, unit, sources, config), values }];
  });
}

/** The limits that hold for all items. The card shows the worst of all, so the limit of only some of them would mislead. */
function sharedLimits(
  series: Series,
  { section: name, of }: NonNullable<CardDefinition['limits']>,
  read: string,
  unit: string,
  { sections, checks }: GroupSources,
  config: CardConfig,
): Pick<Card, 'amber' | 'red'> {
  const section = sections[name];
  if (!section) return {};
  const names = subjectNames(section, config);
  const field = 'field' in of ? of.field : (of.times ?? read);
  const all = variablesOf(name, section, field, series.names).flatMap(({ item, prefix }) => {
    const newest = (other: string): number | undefined => {
      const values = series.column(`${prefix}_${other}`);
      return values && lastOf({ times: series.times, values })?.[1];
    };
    // An item that was not read in all these days is not watched any more.
    const value = newest(field);
    if (value === undefined) return [];
    const subject = item === undefined ? name : (names.get(item) ?? item);
    const known = (other: string): number | undefined => (other === field ? value : newest(other));
    return [drawnLimits(of, subject, { checks, configured: config.limits, newest: known, unit })];
  });
  const shared = (level: 'amber' | 'red'): Pick<Card, 'amber' | 'red'> => {
    const [first, ...others] = new Set(all.map((limits) => limits?.[level]));
    return first === undefined || others.length > 0 ? {} : { [level]: first };
  };
  return { ...shared('amber'), ...shared('red') };
}

function unitOf(form: Sections[string]['schema']['form'], field: string): string {
  return (form.type === 'object' ? form.fields[field]?.about?.units : undefined) ?? '';
}

function worstAt(columns: readonly ArrayLike<number>[], index: number, worst: Card['worst']): number | null {
  let found: number | null = null;
  for (const column of columns) {
    const value = column[index] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (found === null || (worst === 'most' ? value > found : value < found)) found = value;
  }
  return found === null ? null : Number(found.toPrecision(6));
}
