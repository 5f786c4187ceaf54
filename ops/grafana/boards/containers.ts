// Containers, as cAdvisor sees them.
import { choice, chosen, machines, makeBoard } from './board.ts';
import { lines, stat, thresholds } from './panels.ts';

/** Containers have names; other control groups, such as those of systemd, have none. */
const named = `name!="", ${chosen}`;
const container = `name=~"$container", ${named}`;
/** By the second; a container has a series for each of its processors, interfaces and disks. */
const rateOf = (family: string): string =>
  `sum by (cluster, job, instance, name) (rate(${family}{${container}}[$__rate_interval]))`;

const name = '{{name}} {{instance}}';
const size = [8, 5] as const;
const half = [12, 8] as const;

export const containers = makeBoard({
  uid: 'ops-monitor-containers',
  title: 'Containers',
  description: 'Containers of the machines, by cAdvisor (ops/docs/stack.md).',
  tags: ['ops-monitor', 'containers'],
  from: 'now-6h',
  refresh: '30s',
  timezone: 'browser',
  variables: [
    ...machines('container_last_seen', ['name!=""']),
    choice('container', 'Container', `container_last_seen{${named}}`, 'name'),
  ],
  panels: [
    stat({
      title: 'Containers',
      description: 'That run on each machine.',
      size,
      unit: 'short',
      queries: [[`count by (cluster, job, instance) (container_last_seen{${container}})`, '{{instance}}']],
    }),
    stat({
      title: 'Started within the last hour',
      description: 'Containers that were started, or started again.',
      size,
      unit: 'short',
      queries: [
        [
          `sum by (cluster, job, instance) (time() - container_start_time_seconds{${container}} < bool 3600)`,
          '{{instance}}',
        ],
      ],
    }).thresholds(thresholds('green', [1, 'amber'])),
    stat({
      title: 'Memory of the fullest container',
      description: 'As a share of its limit; of containers that have a limit.',
      size,
      unit: 'percentunit',
      queries: [
        [
          `max by (cluster, job, instance) (container_memory_working_set_bytes{${container}} / (container_spec_memory_limit_bytes{${container}} > 0))`,
          '{{instance}}',
        ],
      ],
    }).thresholds(thresholds('green', [0.9, 'amber'])),
    lines({
      title: 'CPU',
      description: '1 is one processor.',
      size: half,
      unit: 'short',
      queries: [[rateOf('container_cpu_usage_seconds_total'), name]],
    }).min(0),
    lines({
      title: 'Memory',
      description: 'Working set: what cannot be dropped when memory runs short.',
      size: half,
      unit: 'bytes',
      queries: [[`container_memory_working_set_bytes{${container}}`, name]],
    }).min(0),
    lines({
      title: 'Network',
      description: 'Sent below zero. Containers in the network of the host have no series of their own.',
      size: half,
      unit: 'Bps',
      queries: [
        [rateOf('container_network_receive_bytes_total'), `received ${name}`],
        [`-${rateOf('container_network_transmit_bytes_total')}`, `sent ${name}`],
      ],
    }),
    lines({
      title: 'Disk',
      description: 'Written below zero.',
      size: half,
      unit: 'Bps',
      queries: [
        [rateOf('container_fs_reads_bytes_total'), `read ${name}`],
        [`-${rateOf('container_fs_writes_bytes_total')}`, `written ${name}`],
      ],
    }),
    lines({
      title: 'Time since the start',
      description: 'A line that falls to zero again and again is a container that is started again and again.',
      size: [24, 8],
      unit: 's',
      queries: [[`time() - container_start_time_seconds{${container}}`, name]],
    }).min(0),
  ],
});
