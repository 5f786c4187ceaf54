import type { Case } from './cases.ts';

const instance = 'vm';
const sensor = (source: string, chip: string, name: string): string =>
  `instance="vm",source="${source}",chip="${chip}",sensor="${name}"`;
const package0 = sensor('hwmon', 'platform/coretemp.0', 'Package id 0');
const zone = sensor('thermal_zone', 'soc-thermal', 'temp');
const disk = sensor('hwmon', 'pci0000:00/0000:03:00.0', 'Composite');
const unconnected = sensor('hwmon', 'platform/nct6775.656', 'CPUTIN');

const absent = (name: string) => `There are no temperatures from ${name}`;

export const cases: readonly Case[] = [
  {
    name: 'the last beat was at a minute; two sensors are above their limits, a disk is at its limit, one has no limit',
    interval: '30s',
    series: {
      'node_thermal_heartbeat_seconds{instance="vm"}': '0 30 60x11',
      [`node_thermal_celsius{${package0}}`]: '60 60 90x10 60x10',
      [`node_thermal_celsius{${unconnected}}`]: '109x22',
      [`node_thermal_celsius{${zone}}`]: '60 60 90x10 60x10',
      [`node_thermal_celsius{${disk}}`]: '70x22',
      [`node_thermal_limit_celsius{${package0},watched="CPU package"}`]: '85x22',
      [`node_thermal_limit_celsius{${zone},watched="CPU package"}`]: '85x22',
      [`node_thermal_limit_celsius{${disk},watched="NVMe disk"}`]: '70x22',
    },
    alerts: {
      ThermalHeartbeatMissing: {
        '4m': [],
        '6m': [{ labels: { instance }, summary: 'No temperature was read on vm for 5m 0s' }],
      },
      TemperatureTooHigh: {
        '2m30s': [],
        '4m': [
          {
            labels: {
              instance,
              source: 'hwmon',
              chip: 'platform/coretemp.0',
              sensor: 'Package id 0',
              watched: 'CPU package',
            },
            summary: 'CPU package at platform/coretemp.0 on vm is at 90 C',
          },
          {
            labels: { instance, source: 'thermal_zone', chip: 'soc-thermal', sensor: 'temp', watched: 'CPU package' },
            summary: 'CPU package at soc-thermal on vm is at 90 C',
          },
        ],
        '8m': [],
      },
    },
  },
  {
    name: 'a source fails, and can be read again',
    series: { 'node_thermal_source_success{instance="vm",source="sensors"}': '1 0x20 1x10' },
    alerts: {
      ThermalSourceFailing: {
        '15m': [],
        '17m': [{ labels: { instance, source: 'sensors' }, summary: 'vm cannot read its temperatures from sensors' }],
        '25m': [],
      },
    },
  },
  {
    name: 'one machine has a heartbeat, another never had one',
    series: {
      'node_textfile_scrape_error{instance="vm"}': '0x20',
      'node_textfile_scrape_error{instance="new"}': '0x20',
      'node_thermal_heartbeat_seconds{instance="vm"}': '0+60x20',
    },
    alerts: {
      ThermalHeartbeatMissing: { '20m': [] },
      ThermalHeartbeatAbsent: { '9m': [], '11m': [{ labels: { instance: 'new' }, summary: absent('new') }] },
    },
  },
  {
    name: 'no machine has a heartbeat',
    series: {},
    alerts: { ThermalHeartbeatAbsent: { '11m': [{ labels: {}, summary: absent('any machine') }] } },
  },
  {
    name: 'a chip raises an alarm for a judged sensor and for one that is connected to nothing; a judged sensor is lost',
    series: {
      [`node_thermal_alarm{${package0}}`]: '0x5 1x10 0x10',
      [`node_thermal_alarm{${unconnected}}`]: '1x25',
      [`node_thermal_limit_celsius{${package0},watched="CPU package"}`]: '85x25',
      [`node_thermal_limit_celsius{${disk},watched="NVMe disk"}`]: '70x5 stale _x14 70x5',
      [`node_thermal_sensor_problem{${disk},problem="unreadable"}`]: '_x4 1x16 stale',
      [`node_thermal_sensor_problem{${unconnected},problem="implausible"}`]: '1x25',
    },
    alerts: {
      TemperatureAlarm: {
        '6m': [],
        '10m': [
          {
            labels: { instance, source: 'hwmon', chip: 'platform/coretemp.0', sensor: 'Package id 0' },
            summary: 'The chip platform/coretemp.0 of vm raises an alarm for Package id 0',
          },
        ],
        '20m': [],
      },
      JudgedSensorWithoutTemperature: {
        '17m': [],
        '20m': [
          {
            labels: {
              instance,
              source: 'hwmon',
              chip: 'pci0000:00/0000:03:00.0',
              sensor: 'Composite',
              problem: 'unreadable',
            },
            summary: 'Composite of pci0000:00/0000:03:00.0 on vm is unreadable',
          },
        ],
        '24m': [],
      },
    },
  },
  {
    name: 'a fan slows down; another may stand still; of a third no minimum is known; a recipient refuses',
    series: {
      'node_thermal_fan_rpm{instance="vm",source="hwmon",chip="c",sensor="fan1"}': '900x5 200x10 900x10',
      'node_thermal_fan_min_rpm{instance="vm",source="hwmon",chip="c",sensor="fan1"}': '600x25',
      'node_thermal_fan_rpm{instance="vm",source="hwmon",chip="c",sensor="fan2"}': '0x25',
      'node_thermal_fan_min_rpm{instance="vm",source="hwmon",chip="c",sensor="fan2"}': '0x25',
      'node_thermal_fan_rpm{instance="vm",source="hwmon",chip="c",sensor="fan3"}': '0x25',
      'node_thermal_telling_success{instance="vm",recipient="sentry"}': '1x5 0x20 1x10',
      'node_thermal_telling_success{instance="vm",recipient="kuma"}': '1x35',
    },
    alerts: {
      FanTooSlow: {
        '9m': [],
        '12m': [
          {
            labels: { instance, source: 'hwmon', chip: 'c', sensor: 'fan1' },
            summary: 'The fan fan1 of vm turns at 200 rpm',
          },
        ],
        '20m': [],
      },
      ThermalRecipientRefuses: {
        '19m': [],
        '22m': [
          { labels: { instance, recipient: 'sentry' }, summary: 'sentry does not accept the thermal heartbeat of vm' },
        ],
        '30m': [],
      },
    },
  },
];
