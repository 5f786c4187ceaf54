import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'one of two gates fails on one of two machines, and passes again; a gate was never run',
    series: {
      'alpha_gate_success{instance="vm"}': '1x5 0x10 1x10',
      'alpha_gate_success{instance="other"}': '1x25',
      'nightly_build_gate_success{instance="vm"}': '1x25',
    },
    alerts: {
      GateFailed: {
        '4m': [],
        '8m': [{ labels: { instance, gate: 'alpha' }, summary: 'The last run of the gate alpha on vm failed' }],
        '20m': [],
      },
    },
  },
  {
    name: 'four gates fail: the monitor of that machine knows one of them, and could not read another',
    series: {
      'alpha_gate_success{instance="vm"}': '0x5',
      'ops_monitor_check_level{instance="vm",check="gate-verdict",subject="alpha"}': '3x5',
      'nightly_build_gate_success{instance="vm"}': '0x5',
      'nightly_gate_success{instance="vm"}': '0x5',
      'nightly_build_gate_success{instance="vm",cluster="second"}': '0x5',
      'ops_monitor_check_level{instance="vm",check="gate-verdict",subject="nightly - build"}': '2x5',
    },
    alerts: {
      GateFailed: {
        '3m': [
          { gate: 'alpha' },
          { gate: 'nightly_build', covered_by: 'send-alerts' },
          { gate: 'nightly' },
          { gate: 'nightly_build', cluster: 'second' },
        ].map((labels) => ({
          labels: { instance, ...labels },
          summary: `The last run of the gate ${labels.gate} on vm failed`,
        })),
      },
    },
  },
  {
    name: 'both gates of a machine fail at once',
    series: { 'alpha_gate_success{instance="vm"}': '0x5', 'nightly_build_gate_success{instance="vm"}': '0x5' },
    alerts: {
      GateFailed: {
        '3m': ['alpha', 'nightly_build'].map((gate) => ({
          labels: { instance, gate },
          summary: `The last run of the gate ${gate} on vm failed`,
        })),
      },
    },
  },
  {
    name: 'the coverage falls by ten points, and by two',
    interval: '1h',
    series: {
      'alpha_gate_coverage_ratio{instance="vm"}': '0.9x10 0.8x40',
      'nightly_gate_coverage_ratio{instance="vm"}': '0.5x50',
      'alpha_gate_coverage_ratio{instance="other"}': '0.9x10 0.88x40',
    },
    alerts: {
      GateCoverageFell: {
        '9h': [],
        '12h': [
          {
            labels: { instance, gate: 'alpha' },
            summary: 'The gate alpha on vm covers 10 points less than within the last day',
          },
        ],
        // What is so for a day is the new state.
        '40h': [],
      },
    },
  },
];
