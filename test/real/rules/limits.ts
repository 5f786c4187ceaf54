import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'snapshots, the cycle and heartbeats end at ten minutes; the files are still served',
    interval: '5m',
    series: {
      'ops_monitor_snapshot_timestamp_seconds{instance="vm"}': '0 300 600x30',
      'ops_monitor_snapshot_timestamp_seconds{instance="other"}': '0+300x32',
      'ops_monitor_cycle_confirmed_timestamp_seconds{instance="vm"}': '0 300 600x30',
      'ops_monitor_heartbeat_accepted_timestamp_seconds{instance="vm"}': '0 300 600x30',
    },
    alerts: {
      OpsMonitorSnapshotOld: {
        '29m': [],
        '40m': [{ labels: { instance }, summary: 'The latest snapshot of vm is 30m 0s old' }],
      },
      OpsMonitorCycleNotConfirmed: {
        '29m': [],
        '35m': [{ labels: { instance }, summary: 'The cycle of vm was last confirmed 25m 0s ago' }],
      },
      OpsMonitorHeartbeatNotAccepted: {
        '34m': [],
        '40m': [{ labels: { instance }, summary: 'The outside watchdog last accepted a heartbeat of vm 30m 0s ago' }],
      },
    },
  },
  {
    name: 'no heartbeat is configured',
    interval: '5m',
    series: { 'ops_monitor_cycle_confirmed_timestamp_seconds{instance="vm"}': '0+300x30' },
    alerts: { OpsMonitorHeartbeatNotAccepted: { '2h': [] }, OpsMonitorCycleNotConfirmed: { '2h': [] } },
  },
  {
    name: 'a filesystem runs out of inodes, another counts none, a third is that of a machine with a monitor',
    series: {
      'node_filesystem_files{instance="vm",mountpoint="/data"}': '1000x30',
      'node_filesystem_files_free{instance="vm",mountpoint="/data"}': '500x5 50x10 500x15',
      'node_filesystem_files{instance="vm",mountpoint="/vfat"}': '0x30',
      'node_filesystem_files_free{instance="vm",mountpoint="/vfat"}': '0x30',
      'node_filesystem_files{instance="watched",mountpoint="/data"}': '1000x30',
      'node_filesystem_files_free{instance="watched",mountpoint="/data"}': '0x30',
      'node_filesystem_files{instance="vm",mountpoint="/snap",fstype="squashfs"}': '1000x30',
      'node_filesystem_files_free{instance="vm",mountpoint="/snap",fstype="squashfs"}': '0x30',
      'ops_monitor_levels_valid_until_timestamp_seconds{instance="watched"}': '1e9x30',
    },
    alerts: {
      InodesHigh: {
        '9m': [],
        '12m': [{ labels: { instance, mountpoint: '/data' }, summary: '/data of vm has 95.0 % of its inodes in use' }],
        '20m': [],
      },
    },
  },
  {
    name: 'of two machines with two processors one has too much to do',
    series: {
      'node_load5{instance="vm"}': '1x5 6x10 1x10',
      'node_load5{instance="other"}': '4x25',
      'node_cpu_seconds_total{instance="vm",cpu="0",mode="idle"}': '0+60x25',
      'node_cpu_seconds_total{instance="vm",cpu="1",mode="idle"}': '0+60x25',
      'node_cpu_seconds_total{instance="other",cpu="0",mode="idle"}': '0+60x25',
      'node_cpu_seconds_total{instance="other",cpu="1",mode="idle"}': '0+60x25',
      // A machine of another site, with the same address.
      'node_load5{instance="vm",cluster="second"}': '1x25',
      'node_cpu_seconds_total{instance="vm",cluster="second",cpu="0",mode="idle"}': '0+60x25',
    },
    alerts: {
      LoadHigh: {
        '9m': [],
        '12m': [{ labels: { instance }, summary: 'The load of vm is 3.0 for each processor' }],
        '20m': [],
      },
    },
  },
];
