import type { Case } from './cases.ts';

const instance = 'vm';

export const cases: readonly Case[] = [
  {
    name: 'the boot of one of two machines fails after retries, and the next one is complete at once',
    series: {
      'boot_success{instance="vm"}': '1x5 0x10 1x10',
      'boot_success{instance="other"}': '1x25',
      'boot_retries{instance="vm"}': '0x5 3x10 0x10',
      'boot_retries{instance="other"}': '0x25',
    },
    alerts: {
      BootFailed: { '4m': [], '8m': [{ labels: { instance }, summary: 'The last boot of vm failed' }], '20m': [] },
      BootNeededRetries: {
        '4m': [],
        '8m': [{ labels: { instance }, summary: 'The last boot of vm needed 3 more attempts' }],
        '20m': [],
      },
    },
  },
  {
    name: 'no machine boots by run-boot',
    series: {},
    alerts: { BootFailed: { '8m': [] }, BootNeededRetries: { '8m': [] } },
  },
];
