import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'the level is red, gets better, and becomes unknown',
    interval: '5m',
    series: { 'ops_monitor_overall_level{instance="vm"}': '1 1 2 2 2 2 2 2 1 1 3x9' },
    alerts: {
      OpsMonitorNotWell: {
        '24m': [],
        '26m': [{ labels: { instance }, summary: 'vm is red' }],
        '45m': [],
        '70m': [{ labels: { instance }, summary: 'vm is unknown' }],
      },
    },
  },
  {
    name: 'mails wait',
    series: {
      'ops_monitor_mails_undelivered{instance="vm",state="waiting"}': '0x4 2x80 0x9',
      'ops_monitor_mails_undelivered{instance="vm",state="dead"}': '0x95',
    },
    alerts: {
      OpsMonitorMailsStuck: {
        '64m': [],
        '66m': [{ labels: { instance, state: 'waiting' }, summary: '2 mails of vm are not delivered' }],
        '90m': [],
      },
    },
  },
  {
    name: 'one machine has a monitor, another never had one',
    series: {
      'ops_monitor_overall_level{instance="vm"}': '0x20',
      'node_textfile_scrape_error{instance="vm"}': '0x20',
      'node_textfile_scrape_error{instance="new"}': '0x20',
    },
    alerts: {
      OpsMonitorAbsent: {
        '14m': [],
        '16m': [{ labels: { instance: 'new' }, summary: 'There are no metrics of ops-monitor from new' }],
      },
    },
  },
  {
    name: 'no machine has a monitor',
    series: {},
    alerts: {
      OpsMonitorAbsent: { '16m': [{ labels: {}, summary: 'There are no metrics of ops-monitor from any machine' }] },
    },
  },
];
