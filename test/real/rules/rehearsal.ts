import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'a rehearsal fails, and the next passes; another machine passes always',
    series: { 'rehearsal_success{instance="vm"}': '1x5 0x10 1x10', 'rehearsal_success{instance="other"}': '1x25' },
    alerts: {
      RehearsalFailed: {
        '4m': [],
        '8m': [{ labels: { instance }, summary: 'The last rehearsal on vm failed' }],
        '20m': [],
      },
    },
  },
  {
    name: 'one of four due runs is missed; a drill without a due run has no coverage',
    series: {
      'rehearsal_drill_coverage_ratio{instance="vm"}': '1x5 0.75x10 1x10',
      'rehearsal_drill_due_runs{instance="new"}': '0x25',
    },
    alerts: {
      RehearsalRunsMissed: {
        '4m': [],
        '8m': [{ labels: { instance }, summary: 'Of the due runs of the drill on vm, 75 % took place' }],
        '20m': [],
      },
    },
  },
  {
    name: 'one of two credentials is not rotated in time',
    series: {
      'rehearsal_credential_rotated{instance="vm",credential="database"}': '1x5 0x10 1x10',
      'rehearsal_credential_rotated{instance="vm",credential="mail"}': '1x25',
    },
    alerts: {
      CredentialNotRotated: {
        '4m': [],
        '8m': [
          {
            labels: { instance, credential: 'database' },
            summary: 'The credential database on vm was not rotated in time',
          },
        ],
        '20m': [],
      },
    },
  },
];
