// What fleet-snapshot found, as metrics for Prometheus.
import { type Family, gaugesOf, renderExposition } from '../core/exposition.ts';
import { countsOf, severities } from '../core/severity.ts';
import type { FleetSnapshot, NodeRecord } from './files.ts';

const gauge = gaugesOf('ops_fleet');

export function renderTextfile({ at, environments }: FleetSnapshot): string {
  const fleets = Object.values(environments);
  const perNode = (valueOf: (node: NodeRecord) => number | undefined): Family['samples'] =>
    fleets.flatMap(({ environment, nodes }) =>
      Object.entries(nodes).map(([name, node]) => ({ labels: { environment, node: name }, value: valueOf(node) })),
    );
  const ratio = (percent: number | undefined): number | undefined =>
    percent === undefined ? undefined : percent / 100;
  return renderExposition([
    gauge('last_run_timestamp_seconds', 'Time of the last run of fleet-snapshot.', [{ value: Date.parse(at) / 1000 }]),
    gauge(
      'collection_seconds',
      'Time in which all nodes of an environment were asked.',
      fleets.map(({ environment, duration_seconds: value }) => ({ labels: { environment }, value })),
    ),
    gauge(
      'node_reached',
      'Whether a node sent its report: 1 or 0.',
      perNode(({ reached }) => Number(reached)),
    ),
    gauge(
      'node_collection_seconds',
      'Time until a node had sent its report, or had failed to.',
      perNode(({ collection_ms }) => collection_ms / 1000),
    ),
    gauge(
      'node_memory_used_ratio',
      'Memory of a node that is not available.',
      perNode(({ figures }) => ratio(figures?.memory_used_percent)),
    ),
    gauge(
      'node_disk_used_ratio',
      'Root filesystem of a node in use, as df shows it.',
      perNode(({ figures }) => ratio(figures?.disk_used_percent)),
    ),
    gauge(
      'node_load_per_processor',
      'Load of a node, mean of 1 minute, for each of its processors.',
      perNode(({ figures }) => figures?.load_per_processor),
    ),
    gauge(
      'alerts',
      'Alerts about an environment, by severity.',
      fleets.flatMap(({ environment, alerts }) => {
        const counts = countsOf(alerts);
        return severities.map((severity) => ({ labels: { environment, severity }, value: counts[severity] }));
      }),
    ),
    gauge(
      'node_alerts',
      'Alerts of one kind about a node. Node is empty where they are about no single one.',
      // The labels name no part of a node: a unit or a peer with a new name in each run would be a new series.
      fleets.flatMap(({ environment, alerts }) =>
        [
          ...Map.groupBy(alerts, ({ id, severity, node = '' }) =>
            JSON.stringify([id.split(':', 1)[0], severity, node]),
          ),
        ].map(([key, all]) => {
          const [check, severity, node] = JSON.parse(key) as [string, string, string];
          return { labels: { environment, check, severity, node }, value: all.length };
        }),
      ),
    ),
  ]);
}
