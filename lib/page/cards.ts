// The trend cards of the live page: which there are, and their values along time.
import type { AnyCheck } from '../contract/check.ts';
import type { Sections } from '../contract/registry.ts';
import { variablesOf } from '../contract/section.ts';
import { isObject } from '../contract/shape.ts';
import type { Card } from './files.ts';
import type { Series } from './series.ts';

interface CardDefinition extends Pick<Card, 'key' | 'title' | 'check' | 'reads' | 'worst' | 'side'> {
  /** The field with the limit of each item, where an item has a limit of its own. */
  readonly window?: string;
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
    window: 'window_seconds',
  },
  {
    key: 'workspace-lag',
    title: 'Workspace lag',
    check: 'mirror-lag',
    reads: { section: 'workspace', field: 'worst_lag_seconds' },
    worst: 'most',
    side: 'above',
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

interface CardSources {
  readonly sections: Sections;
  readonly checks: readonly AnyCheck[];
  readonly limits: Readonly<Record<string, unknown>>;
}

/** The cards for which this site has values. */
export function cardsOf(series: Series, { sections, checks, limits }: CardSources): Card[] {
  return definitions.flatMap(({ window, ...definition }) => {
    const { reads, check, worst } = definition;
    const section = sections[reads.section];
    if (!section) return [];
    const columns = variablesOf(reads.section, section, reads.field, series.names)
      .map(({ variable }) => series.column(variable))
      .filter((column) => column !== undefined);
    if (columns.length === 0) return [];
    const unit = unitOf(section.schema.form, reads.field);
    const windows =
      window === undefined
        ? []
        : variablesOf(reads.section, section, window, series.names).map(({ variable }) => variable);
    const values = series.times.map((_, index) => worstAt(columns, index, worst));
    return [{ ...definition, unit, ...limitsOf(check, checks, limits), ...windowOf(series, windows), values }];
  });
}

function unitOf(form: Sections[string]['schema']['form'], field: string): string {
  return (form.type === 'object' ? form.fields[field]?.about?.units : undefined) ?? '';
}

function worstAt(columns: readonly ArrayLike<number>[], index: number, worst: Card['worst']): number | null {
  const read = columns.map((column) => column[index] ?? Number.NaN).filter((value) => Number.isFinite(value));
  if (read.length === 0) return null;
  const value = worst === 'most' ? Math.max(...read) : Math.min(...read);
  return Number(value.toPrecision(6));
}

function limitsOf(
  check: string,
  checks: readonly AnyCheck[],
  limits: CardSources['limits'],
): Pick<Card, 'amber' | 'red'> {
  const found = checks.find(({ name }) => name === check)?.limits;
  const own = found === undefined || found.red?.[0] === 'factor' ? undefined : limits[found.key];
  if (!isObject(own)) return {};
  const { amber, red } = own as Record<string, unknown>;
  return { ...(typeof amber === 'number' ? { amber } : {}), ...(typeof red === 'number' ? { red } : {}) };
}

/** Streams have windows of their own: the line is the longest of them, which no healthy stream crosses. */
function windowOf(series: Series, windows: readonly string[]): Pick<Card, 'red'> {
  const last = windows
    .map((name) => series.column(name)?.[series.times.length - 1] ?? Number.NaN)
    .filter(Number.isFinite);
  return last.length === 0 ? {} : { red: Math.max(...last) };
}
