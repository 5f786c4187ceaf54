// An application and the machine that it runs on, at a glance: eight panels, two in a row.
import { alertPage, applicationVariables, ofApplication, rateOf, responseTime } from './application-metrics.ts';
import { choice, makeBoard } from './board.ts';
import { inColour, lines, pie, stat, thresholds } from './panels.ts';

const size = [12, 8] as const;
const machine = 'cluster=~"$site", instance=~"$machine"';

export const overview = makeBoard({
  uid: 'ops-monitor-overview',
  title: 'Valtronics System Overview',
  description: 'An application by its own metrics, and the machine by those of node-exporter (ops/docs/stack.md).',
  tags: ['valtronics', 'system', 'overview'],
  from: 'now-1h',
  refresh: '30s',
  timezone: 'browser',
  variables: [
    ...applicationVariables,
    choice('machine', 'Host', 'node_memory_MemTotal_bytes{cluster=~"$site"}', 'instance'),
  ],
  panels: [
    stat({
      title: 'System Health',
      description: 'The overall score that the application gives itself: red from 0, amber from 50, green from 80.',
      size,
      unit: 'short',
      queries: [[ofApplication('system_health_score', 'component="overall"'), '{{instance}}']],
    })
      .min(0)
      .max(100)
      .thresholds(thresholds('red', [50, 'amber'], [80, 'green'])),
    pie({
      title: 'Device Status',
      description: `Devices by their status. ${alertPage('DevicesOffline')}`,
      size,
      unit: 'short',
      queries: [[`sum by (status) (${ofApplication('devices_total')})`, '{{status}}']],
    })
      .overrideByName('online', inColour('green'))
      .overrideByName('warning', inColour('amber'))
      .overrideByName('error', inColour('red'))
      .overrideByName('offline', inColour('neutral')),
    lines({
      title: 'CPU Usage',
      description: `Time that the processors of a machine are not idle. ${alertPage('HighCPUUsage')}`,
      size,
      unit: 'percent',
      queries: [
        [
          `100 * (1 - avg by (cluster, instance) (rate(node_cpu_seconds_total{mode="idle", ${machine}}[$__rate_interval])))`,
          '{{instance}}',
        ],
      ],
    })
      .min(0)
      .max(100),
    lines({
      title: 'Memory Usage',
      description: `Memory of a machine that is not available. ${alertPage('HighMemoryUsage')}`,
      size,
      unit: 'percent',
      queries: [
        [
          `100 * (1 - node_memory_MemAvailable_bytes{${machine}} / node_memory_MemTotal_bytes{${machine}})`,
          '{{instance}}',
        ],
      ],
    })
      .min(0)
      .max(100),
    lines({
      title: 'API Request Rate',
      description: 'Requests by the second, by endpoint.',
      size,
      unit: 'reqps',
      queries: [[`sum by (endpoint) (${rateOf('api_requests_total')})`, '{{endpoint}}']],
    }).min(0),
    lines({
      title: 'API Response Time',
      description: `Half of the requests, and 95 of 100, were answered within this time. ${alertPage('HighResponseTime')}`,
      size,
      unit: 's',
      queries: [
        [responseTime(0.5), '50th percentile'],
        [responseTime(0.95), '95th percentile'],
      ],
    })
      .min(0)
      .overrideByName('50th percentile', inColour('first'))
      .overrideByName('95th percentile', inColour('second')),
    lines({
      title: 'Telemetry Data Rate',
      description: `Points that devices send, by the second. ${alertPage('TelemetryDataMissing')}`,
      size,
      unit: 'suffix: points/s',
      queries: [[`sum(${rateOf('telemetry_points_total')})`, 'points']],
    })
      .min(0)
      .overrideByName('points', inColour('first')),
    lines({
      title: 'Alert Rate',
      description: `Alerts that the application raises, by the second, by severity. ${alertPage('CriticalAlertsHigh')}`,
      size,
      unit: 'suffix: alerts/s',
      queries: [[`sum by (severity) (${rateOf('alerts_total')})`, '{{severity}}']],
    })
      .min(0)
      .overrideByName('info', inColour('first'))
      .overrideByName('warning', inColour('amber'))
      .overrideByName('critical', inColour('red')),
  ],
});
