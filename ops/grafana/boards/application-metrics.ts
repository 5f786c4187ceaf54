// The metrics of an application (ops/docs/stack.md), whatever their prefix: the boards find it by the name of one family.
import { QueryVariableBuilder, VariableRefresh } from '@grafana/grafana-foundation-sdk/dashboard';
import { chosen, machines, runbook } from './board.ts';
import { source } from './panels.ts';

/** Selects a family of the application, with more labels if need be. */
export const ofApplication = (family: string, labels = ''): string =>
  `\${prefix}_${family}{${labels === '' ? '' : `${labels}, `}${chosen}}`;

/** By the second. */
export const rateOf = (family: string, labels = ''): string =>
  `rate(${ofApplication(family, labels)}[$__rate_interval])`;

/** Share of the requests that were answered within the time that is returned. */
export const responseTime = (share: number, by = ''): string =>
  `histogram_quantile(${share}, sum by (le${by}) (${rateOf('api_request_duration_seconds_bucket')}))`;

export const applicationVariables = [
  new QueryVariableBuilder('prefix')
    .label('Application')
    .datasource(source)
    .query({ query: 'label_values({__name__=~".+_system_health_score"}, __name__)', refId: 'prefix' })
    .regex('/^(.+)_system_health_score$/')
    .current({ text: 'valtronics', value: 'valtronics' })
    .refresh(VariableRefresh.OnDashboardLoad),
  ...machines('${prefix}_system_health_score'),
];

/** What to do about an alert of the application, for the description of a panel. */
export const alertPage = (alert: string): string => runbook('prometheus/valtronics', alert);
