// Which panels a site has, and their data. The sections say what can be drawn; what is drawn is what the archive has of it.
import { type GroupSources, groupsOf, levelVariables } from '../contract/groups.ts';
import { type Panel, type Section, subjectNames, type ValuesPanel, variablesOf } from '../contract/section.ts';
import { listed } from '../core/text.ts';
import { extremeOf, lastOf } from '../draw/reduce.ts';
import { worstLevels } from '../draw/strip.ts';
import { type DrawnLimits, drawnLimits } from '../engine/limits.ts';
import { hasValues, type History } from './history.ts';
import { isBeyond } from './limits.ts';

export interface Line {
  /** Empty where the panel has one line only. */
  readonly label: string;
  readonly values: ArrayLike<number>;
  readonly limits: DrawnLimits | undefined;
  /** Level of the worst value: 2 beyond red, 1 beyond amber, 0 within the limits. */
  readonly severity: 0 | 1 | 2;
}

export interface ValuesModel {
  readonly kind: 'values';
  readonly title: string;
  readonly unit: string;
  readonly least?: number | undefined;
  readonly lines: readonly Line[];
  /** The checks whose alerts are marked in it. */
  readonly checks: readonly string[];
}

export interface LevelsModel {
  readonly kind: 'levels';
  readonly title: string;
  readonly rows: readonly LevelRow[];
  readonly checks: readonly string[];
  /** The labels are too long to stand beside the strips: each stands above its own. */
  readonly isStacked?: true;
}

export interface LevelRow {
  readonly label: string;
  readonly levels: ArrayLike<number>;
}

export type PanelModel = ValuesModel | LevelsModel;

export interface PanelSource {
  readonly registry: GroupSources;
  readonly config: { readonly limits: Readonly<Record<string, unknown>> };
  readonly history: History;
}

/** Panels with the same title are one, at the place of the first. */
export function panelsOf(source: PanelSource, isSummary: boolean): PanelModel[] {
  const models = new Map<string, PanelModel>();
  for (const [name, section] of Object.entries(source.registry.sections))
    for (const panel of section.panels ?? []) {
      if (isSummary && !panel.inSummary) continue;
      const made =
        'field' in panel ? valuesModel(source, name, section, panel) : levelsModel(source, name, section, panel);
      if (made) models.set(panel.title, merged(models.get(panel.title), made));
    }
  const shown = new Set([...models.values()].flatMap(({ checks }) => checks));
  return [...models.values(), ...othersModel(source, shown), ...(isSummary ? [] : readingPanels(source.history))];
}

/** The panel "Also not green": without it, a strip of a group would be red for a reason that no panel shows. */
function othersModel({ registry, config, history }: PanelSource, shown: ReadonlySet<string>): LevelsModel[] {
  const others = levelsIn(history, groupsOf(registry).keys()).filter(({ check }) => !shown.has(check));
  const rows = others.map(({ variable, check, subject }) => {
    const section = registry.sections[registry.checks.find(({ name }) => name === check)?.needs[0] ?? ''];
    const name = (section && subjectNames(section, config).get(subject)) ?? subject;
    return { check, name, levels: history.valuesOf(variable) };
  });
  const { true: troubled = [], false: green = [] } = Object.groupBy(rows, ({ levels }) => String(isTroubled(levels)));
  // One dead machine makes as many unknown as it has copies, all at the same times.
  const alike = Map.groupBy(troubled, ({ check, levels }) => `${check} ${Array.from(levels).join('')}`);
  const folded = [...alike.values()].flatMap((same) => {
    const [first] = same;
    const names = same.map(({ name }) => name);
    return first ? { label: `${first.check} ${listed(names, 2)}`, levels: first.levels } : [];
  });
  const plain = green.map(({ check, name, levels }) => ({ label: `${check} ${name}`, levels }));
  const checks = [...new Set(others.map(({ check }) => check))];
  const model: LevelsModel = {
    kind: 'levels',
    title: 'Also not green',
    rows: [...folded, ...plain],
    checks,
    isStacked: true,
  };
  return folded.length > 0 ? [model] : [];
}

const isTroubled = (levels: ArrayLike<number>): boolean =>
  Array.prototype.some.call(levels, (level: number) => level > 0);

function merged(before: PanelModel | undefined, made: PanelModel): PanelModel {
  if (before?.kind !== 'values' || made.kind !== 'values') return made;
  return { ...before, lines: [...before.lines, ...made.lines], checks: [...before.checks, ...made.checks] };
}

function valuesModel(
  { registry, config, history }: PanelSource,
  name: string,
  section: Section,
  panel: ValuesPanel,
): ValuesModel | undefined {
  const variables = variablesOf(name, section, panel.field, history.names).filter(({ variable, item }) =>
    isWatched(history, variable, name, item),
  );
  const [first] = variables;
  if (!first) return undefined;
  const unit = history.unitOf(first.variable);
  const names = subjectNames(section, config);
  const lines = variables.map(({ variable, item, prefix }): Line => {
    const values = history.valuesOf(variable);
    const newest = (field: string): number | undefined =>
      history.names.includes(`${prefix}_${field}`)
        ? lastOf({ times: history.times, values: history.valuesOf(`${prefix}_${field}`) })?.[1]
        : undefined;
    const subject = item === undefined ? name : (names.get(item) ?? item);
    const limits = drawnLimits(panel.limits, subject, {
      checks: registry.checks,
      configured: config.limits,
      newest,
      unit,
    });
    return { label: subject, values, limits, severity: severityOf(values, limits) };
  });
  return { kind: 'values', title: panel.title, unit, least: panel.least, lines, checks: shownChecks(panel) };
}

/** The check that a panel shows: its alerts are marked in it. */
function shownChecks(panel: Panel): string[] {
  if ('levelsOf' in panel) return [panel.levelsOf];
  if (!panel.limits) return [];
  return ['check' in panel.limits ? panel.limits.check : panel.limits.judgedBy];
}

function levelsModel(
  { registry, config, history }: PanelSource,
  name: string,
  section: Section,
  panel: Extract<Panel, { levelsOf: string }>,
): LevelsModel | undefined {
  const names = subjectNames(section, config);
  const rows = levelsIn(history, groupsOf(registry).keys())
    .filter(({ check }) => check === panel.levelsOf)
    .map(({ variable, subject }) => ({ label: names.get(subject) ?? subject, levels: history.valuesOf(variable) }));
  return rows.length === 0 ? undefined : { kind: 'levels', title: panel.title, rows, checks: shownChecks(panel) };
}

/** Outcome of a reading that was not attempted. */
const absent = 1;

/** Whether the archive has values here, or somebody tried to read them. */
function isWatched({ names, valuesOf }: History, variable: string, section: string, item: string | undefined): boolean {
  if (hasValues(valuesOf(variable))) return true;
  const outcome = `probe_${section}${item === undefined ? '' : `_${item}`}_outcome`;
  return names.includes(outcome) && hasValues(valuesOf(outcome), (value) => value === -1 || value === absent);
}

function severityOf(values: ArrayLike<number>, limits: DrawnLimits | undefined): Line['severity'] {
  if (!limits) return 0;
  const some = (level: 'amber' | 'red'): boolean =>
    Array.prototype.some.call(values, (value: number) => isBeyond(value, level, limits));
  return some('red') ? 2 : some('amber') ? 1 : 0;
}

/** The variables of levels that have values here. */
const levelsIn = ({ names, valuesOf }: History, checks: Iterable<string>) =>
  levelVariables(names, checks).filter(({ variable }) => hasValues(valuesOf(variable), (value) => value === -1));

/** The strip over all checks, and one for each group of checks that has levels here. */
export function stripsOf({ registry, history }: Omit<PanelSource, 'config'>): LevelRow[] {
  const groups = groupsOf(registry);
  const levels = levelsIn(history, groups.keys());
  const rows = [...new Set(groups.values())].flatMap((label) => {
    const members = levels.filter(({ check }) => groups.get(check) === label);
    const worst = worstLevels(
      members.map(({ variable }) => history.valuesOf(variable)),
      history.times.length,
    );
    return members.length === 0 ? [] : [{ label, levels: worst }];
  });
  const overall = history.names.includes('level_overall') ? history.valuesOf('level_overall') : [];
  return [{ label: 'overall', levels: overall }, ...rows];
}

/** Readings that are drawn by name: the slowest ones. */
const slowestShown = 3;

/** How long the readings took and how many failed: of every probe, whatever it reads. */
function readingPanels({ names, valuesOf, times }: History): ValuesModel[] {
  const readings = names.filter((name) => name.startsWith('probe_') && name.endsWith('_ms'));
  const slowest = readings
    .map((name) => ({ name, most: extremeOf({ times, values: valuesOf(name) }, 1)?.[1] ?? -Infinity }))
    .sort((a, b) => b.most - a.most)
    .slice(0, slowestShown)
    .filter(({ most }) => most > -Infinity);
  const line = (label: string, values: ArrayLike<number>): Line => ({ label, values, limits: undefined, severity: 0 });
  const outcomes = names.filter((name) => name.startsWith('probe_') && name.endsWith('_outcome'));
  const failures = outcomes.length === 0 ? [] : [line('failed', failuresOf(outcomes.map(valuesOf), times.length))];
  const about = { kind: 'values', checks: [] } as const;
  const together = names.includes('collection_ms') ? [line('all together', valuesOf('collection_ms'))] : [];
  return [
    {
      ...about,
      title: 'Time of readings, the slowest',
      unit: 'ms',
      lines: [
        ...together,
        ...slowest.map(({ name }) => line(name.slice('probe_'.length, -'_ms'.length), valuesOf(name))),
      ],
    },
    { ...about, title: 'Failed readings', unit: '1', lines: failures },
  ].filter(({ lines }) => lines.length > 0);
}

/** The count of failed and timed out readings of each snapshot. */
function failuresOf(outcomes: readonly ArrayLike<number>[], length: number): Float64Array {
  const counts = new Float64Array(length);
  for (const outcome of outcomes)
    for (let index = 0; index < length; index++) if ((outcome[index] ?? 0) > absent) counts[index]! += 1;
  return counts;
}
