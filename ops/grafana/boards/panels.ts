// A panel of each kind, in the colours of the pictures and the page (Grafana is dark unless somebody changes that).
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorModeId,
  MappingType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMap,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as PieBuilder,
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
} from '@grafana/grafana-foundation-sdk/piechart';
import { DataqueryBuilder, PromQueryFormat, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { levelNumber, levels } from '../../../lib/core/level.ts';
import { dark } from '../../../lib/draw/colours.ts';

/** The Prometheus that is chosen at the top of the board. */
export const source = { type: 'prometheus', uid: '${datasource}' };

const [first = dark.ink, second = dark.ink] = dark.series;
export const colours = { ...dark.levels, neutral: dark.muted, first, second };
type Colour = keyof typeof colours;

/** PromQL and the name of its series. */
type Query = readonly [expr: string, legend?: string];

interface Shown {
  readonly title: string;
  readonly description: string;
  /** Columns of 24, and rows. */
  readonly size: readonly [width: number, height: number];
  readonly unit: string;
  readonly queries: readonly Query[];
}

interface AnyBuilder extends Builder<Panel> {
  title(text: string): this;
  description(text: string): this;
  datasource(at: typeof source): this;
  span(width: number): this;
  height(rows: number): this;
  unit(unit: string): this;
  noValue(text: string): this;
  withTarget(query: DataqueryBuilder): this;
}

function fill<T extends AnyBuilder>(
  panel: T,
  { title, description, size, unit, queries }: Shown,
  how: 'now' | 'range' | 'table',
): T {
  panel.title(title).description(description).datasource(source).unit(unit).noValue('no reading');
  panel.span(size[0]).height(size[1]);
  for (const [index, [expr, legend = '']] of queries.entries()) {
    const query = new DataqueryBuilder().datasource(source).editorMode(QueryEditorMode.Code);
    // Machines of two sites may have one name.
    query.expr(expr).legendFormat(legend.replace('{{instance}}', '{{instance}} {{cluster}}'));
    query.refId(String.fromCodePoint(65 + index));
    if (how === 'table') query.format(PromQueryFormat.Table);
    panel.withTarget(how === 'range' ? query.range() : query.instant());
  }
  return panel;
}

/** A colour for each range of values, from the lowest up. */
export const thresholds = (
  base: Colour,
  ...steps: readonly (readonly [from: number, colour: Colour])[]
): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { color: colours[base], value: null },
      ...steps.map(([value, colour]) => ({ color: colours[colour], value })),
    ]);

const shapes = { green: '●', amber: '▲', red: '■', unknown: '◆' };

/** Levels by colour, word and shape: colours alone do not tell everybody. */
export const levelNames: ValueMap = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    levels.map((level) => [
      levelNumber(level),
      { text: `${shapes[level]} ${level}`, color: colours[level], index: levelNumber(level) },
    ]),
  ),
};

/** Words for 1 and 0. */
export const verdicts = (good: string, bad: string): ValueMap => ({
  type: MappingType.ValueToText,
  options: { 1: { text: good, color: colours.green, index: 0 }, 0: { text: bad, color: colours.red, index: 1 } },
});

export const passed = verdicts('PASS', 'FAIL');

const latest = (): ReduceDataOptionsBuilder =>
  new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false);

/** Values as they are now. */
export const stat = (shown: Shown): StatBuilder =>
  fill(new StatBuilder(), shown, 'now')
    .reduceOptions(latest())
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .textMode(shown.queries.some(([, legend]) => legend) ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto)
    .thresholds(thresholds('neutral'));

/** Lines over time. A gap of two minutes stays a gap. */
export const lines = (shown: Shown): LinesBuilder =>
  fill(new LinesBuilder(), shown, 'range')
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never)
    .spanNulls(120_000)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(shown.size[0] === 24 ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max'])
        .sortBy('Last *')
        .sortDesc(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    // Colours in turn: those by name repeat among few series, because a hash chooses them.
    .colorScheme({ build: () => ({ mode: FieldColorModeId.PaletteClassic }) });

/** Lines that change at each run of a tool, and not between two runs. */
export const stairs = (shown: Shown): LinesBuilder =>
  lines(shown).lineInterpolation(LineInterpolation.StepAfter).min(0);

/** A strip for each series: which state when. */
export const states = (shown: Omit<Shown, 'unit'>, names: ValueMap): StatesBuilder =>
  fill(new StatesBuilder(), { ...shown, unit: 'none' }, 'range')
    .mappings([names])
    .thresholds(thresholds('neutral'))
    .lineWidth(0)
    .fillOpacity(80)
    .rowHeight(0.8)
    .legend(new VizLegendOptionsBuilder().showLegend(false));

/** Each series as a row. `labels`: label → title, in their order after the site; the value comes last. */
export function table(shown: Shown, labels: Readonly<Record<string, string>>, value?: string): TableBuilder {
  const columns = { cluster: 'Site', ...labels };
  return fill(new TableBuilder(), shown, 'table')
    .showHeader(true)
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: [...Object.keys(columns), ...(value ? ['Value'] : [])] } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(Object.keys(columns).map((label, index) => [label, index])),
        renameByName: { ...columns, ...(value ? { Value: value } : {}) },
      },
    });
}

export const pie = (shown: Shown): PieBuilder =>
  fill(new PieBuilder(), shown, 'now')
    .reduceOptions(latest())
    .legend(
      new PieChartLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Right)
        .values([PieChartLegendValues.Value, PieChartLegendValues.Percent]),
    );

/** Colours a series by its own thresholds. */
export const byThresholds = (builder: ThresholdsConfigBuilder): DynamicConfigValue[] => [
  { id: 'thresholds', value: builder.build() },
];

/** Gives the series of a name a colour of its own. */
export const inColour = (colour: Colour): DynamicConfigValue[] => [
  { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: colours[colour] } },
];

/** Draws limits so that nobody takes them for readings. */
export const asLimit = (): DynamicConfigValue[] => [
  ...inColour('neutral'),
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
];
