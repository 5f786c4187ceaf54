import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'the watchdog ran last at one minute; its file is still served',
    series: { 'ops_watchdog_last_run_timestamp_seconds{instance="vm"}': '0 60x20' },
    alerts: {
      WatchdogStopped: { '6m': [], '9m': [{ labels: { instance }, summary: 'The watchdog of vm last ran 8m 0s ago' }] },
    },
  },
  {
    name: 'two of three services stop, one of them for a minute only; another machine has a service of the same name',
    series: {
      'ops_watchdog_last_run_timestamp_seconds{instance="vm"}': '0+60x20',
      'ops_watchdog_service_running{instance="vm",service="api"}': '1x5 0x10 1x5',
      'ops_watchdog_service_running{instance="vm",service="broker"}': '1x5 0 1x14',
      'ops_watchdog_service_running{instance="vm",service="web"}': '1x20',
      'ops_watchdog_service_running{instance="other",service="api"}': '1x20',
      'ops_watchdog_alert_active{instance="vm",service="api",measure="running"}': '0x5 1x10 0x5',
      'ops_watchdog_alert_active{instance="vm",service="web",measure="memory"}': '0x5 1x10 0x5',
    },
    alerts: {
      WatchdogStopped: { '20m': [] },
      ServiceDown: {
        '7m': [],
        '10m': [{ labels: { instance, service: 'watchdog', subject: 'api' }, summary: 'api on vm does not run' }],
        '18m': [],
      },
      ServiceAboveLimit: {
        '4m': [],
        '10m': [
          {
            labels: { instance, service: 'watchdog', subject: 'web', measure: 'memory' },
            summary: 'web on vm: memory is above its limit',
          },
        ],
        '18m': [],
      },
    },
  },
  {
    name: 'three services stop: the monitor of that machine knows what the watchdog says of one of them, and could not read another',
    series: {
      'ops_watchdog_service_running{instance="vm",service="a \\"b\\""}': '0x5',
      'ops_watchdog_service_running{instance="vm",service="web"}': '0x5',
      'ops_monitor_check_level{instance="vm",check="watchdog-alert",subject="a \\"b\\""}': '2x5',
      'ops_monitor_check_level{instance="other",check="watchdog-alert",subject="web"}': '2x5',
      'ops_watchdog_service_running{instance="vm",service="cache"}': '0x5',
      'ops_monitor_check_level{instance="vm",check="watchdog-alert",subject="cache"}': '3x5',
    },
    alerts: {
      ServiceDown: {
        '4m': [
          {
            labels: { instance, service: 'watchdog', subject: 'a "b"', covered_by: 'send-alerts' },
            summary: 'a "b" on vm does not run',
          },
          { labels: { instance, service: 'watchdog', subject: 'cache' }, summary: 'cache on vm does not run' },
          { labels: { instance, service: 'watchdog', subject: 'web' }, summary: 'web on vm does not run' },
        ],
      },
    },
  },
  {
    name: 'a service restarts every two minutes, another once; after a reboot of the machine the counters begin again',
    series: {
      'ops_watchdog_service_restarts_total{instance="vm",service="api"}': '0x5 1 1 2 2 3 3 4 4 5 5 6 6 6x25 0x20',
      'ops_watchdog_service_restarts_total{instance="vm",service="web"}': '0x5 1x40 0x20',
    },
    alerts: {
      ServiceRestartsOften: {
        '8m': [],
        '16m': [
          {
            labels: { instance, service: 'watchdog', subject: 'api' },
            summary: 'api on vm was restarted about 6 times in 15 minutes',
          },
        ],
        '40m': [],
        '55m': [],
      },
    },
  },
  {
    name: 'an attempt to restart fails; one succeeds',
    series: {
      'ops_watchdog_restart_attempts_total{instance="vm",service="api",outcome="failed"}': '0x5 1x40',
      'ops_watchdog_restart_attempts_total{instance="vm",service="api",outcome="timed-out"}': '0x45',
      'ops_watchdog_restart_attempts_total{instance="vm",service="api",outcome="succeeded"}': '0x45',
      'ops_watchdog_restart_attempts_total{instance="vm",service="web",outcome="succeeded"}': '0x5 1x40',
      'ops_watchdog_restart_attempts_total{instance="vm",service="web",outcome="failed"}': '0x45',
    },
    alerts: {
      RestartFailed: {
        '4m': [],
        '10m': [
          {
            labels: { instance, service: 'watchdog', subject: 'api' },
            summary: 'The watchdog could not restart api on vm',
          },
        ],
        '30m': [],
      },
    },
  },
];
