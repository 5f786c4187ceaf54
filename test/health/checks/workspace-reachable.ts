import { type Case, found } from '../case.ts';
import { workspace } from '../seen.ts';

export const workspaceReachable: readonly Case[] = [
  {
    sees: 'a workspace that answers is green',
    given: { workspace: workspace({}) },
    find: { workspace: found('green', true, ['workspace', true], ['/gws/aurora']) },
  },
  {
    sees: 'a workspace that does not is red, with the reason',
    given: { workspace: workspace({ reached: false, problem: 'nothing is mounted' }) },
    find: {
      workspace: found(
        'red',
        false,
        ['workspace', true],
        ['cannot be reached', 'nothing is mounted'],
        '/gws/aurora is mounted, and answers within 8 s',
      ),
    },
  },
];
