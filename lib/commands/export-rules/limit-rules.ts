// Rules for Prometheus whose limits are those of the configuration, so that the two cannot differ. Pure.
import type { Configuration } from '../../config/schema.ts';
import type { CheckLimits } from '../../contract/check.ts';
import { configuredLimits } from '../../engine/limits.ts';
import { filesystemInodes } from '../../health/checks/filesystem-inodes.ts';
import { hostLoad } from '../../health/checks/host-load.ts';
import { ageLimit } from '../../health/monitor.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: {
    readonly severity: 'critical' | 'warning' | 'info';
    readonly service: string;
    readonly covered_by?: 'send-alerts';
  };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

/** Regular expressions of the label `instance`, where the configuration is not that of all machines. */
export interface Instances {
  readonly only?: string | undefined;
  readonly except?: string | undefined;
}

export function limitRules(
  { interval, limits }: Pick<Configuration, 'interval' | 'limits'>,
  { only, except }: Instances,
): { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] } {
  const of = (...more: string[]): string => {
    const matchers = [
      ...(only === undefined ? [] : [`instance=~${JSON.stringify(only)}`]),
      ...(except === undefined ? [] : [`instance!~${JSON.stringify(except)}`]),
      ...more,
    ];
    return matchers.length === 0 ? '' : `{${matchers.join(', ')}}`;
  };
  const seconds = (value: number): string => `${Math.round(value)}s`;
  const rule = (alert: string, { summary, description, ...rest }: Asked): Rule => ({
    alert,
    ...rest,
    annotations: {
      summary,
      description,
      runbook: `/usr/lib/ops-monitor/ops/runbooks/prometheus/limits.md#${alert.toLowerCase()}`,
    },
  });
  // send-alerts reports these too: Alertmanager leaves them out while that works (ops/docs/alertmanager.md).
  const aboutMonitor = { severity: 'warning', service: 'ops-monitor', covered_by: 'send-alerts' } as const;
  const aboutMachine = { severity: 'warning', service: 'system' } as const;
  // On a machine that a monitor judges its own observation tells, with the exceptions that are configured there.
  const withoutMonitor =
    'unless on (cluster, job, instance) (ops_monitor_levels_valid_until_timestamp_seconds > time())';
  // Images that are mounted read-only have no inode left, by their making.
  const images = 'fstype!~"iso9660|squashfs|erofs"';
  const limitOf = (level: 'amber' | 'red', check: { readonly limits?: CheckLimits | undefined }): number | undefined =>
    check.limits && configuredLimits(check.limits, '', limits[check.limits.key])[level]?.value;
  const cycle = 'systemctl status ops-monitor-cycle.timer on that machine.';
  const rules = [
    rule('OpsMonitorSnapshotOld', {
      expr: `time() - ops_monitor_snapshot_timestamp_seconds${of()} > ${ageLimit({ interval, limits })}`,
      for: seconds(interval),
      labels: aboutMonitor,
      summary: 'The latest snapshot of {{ $labels.instance }} is {{ $value | humanizeDuration }} old',
      description: cycle,
    }),
    rule('OpsMonitorCycleNotConfirmed', {
      expr: `time() - ops_monitor_cycle_confirmed_timestamp_seconds${of()} > ${ageLimit({ interval, limits })}`,
      for: seconds(interval),
      labels: aboutMonitor,
      summary: 'The cycle of {{ $labels.instance }} was last confirmed {{ $value | humanizeDuration }} ago',
      description: cycle,
    }),
    rule('OpsMonitorHeartbeatNotAccepted', {
      expr: `time() - ops_monitor_heartbeat_accepted_timestamp_seconds${of()} > ${limits.heartbeat.amber}`,
      for: seconds(interval),
      labels: aboutMonitor,
      summary:
        'The outside watchdog last accepted a heartbeat of {{ $labels.instance }} {{ $value | humanizeDuration }} ago',
      description: 'ops-monitor confirm-cycle says what the watchdog answers.',
    }),
    rule('InodesHigh', {
      expr: `100 * (1 - node_filesystem_files_free${of(images)} / (node_filesystem_files${of(images)} > 0)) >= ${limitOf('red', filesystemInodes)} ${withoutMonitor}`,
      for: seconds(interval),
      labels: aboutMachine,
      summary:
        '{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ printf "%.1f" $value }} % of its inodes in use',
      description: 'Find the folder with millions of small files.',
    }),
    rule('LoadHigh', {
      expr: `node_load5${of()} / on (cluster, job, instance) count by (cluster, job, instance) (node_cpu_seconds_total{mode="idle"}) > ${limitOf('amber', hostLoad)} ${withoutMonitor}`,
      for: seconds(interval),
      labels: aboutMachine,
      summary: 'The load of {{ $labels.instance }} is {{ printf "%.1f" $value }} for each processor',
      description: 'See what waits: for processors (top) or for disks (iostat).',
    }),
  ];
  return { groups: [{ name: 'limits', rules }] };
}

type Asked = Omit<Rule, 'alert' | 'annotations'> & { readonly summary: string; readonly description: string };
