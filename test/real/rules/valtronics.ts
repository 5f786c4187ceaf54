import type { Case } from './cases.ts';

const [a, b] = ['a:9100', 'b:9100'];
const api = 'job="valtronics-api",instance="api-1:8000"';
const second = 'job="valtronics-api",instance="api-2:8000"';
const job = 'valtronics-api';
const requests = (instance: string, endpoint: string, status: number): string =>
  `valtronics_api_requests_total{${instance},method="GET",endpoint="${endpoint}",status="${status}"}`;
const bucket = (le: string): string =>
  `valtronics_api_request_duration_seconds_bucket{${api},method="GET",endpoint="/devices",le="${le}"}`;
const filesystem = (instance: string, mountpoint: string, fstype: string): string =>
  `{instance="${instance}",device="/dev/x",fstype="${fstype}",mountpoint="${mountpoint}"}`;

export const cases: readonly Case[] = [
  {
    name: 'of two machines one is busy for 20 minutes; its second processor idles',
    series: {
      // Seconds in each minute that the processor is idle.
      'node_cpu_seconds_total{instance="a:9100",job="node-exporter",cpu="0",mode="idle"}': '0+60x5 300+0x20 300+60x20',
      'node_cpu_seconds_total{instance="a:9100",job="node-exporter",cpu="1",mode="idle"}': '0+60x5 300+12x20 540+60x20',
      'node_cpu_seconds_total{instance="b:9100",job="node-exporter",cpu="0",mode="idle"}': '0+13x45',
    },
    alerts: {
      HighCPUUsage: {
        '14m': [],
        '20m': [{ labels: { instance: a, job: 'node-exporter' }, summary: `The processors of ${a} are 90 % busy` }],
        '30m': [],
      },
    },
  },
  {
    name: 'a machine restarts: its counters of the processor begin again',
    series: { 'node_cpu_seconds_total{instance="a:9100",cpu="0",mode="idle"}': '0+60x10 0+60x20' },
    alerts: { HighCPUUsage: { '5m': [], '10m': [], '12m': [], '25m': [] } },
  },
  {
    name: 'of two machines the memory of one fills; of a third it is not known',
    series: {
      'node_memory_MemAvailable_bytes{instance="a:9100"}': '50x5 10x15 50x10',
      'node_memory_MemTotal_bytes{instance="a:9100"}': '100x30',
      'node_memory_MemAvailable_bytes{instance="b:9100"}': '15x30',
      'node_memory_MemTotal_bytes{instance="b:9100"}': '100x30',
      'node_memory_MemTotal_bytes{instance="c:9100"}': '100x30',
    },
    alerts: {
      HighMemoryUsage: {
        '15m': [],
        '17m': [{ labels: { instance: a }, summary: `The memory of ${a} is 90 % used` }],
        '25m': [],
      },
    },
  },
  {
    name: 'disks fill; a pseudo filesystem and an image are always full, and one has no size',
    series: {
      [`node_filesystem_avail_bytes${filesystem(a, '/data', 'ext4')}`]: '50x5 9x10 50x10',
      [`node_filesystem_size_bytes${filesystem(a, '/data', 'ext4')}`]: '100x25',
      [`node_filesystem_avail_bytes${filesystem(b, '/data', 'xfs')}`]: '10x25',
      [`node_filesystem_size_bytes${filesystem(b, '/data', 'xfs')}`]: '100x25',
      [`node_filesystem_avail_bytes${filesystem(a, '/run', 'tmpfs')}`]: '0x25',
      [`node_filesystem_size_bytes${filesystem(a, '/run', 'tmpfs')}`]: '100x25',
      [`node_filesystem_avail_bytes${filesystem(a, '/snap/core', 'squashfs')}`]: '0x25',
      [`node_filesystem_size_bytes${filesystem(a, '/snap/core', 'squashfs')}`]: '100x25',
      [`node_filesystem_avail_bytes${filesystem(a, '/empty', 'ext4')}`]: '0x25',
      [`node_filesystem_size_bytes${filesystem(a, '/empty', 'ext4')}`]: '0x25',
    },
    alerts: {
      DiskSpaceLow: {
        '10m': [],
        '12m': [
          {
            labels: { instance: a, device: '/dev/x', fstype: 'ext4', mountpoint: '/data' },
            summary: `/data of ${a} has 9.0 % left`,
          },
        ],
        '17m': [],
      },
    },
  },
  {
    name: 'of the requests to two instances one in ten fails; an endpoint with one request, which failed, counts as one',
    series: {
      [requests(api, '/devices', 200)]: '0+80x60',
      [requests(second, '/devices', 200)]: '0+100x60',
      [requests(api, '/devices', 500)]: '0+0x10 0+20x20 400+0x30',
      [requests(api, '/rare', 500)]: '0x40 1x20',
    },
    alerts: {
      HighErrorRate: {
        '14m': [],
        '25m': [{ labels: { job }, summary: '10.0 % of the requests fail' }],
        '40m': [],
        '44m': [],
      },
    },
  },
  {
    name: 'an application restarts in the middle of errors, and both counters begin again',
    series: { [requests(api, '/devices', 200)]: '0+96x20 0+96x20', [requests(api, '/devices', 503)]: '0+4x20 0+4x20' },
    alerts: { HighErrorRate: { '19m': [], '21m': [], '23m': [], '38m': [] } },
  },
  {
    name: 'nobody asks: a share of nothing is no share',
    series: { [requests(api, '/devices', 200)]: '7x20', [requests(api, '/devices', 500)]: '3x20' },
    alerts: { HighErrorRate: { '18m': [] } },
  },
  {
    name: 'one request in ten takes between two and a half and five seconds, then none',
    series: {
      [bucket('1')]: '0+90x20 1800+100x20',
      [bucket('2.5')]: '0+90x20 1800+100x20',
      [bucket('5')]: '0+100x20 2000+100x20',
      [bucket('+Inf')]: '0+100x20 2000+100x20',
    },
    alerts: {
      HighResponseTime: {
        '5m': [],
        '12m': [{ labels: { job }, summary: 'One request in twenty takes longer than 3.7 s' }],
        '35m': [],
      },
    },
  },
  {
    name: 'no request comes: there is no time',
    series: { [bucket('1')]: '5x20', [bucket('+Inf')]: '5x20' },
    alerts: { HighResponseTime: { '18m': [] } },
  },
  {
    name: 'a pool of connections fills and empties; another is at its limit of 80 %; a third is not set up',
    series: {
      'valtronics_database_connections{instance="one",state="used"}': '10x5 90x10 10x10',
      'valtronics_database_connections{instance="one",state="max"}': '100x25',
      'valtronics_database_connections{instance="two",state="used"}': '80x25',
      'valtronics_database_connections{instance="two",state="max"}': '100x25',
      'valtronics_database_connections{instance="new",state="used"}': '1x25',
      'valtronics_database_connections{instance="new",state="max"}': '0x25',
    },
    alerts: {
      DatabaseConnectionsHigh: {
        '10m': [],
        '12m': [{ labels: { instance: 'one' }, summary: '90 % of the database connections of one are used' }],
        '17m': [],
      },
    },
  },
  {
    name: 'a quarter of the devices goes offline and comes back',
    series: {
      'valtronics_devices_total{job="valtronics-api",instance="api-1:8000",status="online"}': '8x5 6x15 8x10',
      'valtronics_devices_total{job="valtronics-api",instance="api-1:8000",status="offline"}': '0x5 2x15 0x10',
    },
    alerts: {
      DevicesOffline: {
        '15m': [],
        '18m': [{ labels: { job }, summary: '25 % of the devices are offline' }],
        '25m': [],
      },
    },
  },
  {
    name: 'there are no devices at all',
    series: {
      'valtronics_devices_total{job="valtronics-api",status="online"}': '0x20',
      'valtronics_devices_total{job="valtronics-api",status="offline"}': '0x20',
    },
    alerts: { DevicesOffline: { '18m': [] } },
  },
  {
    name: 'telemetry of two instances slows down, and stops with one of them',
    series: {
      [`up{${api}}`]: '1x60',
      [`valtronics_telemetry_points_total{${api},device_type="meter",metric_name="power"}`]: '0+400x20 8000+100x40',
      [`valtronics_telemetry_points_total{${second},device_type="meter",metric_name="power"}`]: '0+400x20 stale',
    },
    alerts: {
      TelemetryDataMissing: {
        '15m': [],
        '35m': [{ labels: {}, summary: '1.7 telemetry points a second arrive, of at least 10' }],
      },
    },
  },
  {
    name: 'the application is gone, and its series with it, and comes back',
    series: {
      [`up{${api}}`]: '1x5 0x20 1x20',
      [`valtronics_telemetry_points_total{${api},device_type="meter"}`]: '0+1000x5 stale _x19 0+1000x20',
    },
    alerts: {
      TelemetryDataMissing: {
        '4m': [],
        '18m': [{ labels: {}, summary: '0.0 telemetry points a second arrive, of at least 10' }],
        '40m': [],
      },
    },
  },
  {
    name: 'a Prometheus that knows no such application',
    series: { 'up{job="node-exporter",instance="a:9100"}': '1x30' },
    alerts: {
      TelemetryDataMissing: { '25m': [] },
      CriticalAlertsHigh: { '25m': [] },
      HighErrorRate: { '25m': [] },
      DevicesOffline: { '25m': [] },
    },
  },
  {
    name: 'the application raises two critical alerts; five minutes later the alert is over, though the counter stands',
    series: {
      [`up{${api}}`]: '1x40',
      [`valtronics_alerts_total{${api},severity="critical",alert_type="pressure"}`]: '3x10 5x30',
      [`valtronics_alerts_total{${api},severity="warning",alert_type="pressure"}`]: '0+10x40',
    },
    alerts: {
      CriticalAlertsHigh: {
        '10m': [],
        '13m': [{ labels: { job }, summary: 'The application raised critical alerts: 2 within five minutes' }],
        '20m': [],
      },
    },
  },
  {
    name: 'the first alert of its type is a new series, which was never 0',
    series: {
      [`up{${api}}`]: '1x40',
      [`valtronics_alerts_total{${api},severity="critical",alert_type="fire"}`]: '_x10 1x30',
    },
    alerts: {
      CriticalAlertsHigh: {
        '9m': [],
        '13m': [{ labels: { job }, summary: 'The application raised critical alerts: 1 within five minutes' }],
        '20m': [],
      },
    },
  },
  {
    name: 'an application that Prometheus asks for the first time has counted long before; later it restarts',
    series: {
      [`up{${api}}`]: '_x10 1x30',
      [`valtronics_alerts_total{${api},severity="critical",alert_type="fire"}`]: '_x10 7x15 0x15',
    },
    alerts: { CriticalAlertsHigh: { '13m': [], '16m': [], '28m': [], '35m': [] } },
  },
];
