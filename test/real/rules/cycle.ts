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
];
