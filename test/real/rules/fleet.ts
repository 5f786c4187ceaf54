import type { Case } from './cases.ts';

const at = { instance: 'vm', environment: 'devnet' };
const node = (name: string, more = ''): string => `{instance="vm",environment="devnet",node="${name}"${more}}`;

export const cases: readonly Case[] = [
  {
    name: 'fleet-snapshot ran last at five minutes; its file is still served',
    interval: '5m',
    series: { 'ops_fleet_last_run_timestamp_seconds{instance="vm"}': '0 300x10' },
    alerts: {
      FleetSnapshotOld: {
        '20m': [],
        '30m': [{ labels: { instance: 'vm' }, summary: 'The fleet was last asked 25m 0s ago by vm' }],
      },
    },
  },
  {
    name: 'one node of two is not reached for two runs, and once',
    interval: '5m',
    series: {
      'ops_fleet_last_run_timestamp_seconds{instance="vm"}': '0+300x12',
      [`ops_fleet_node_reached${node('n1')}`]: '1 0 0 0 1x8',
      [`ops_fleet_node_reached${node('n2')}`]: '1x6 0 1x5',
      [`ops_fleet_node_alerts${node('n1', ',check="node-reached",severity="critical"')}`]: '0 1 1 1 0x8',
      [`ops_fleet_node_alerts${node('n2', ',check="disk",severity="warning"')}`]: '1x10 0x2',
      [`ops_fleet_node_alerts${node('', ',check="network-cut",severity="critical"')}`]: '_ _ _ _ 1 1 1 stale',
      [`ops_fleet_node_alerts${node('n2', ',check="rqlite-leader",severity="critical"')}`]: '_ _ _ _ 1 1 1 stale',
    },
    alerts: {
      FleetSnapshotOld: { '60m': [] },
      FleetNodeNotReached: {
        '9m': [],
        '13m': [{ labels: { ...at, node: 'n1' }, summary: 'n1 of devnet was not reached' }],
        '22m': [],
        '34m': [],
      },
      FleetAlertWarning: {
        '29m': [],
        '31m': [{ labels: { ...at, node: 'n2', check: 'disk', severity: 'warning' }, summary: 'devnet, n2: disk' }],
        '59m': [],
      },
      FleetAlertCritical: {
        '13m': [],
        '28m': [
          { labels: { ...at, check: 'network-cut', severity: 'critical' }, summary: 'devnet: network-cut' },
          {
            labels: { ...at, node: 'n2', check: 'rqlite-leader', severity: 'critical' },
            summary: 'devnet, n2: rqlite-leader',
          },
        ],
        '45m': [],
      },
    },
  },
  {
    name: 'of two nodes that are not reached, the configuration expects it of one',
    series: {
      [`ops_fleet_node_reached${node('n1')}`]: '0x20',
      [`ops_fleet_node_reached${node('n2')}`]: '0x20',
      [`ops_fleet_node_alerts${node('n1', ',check="node-reached",severity="info"')}`]: '1x20',
      [`ops_fleet_node_alerts${node('n2', ',check="node-reached",severity="critical"')}`]: '1x20',
    },
    alerts: {
      FleetNodeNotReached: { '10m': [{ labels: { ...at, node: 'n2' }, summary: 'n2 of devnet was not reached' }] },
    },
  },
  {
    name: 'of two nodes that are not reached, and two alerts, the monitor of that machine knows one each',
    series: {
      [`ops_fleet_node_reached${node('n1')}`]: '0x20',
      [`ops_fleet_node_reached${node('n2')}`]: '0x20',
      [`ops_fleet_node_alerts${node('n1', ',check="rqlite-leader",severity="critical"')}`]: '1x20',
      'ops_fleet_node_alerts{instance="vm",environment="devnet",check="network-cut",severity="critical"}': '1x20',
      'ops_fleet_node_alerts{instance="vm",environment="other",check="network-cut",severity="critical"}': '1x20',
      'ops_monitor_check_level{instance="vm",check="fleet-alert",subject="devnet.n1"}': '2x20',
      'ops_monitor_check_level{instance="vm",check="fleet-alert",subject="devnet.n2"}': '3x20',
      'ops_monitor_check_level{instance="vm",check="fleet-alert",subject="devnet"}': '2x20',
    },
    alerts: {
      FleetNodeNotReached: {
        '10m': [
          { labels: { ...at, node: 'n1', covered_by: 'send-alerts' }, summary: 'n1 of devnet was not reached' },
          { labels: { ...at, node: 'n2' }, summary: 'n2 of devnet was not reached' },
        ],
      },
      FleetAlertCritical: {
        '10m': [
          {
            labels: { ...at, node: 'n1', check: 'rqlite-leader', covered_by: 'send-alerts' },
            summary: 'devnet, n1: rqlite-leader',
          },
          { labels: { ...at, check: 'network-cut', covered_by: 'send-alerts' }, summary: 'devnet: network-cut' },
          { labels: { ...at, environment: 'other', check: 'network-cut' }, summary: 'other: network-cut' },
        ],
      },
    },
  },
];
