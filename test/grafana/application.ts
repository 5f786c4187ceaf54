// An application with all metrics that ops/docs/stack.md asks of one, as a page for Prometheus. Run as a program, it serves them.
import { createServer } from 'node:http';

const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50];

/** Share of the requests that are answered within so many seconds. */
const within = (seconds: number): number => 1 - Math.exp(-seconds / 0.3);

/** What the application says so many seconds after its start: counters grow, gauges sway. */
export function exposition(prefix: string, seconds: number): string {
  const sway = Math.sin(seconds / 60);
  const counted = (bySecond: number): number => Math.floor(bySecond * seconds);
  const api = (endpoint: string, bySecond: number): string[] => {
    const at = `method="GET",endpoint="${endpoint}"`;
    const family = `${prefix}_api_request_duration_seconds`;
    return [
      ...buckets.map((le) => `${family}_bucket{${at},le="${le}"} ${counted(bySecond * within(le))}`),
      `${family}_bucket{${at},le="+Inf"} ${counted(bySecond)}`,
      `${family}_sum{${at}} ${(bySecond * seconds * 0.3).toFixed(3)}`,
      `${family}_count{${at}} ${counted(bySecond)}`,
    ];
  };
  const families: Readonly<Record<string, readonly string[]>> = {
    'devices_total gauge': [
      `{status="online"} ${40 + Math.round(5 * sway)}`,
      '{status="offline"} 2',
      '{status="error"} 1',
      '{status="warning"} 3',
    ],
    'telemetry_points_total counter': [
      `{device_type="meter",metric_name="power"} ${counted(30)}`,
      `{device_type="valve",metric_name="position"} ${counted(12)}`,
    ],
    'alerts_total counter': [
      `{severity="info",alert_type="device"} ${counted(0.1)}`,
      `{severity="warning",alert_type="telemetry"} ${counted(0.02)}`,
      `{severity="critical",alert_type="database"} 0`,
    ],
    'api_requests_total counter': [
      `{method="GET",endpoint="/devices",status="200"} ${counted(8)}`,
      `{method="GET",endpoint="/alerts",status="200"} ${counted(3)}`,
      `{method="POST",endpoint="/devices",status="500"} ${counted(0.1)}`,
    ],
    'api_request_duration_seconds histogram': [],
    'database_connections gauge': [
      `{state="used"} ${12 + Math.round(4 * sway)}`,
      `{state="idle"} ${8 - Math.round(4 * sway)}`,
      '{state="max"} 100',
    ],
    'mqtt_messages_total counter': [
      `{topic="devices/state",direction="subscribe"} ${counted(40)}`,
      `{topic="devices/command",direction="publish"} ${counted(2)}`,
    ],
    'system_health_score gauge': [
      `{component="overall"} ${(88 + 4 * sway).toFixed(1)}`,
      '{component="database"} 97',
      '{component="mqtt"} 71',
    ],
    'frames_per_second gauge': [`{source="camera-1"} ${(24.8 + 0.4 * sway).toFixed(2)}`, '{source="camera-2"} 12.5'],
  };
  const lines = Object.entries(families).flatMap(([declared, samples]) => {
    const [name] = declared.split(' ');
    return [
      `# TYPE ${prefix}_${declared}`,
      ...samples.map((sample) => `${prefix}_${name}${sample}`),
      ...(name === 'api_request_duration_seconds' ? [...api('/devices', 8), ...api('/alerts', 3)] : []),
    ];
  });
  return `${lines.join('\n')}\n`;
}

const [, program, port] = process.argv;
if (program === import.meta.filename)
  createServer((_request, response) => response.end(exposition('valtronics', 1000 + process.uptime()))).listen(
    Number(port),
    '127.0.0.1',
  );
