import type { Case } from '../case.ts';
import { workspace } from '../seen.ts';

export const workspaceReachable: readonly Case[] = [
  {
    sees: 'a workspace that answers is green',
    given: { workspace: workspace({}) },
    find: { workspace: { level: 'green', value: true, key: 'workspace', limit: true, says: ['/gws/aurora'] } },
  },
  {
    sees: 'a workspace that does not is red, with the reason',
    given: { workspace: workspace({ reached: false, problem: 'nothing is mounted' }) },
    find: {
      workspace: {
        level: 'red',
        value: false,
        key: 'workspace',
        limit: true,
        says: ['cannot be reached', 'nothing is mounted'],
        clears: '/gws/aurora is mounted, and answers within 8 s',
      },
    },
  },
];
