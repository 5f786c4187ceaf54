// Services that watch-services looks at: whether they run, what they use, which were restarted.
import { choice, chosen, freshBy, machines, makeBoard, runbook } from './board.ts';
import { lines, stat, states, table, thresholds, verdicts } from './panels.ts';

const service = `${chosen}, service=~"$service"`;
const fresh = freshBy('ops_watchdog_last_run_timestamp_seconds', 300);

const name = '{{service}} {{instance}}';
const size = [6, 5] as const;
const half = [12, 8] as const;

export const watchdog = makeBoard({
  uid: 'ops-monitor-watchdog',
  title: 'Watchdog',
  description: 'Services of watch-services, from watchdog.prom (ops/docs/watchdog.md).',
  tags: ['ops-monitor', 'watchdog'],
  from: 'now-6h',
  refresh: '30s',
  timezone: 'utc',
  variables: [
    ...machines('ops_watchdog_last_run_timestamp_seconds'),
    choice('service', 'Service', `ops_watchdog_service_running{${chosen}}`, 'service'),
  ],
  panels: [
    stat({
      title: 'Time since the last run',
      description: `Of watch-services, which runs every 30 seconds. ${runbook('prometheus/watchdog', 'WatchdogStopped')}`,
      size,
      unit: 's',
      queries: [[`time() - ops_watchdog_last_run_timestamp_seconds{${chosen}}`, '{{instance}}']],
    }).thresholds(thresholds('green', [90, 'amber'], [180, 'red'])),
    stat({
      title: 'Services that do not run',
      description: `Of the selected services. ${runbook('prometheus/watchdog', 'ServiceDown')}`,
      size,
      unit: 'short',
      queries: [
        [`sum by (cluster, instance) (${fresh(`ops_watchdog_service_running{${service}}`)} == bool 0)`, '{{instance}}'],
      ],
    }).thresholds(thresholds('green', [1, 'red'])),
    stat({
      title: 'Alerts',
      description: `Measures of services that are beyond their limits. ${runbook('watchdog-alert')}`,
      size,
      unit: 'short',
      queries: [[`sum by (cluster, instance) (${fresh(`ops_watchdog_alert_active{${service}}`)})`, '{{instance}}']],
    }).thresholds(thresholds('green', [1, 'amber'])),
    stat({
      title: 'Restarts in the last hour',
      description: `Those that systemd counts, or changes of the main process. ${runbook('prometheus/watchdog', 'ServiceRestartsOften')}`,
      size,
      unit: 'short',
      queries: [
        [
          `sum by (cluster, instance) (round(increase(ops_watchdog_service_restarts_total{${service}}[1h])))`,
          '{{instance}}',
        ],
      ],
    }).thresholds(thresholds('green', [1, 'amber'])),
    states(
      {
        title: 'Services',
        description: `Whether a service runs. A gap: unknown. ${runbook('prometheus/watchdog', 'ServiceDown')}`,
        size: half,
        queries: [[fresh(`ops_watchdog_service_running{${service}}`), name]],
      },
      verdicts('runs', 'DOWN'),
    ),
    states(
      {
        title: 'Alerts by measure',
        description: `Whether a measure is beyond its limit. ${runbook('prometheus/watchdog', 'ServiceAboveLimit')}`,
        size: half,
        queries: [[`1 - ${fresh(`ops_watchdog_alert_active{${service}}`)}`, '{{service}} {{measure}} {{instance}}']],
      },
      verdicts('ok', 'ALERT'),
    ),
    lines({
      title: 'CPU',
      description: '1 is one processor.',
      size: half,
      unit: 'short',
      queries: [[fresh(`ops_watchdog_service_cpu_ratio{${service}}`), name]],
    }).min(0),
    lines({
      title: 'Memory',
      description:
        'Resident memory, where processes share memory more than once; and proportional memory, where shared memory counts once.',
      size: half,
      unit: 'bytes',
      queries: [
        [fresh(`ops_watchdog_service_resident_memory_bytes{${service}}`), `resident ${name}`],
        [fresh(`ops_watchdog_service_proportional_memory_bytes{${service}}`), `proportional ${name}`],
      ],
    }).min(0),
    lines({
      title: 'Open files',
      description: 'Of all processes of a service.',
      size: half,
      unit: 'short',
      queries: [[fresh(`ops_watchdog_service_open_files{${service}}`), name]],
    }).min(0),
    lines({
      title: 'Open files, as a share of the limit',
      description: 'Of the process that is nearest to its own limit.',
      size: half,
      unit: 'percentunit',
      queries: [[fresh(`ops_watchdog_service_open_files_ratio{${service}}`), name]],
    })
      .min(0)
      .max(1),
    lines({
      title: 'Processes and threads',
      description: 'Of a service.',
      size: half,
      unit: 'short',
      queries: [
        [fresh(`ops_watchdog_service_processes{${service}}`), `processes ${name}`],
        [fresh(`ops_watchdog_service_threads{${service}}`), `threads ${name}`],
      ],
    }).min(0),
    lines({
      title: 'Network',
      description: 'Of each interface of the machine; sent below zero.',
      size: half,
      unit: 'Bps',
      queries: [
        [fresh(`ops_watchdog_network_receive_bytes_per_second{${chosen}}`), 'received {{device}} {{instance}}'],
        [`-${fresh(`ops_watchdog_network_transmit_bytes_per_second{${chosen}}`)}`, 'sent {{device}} {{instance}}'],
      ],
    }),
    lines({
      title: 'Attempts to restart a service',
      description: `By outcome, since the watchdog began to count. ${runbook('prometheus/watchdog', 'RestartFailed')}`,
      size: half,
      unit: 'short',
      queries: [[`ops_watchdog_restart_attempts_total{${service}}`, '{{service}} {{outcome}} {{instance}}']],
    }).min(0),
    table(
      {
        title: 'Measures that cannot be read',
        description: 'Of services of another user, whose files the monitor may not read.',
        size: half,
        unit: 'none',
        queries: [[fresh(`ops_watchdog_service_unread{${service}}`)]],
      },
      { instance: 'Machine', service: 'Service', measure: 'Measure' },
    ),
  ],
});
