// What all boards share: the variables at the top, links to the other boards, the alerts of Prometheus as annotations.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, QueryEditorMode } from '@grafana/grafana-foundation-sdk/prometheus';
import { colours, source } from './panels.ts';

interface BoardOf {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly from: string;
  readonly refresh: string;
  readonly timezone: 'browser' | 'utc';
  readonly variables: readonly Builder<VariableModel>[];
  readonly panels: readonly Builder<Panel>[];
}

/** Selects the series of the sites, jobs and machines that are chosen at the top of the board. */
export const chosen = 'cluster=~"$site", job=~"$job", instance=~"$instance"';

/** The labels that series of one machine share. */
export const sameMachine = 'on (cluster, job, instance)';

/**
 * Series as long as the time of their last run is younger than `seconds`: node-exporter serves the file of a dead stage forever, so
 * without this a board would draw old values as if they were new.
 */
export const freshBy =
  (lastRun: string, seconds: number) =>
  (series: string): string =>
    `(${series} and ${sameMachine} (time() - ${lastRun}{${chosen}} < ${seconds}))`;

/** A variable with the values of a label; all of them are chosen at first. */
export const choice = (name: string, label: string, selector: string, of: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query({ query: `label_values(${selector}, ${of})`, refId: name })
    .includeAll(true)
    .allValue('.*')
    .multi(true)
    .current({ text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);

/**
 * Sites, jobs and machines that have series. A site is a Prometheus, by its external label `cluster`, in a store that several
 * of them write to; in a Prometheus of its own, where no series has that label, all is one site.
 */
export const machines = (family: string, labels: readonly string[] = []): QueryVariableBuilder[] => {
  const having = (...more: readonly string[]): string => `${family}{${[...labels, ...more].join(', ')}}`;
  return [
    choice('site', 'Site', having(), 'cluster'),
    choice('job', 'Job', having('cluster=~"$site"'), 'job'),
    choice('instance', 'Machine', having('cluster=~"$site"', 'job=~"$job"'), 'instance'),
  ];
};

/** A page of ops/runbooks, and a section of it, for the description of a panel. */
export const runbook = (page: string, section?: string): string =>
  `Runbook: [${section ?? page}](\${runbooks}/${page}.md${section ? `#${section.toLowerCase()}` : ''}).`;

/** A menu of the boards with a tag. */
const linkTo = (title: string, tag: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Dashboards)
    .icon('external link')
    .tags([tag])
    .asDropdown(true)
    .keepTime(true);

/** The alerts of the machines that are chosen by `variables`, and those about no single machine. */
const alertsOf = (variables: readonly string[]): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(source)
    .enable(true)
    .iconColor(colours.red)
    .target(
      new DataqueryBuilder()
        .editorMode(QueryEditorMode.Code)
        .expr(
          `ALERTS{alertstate="firing", alertname!="OpsMonitorPostsAlerts", cluster=~"$site|", instance=~"${[...variables.map((name) => `$${name}`), ''].join('|')}"}`,
        )
        .refId('Alerts')
        .range(),
    )
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}} {{service}} {{instance}} {{check}} {{subject}}')
    .tagKeys('severity');

export function makeBoard({
  uid,
  title,
  description,
  tags,
  from,
  refresh,
  timezone,
  variables,
  panels,
}: BoardOf): Dashboard {
  const names = variables.map((variable) => variable.build().name);
  const board = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([...tags])
    .timezone(timezone)
    .time({ from, to: 'now' })
    .refresh(refresh)
    .version(1)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    // Where a browser finds ops/runbooks: in Grafana's own folder of static files (ops/compose.yaml).
    .withVariable(new ConstantVariableBuilder('runbooks').value('/public/runbooks'))
    .annotation(alertsOf(names.filter((name) => ['instance', 'machine'].includes(name))))
    .link(linkTo('Overview', 'overview'))
    .link(linkTo('Boards of ops-monitor', 'ops-monitor'));
  for (const variable of variables) board.withVariable(variable);
  for (const [index, panel] of panels.entries())
    board.withPanel({ build: () => ({ ...panel.build(), id: index + 1 }) });
  return board.build();
}
