// All metrics of an application: what it serves, how fast, what fails, and what it works with.
import { alertPage, applicationVariables, ofApplication, rateOf, responseTime } from './application-metrics.ts';
import { chosen, makeBoard, sameMachine } from './board.ts';
import { asLimit, inColour, lines, stat, thresholds } from './panels.ts';

const size = [6, 5] as const;
const half = [12, 8] as const;
const requests = `sum(${rateOf('api_requests_total')})`;
/** An application that never failed has no series of failures. */
const errors = `(sum(${rateOf('api_requests_total', 'status=~"5.."')}) or 0 * ${requests})`;
const connections = (state: string): string => ofApplication('database_connections', `state="${state}"`);

export const application = makeBoard({
  uid: 'ops-monitor-application',
  title: 'Application',
  description: 'All metrics of an application that uses the library of the monitor (ops/docs/stack.md).',
  tags: ['ops-monitor', 'application'],
  from: 'now-6h',
  refresh: '30s',
  timezone: 'browser',
  variables: applicationVariables,
  panels: [
    stat({
      title: 'Health of the components',
      description: 'The score that the application gives each of its components, of 100.',
      size,
      unit: 'short',
      queries: [[ofApplication('system_health_score'), '{{component}} {{instance}}']],
    })
      .min(0)
      .max(100)
      .thresholds(thresholds('red', [50, 'amber'], [80, 'green'])),
    stat({
      title: 'Requests',
      description: 'By the second, of all endpoints.',
      size,
      unit: 'reqps',
      queries: [[requests]],
    }),
    stat({
      title: 'Errors',
      description: `Share of the requests that were answered with 5xx; none without requests. ${alertPage('HighErrorRate')}`,
      size,
      unit: 'percentunit',
      queries: [[`${errors} / (${requests} > 0)`]],
    })
      .decimals(1)
      .thresholds(thresholds('green', [0.05, 'amber'])),
    stat({
      title: 'Response time',
      description: `95 of 100 requests were answered within this time. ${alertPage('HighResponseTime')}`,
      size,
      unit: 's',
      queries: [[responseTime(0.95)]],
    }).thresholds(thresholds('green', [1, 'amber'])),
    lines({
      title: 'Frames per second',
      description: 'Of each source of frames.',
      size: half,
      unit: 'suffix: frames/s',
      queries: [[`{__name__=~"(\${prefix}_)?frames_per_second", ${chosen}}`, '{{source}} {{instance}}']],
    }).min(0),
    lines({
      title: 'API latency',
      description: '95 of 100 requests of an endpoint were answered within this time.',
      size: half,
      unit: 's',
      queries: [[responseTime(0.95, ', endpoint'), '{{endpoint}}']],
    }).min(0),
    lines({
      title: 'Requests by endpoint',
      description: 'By the second.',
      size: half,
      unit: 'reqps',
      queries: [[`sum by (method, endpoint) (${rateOf('api_requests_total')})`, '{{method}} {{endpoint}}']],
    }).min(0),
    lines({
      title: 'Requests by status',
      description: `By the second. 5xx are errors of the application. ${alertPage('HighErrorRate')}`,
      size: half,
      unit: 'reqps',
      queries: [[`sum by (status) (${rateOf('api_requests_total')})`, '{{status}}']],
    }).min(0),
    lines({
      title: 'Database connections',
      description: `Used, idle, and as many as there may be. ${alertPage('DatabaseConnectionsHigh')}`,
      size: half,
      unit: 'short',
      queries: [[ofApplication('database_connections'), '{{state}} {{instance}}']],
    })
      .min(0)
      .overrideByRegexp('/^max /', asLimit()),
    stat({
      title: 'Database connections in use',
      description: `Share of those that there may be. ${alertPage('DatabaseConnectionsHigh')}`,
      size: [4, 8],
      unit: 'percentunit',
      queries: [[`${connections('used')} / ${sameMachine} (${connections('max')} > 0)`, '{{instance}}']],
    }).thresholds(thresholds('green', [0.8, 'amber'])),
    lines({
      title: 'MQTT messages',
      description: 'By the second, by direction and topic.',
      size: [8, 8],
      unit: 'suffix: messages/s',
      queries: [[`sum by (direction, topic) (${rateOf('mqtt_messages_total')})`, '{{direction}} {{topic}}']],
    }).min(0),
    lines({
      title: 'Devices by status',
      description: `Online, offline, with an error or a warning. ${alertPage('DevicesOffline')}`,
      size: [8, 8],
      unit: 'short',
      queries: [[`sum by (status) (${ofApplication('devices_total')})`, '{{status}}']],
    })
      .min(0)
      .overrideByName('online', inColour('green'))
      .overrideByName('warning', inColour('amber'))
      .overrideByName('error', inColour('red'))
      .overrideByName('offline', inColour('neutral')),
    lines({
      title: 'Telemetry by type of device',
      description: `Points by the second. ${alertPage('TelemetryDataMissing')}`,
      size: [8, 8],
      unit: 'suffix: points/s',
      queries: [
        [`sum by (device_type, metric_name) (${rateOf('telemetry_points_total')})`, '{{device_type}} {{metric_name}}'],
      ],
    }).min(0),
    lines({
      title: 'Alerts raised',
      description: `By the second, by severity and type. ${alertPage('CriticalAlertsHigh')}`,
      size: [8, 8],
      unit: 'suffix: alerts/s',
      queries: [[`sum by (severity, alert_type) (${rateOf('alerts_total')})`, '{{severity}} {{alert_type}}']],
    }).min(0),
  ],
});
