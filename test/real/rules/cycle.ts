import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'one of two stages fails for half an hour, another once',
    interval: '5m',
    series: {
      'ops_monitor_stage_success{instance="vm",stage="append-zarr"}': '1 0x6 1x5',
      'ops_monitor_stage_success{instance="vm",stage="write-report"}': '1 0 1x10',
      'ops_monitor_cycle_missing{instance="vm"}': '0 2x6 0x5',
      'ops_monitor_cycle_missing{instance="other"}': '0x12',
    },
    alerts: {
      OpsMonitorStageFailed: {
        '15m': [],
        '25m': [{ labels: { instance, stage: 'append-zarr' }, summary: 'The stage append-zarr of vm fails' }],
        '45m': [],
      },
      OpsMonitorCycleMissing: {
        '15m': [],
        '25m': [{ labels: { instance }, summary: 'Of the cycle of vm, 2 stages or files are missing, failed or old' }],
        '45m': [],
      },
    },
  },
  {
    name: 'the cycle and the heartbeats end at ten minutes; the file is still served',
    interval: '5m',
    series: {
      'ops_monitor_cycle_confirmed_timestamp_seconds{instance="vm"}': '0 300 600x30',
      'ops_monitor_heartbeat_accepted_timestamp_seconds{instance="vm"}': '0 300 600x30',
    },
    alerts: {
      OpsMonitorCycleNotConfirmed: {
        '28m': [],
        '35m': [{ labels: { instance }, summary: 'The cycle of vm was last confirmed 25m 0s ago' }],
      },
      OpsMonitorHeartbeatNotAccepted: {
        '70m': [],
        '90m': [
          { labels: { instance }, summary: 'The outside watchdog last accepted a heartbeat of vm 1h 20m 0s ago' },
        ],
      },
    },
  },
  {
    name: 'no heartbeat is configured',
    interval: '5m',
    series: { 'ops_monitor_cycle_confirmed_timestamp_seconds{instance="vm"}': '0+300x30' },
    alerts: { OpsMonitorHeartbeatNotAccepted: { '2h': [] }, OpsMonitorCycleNotConfirmed: { '2h': [] } },
  },
];
