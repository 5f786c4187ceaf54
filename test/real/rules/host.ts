import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'one of two machines does not answer, and comes back; nobody has a graphics card',
    series: {
      'up{job="node-exporter",instance="vm"}': '1x5 0x10 1x10',
      'up{job="node-exporter",instance="other"}': '1x25',
      'up{job="dcgm",instance="vm"}': '0x25',
      'up{job="cadvisor",instance="vm"}': '0x25',
    },
    alerts: {
      TargetDown: {
        '9m': [],
        '12m': [{ labels: { job: 'node-exporter', instance }, summary: 'node-exporter at vm does not answer' }],
        '20m': [],
      },
    },
  },
  {
    name: 'a textfile cannot be read, and two have one family, until both are mended',
    series: {
      'node_textfile_scrape_error{instance="vm"}': '0x5 1x10 0x30',
      'node_textfile_scrape_error{instance="other"}': '0x45',
      'promhttp_metric_handler_errors_total{instance="vm",cause="gathering"}': '0x5 0+4x10 40x30',
      'promhttp_metric_handler_errors_total{instance="vm",cause="encoding"}': '0+4x45',
      // A node-exporter that restarts counts anew.
      'promhttp_metric_handler_errors_total{instance="other",cause="gathering"}': '40x20 0x25',
    },
    alerts: {
      TextfileUnreadable: {
        '9m': [],
        '12m': [{ labels: { instance }, summary: 'node-exporter of vm cannot read one of its textfiles' }],
        '20m': [],
      },
      TextfileFamiliesLost: {
        '9m': [],
        '14m': [{ labels: { instance, cause: 'gathering' }, summary: 'vm drops metrics that it read twice' }],
        '40m': [],
      },
    },
  },
  {
    name: 'a clock is not synchronised for an hour',
    interval: '5m',
    series: {
      'node_timex_sync_status{instance="vm"}': '1 0x12 1x5',
      'node_timex_sync_status{instance="other"}': '1x18',
    },
    alerts: {
      ClockNotSynchronised: {
        '30m': [],
        '45m': [{ labels: { instance }, summary: 'The clock of vm is not synchronised' }],
        '75m': [],
      },
    },
  },
  {
    name: 'the kernel ends a process; later the machine restarts and counts anew',
    series: {
      'node_vmstat_oom_kill{instance="vm"}': '3x5 4x30 0x20',
      'node_vmstat_oom_kill{instance="other"}': '7x55',
    },
    alerts: {
      ProcessKilledForMemory: {
        '4m': [],
        '10m': [{ labels: { instance }, summary: 'The kernel of vm ended processes for want of memory' }],
        '30m': [],
        '45m': [],
      },
    },
  },
  {
    name: 'a filesystem becomes read-only; another always was; a third is that of a machine with a monitor',
    interval: '5m',
    series: {
      'node_filesystem_readonly{instance="vm",mountpoint="/data"}': '0x15 1x5 0x10',
      'node_filesystem_readonly{instance="vm",mountpoint="/snap"}': '1x30',
      // A machine with a monitor, which tells by itself.
      'node_filesystem_readonly{instance="watched",mountpoint="/data"}': '0x15 1x15',
      'ops_monitor_levels_valid_until_timestamp_seconds{instance="watched"}': '1e9x30',
      // And one whose monitor died long ago: its textfile is still served.
      'node_filesystem_readonly{instance="forsaken",mountpoint="/data"}': '0x15 1x5 0x10',
      'ops_monitor_levels_valid_until_timestamp_seconds{instance="forsaken"}': '900x30',
    },
    alerts: {
      FilesystemReadOnly: {
        '70m': [],
        '82m': [
          { labels: { instance: 'forsaken', mountpoint: '/data' }, summary: '/data of forsaken became read-only' },
          { labels: { instance, mountpoint: '/data' }, summary: '/data of vm became read-only' },
        ],
        '120m': [],
      },
    },
  },
  {
    name: 'one of two arrays loses a disk',
    series: {
      // Removed, and so not even failed.
      'node_md_disks{instance="vm",device="md0",state="failed"}': '0x25',
      'node_md_disks{instance="vm",device="md0",state="active"}': '2x5 1x10 2x10',
      'node_md_disks_required{instance="vm",device="md0"}': '2x25',
      'node_md_disks{instance="vm",device="md1",state="active"}': '2x25',
      'node_md_disks_required{instance="vm",device="md1"}': '2x25',
    },
    alerts: {
      RaidDegraded: {
        '5m': [],
        '8m': [{ labels: { instance, device: 'md0' }, summary: 'The array md0 of vm has lost a disk' }],
        '20m': [],
      },
    },
  },
  {
    name: 'one of two graphics cards reports an error, which stays the last one',
    series: {
      'DCGM_FI_DEV_XID_ERRORS{instance="vm",gpu="0",err_code="0",err_msg="No Error"}': '0x5 stale',
      'DCGM_FI_DEV_XID_ERRORS{instance="vm",gpu="0",err_code="79",err_msg="GPU has fallen off the bus"}': '_x6 79x40',
      'DCGM_FI_DEV_XID_ERRORS{instance="vm",gpu="1",err_code="13",err_msg="Graphics Engine Exception"}': '13x45',
    },
    alerts: {
      GpuErrors: {
        '4m': [],
        '8m': [{ labels: { instance, gpu: '0' }, summary: 'The graphics card 0 of vm reports an error' }],
        '30m': [],
      },
    },
  },
];
