import { along, around80And90, type Case, found } from '../case.ts';
import { workspace } from '../seen.ts';

export const workspaceUsage: readonly Case[] = [
  ...along(
    {
      under: 'workspace',
      limits: { amber: 80, red: 90 },
      subject: 'workspace',
      about: '/gws/aurora',
      clears: 'it is below 80 %',
      given: (used_percent) => ({ workspace: workspace({ used_percent, used_bytes: 10, size_bytes: 20 }) }),
    },
    [...around80And90, [110, 'red', 'red', '110 %']],
  ),
  {
    sees: 'an exception counts for the workspace',
    given: { workspace: workspace({ used_percent: 92 }) },
    limits: { workspace: { for: { workspace: { amber: '92%', red: '97%' } } } },
    find: {
      workspace: found('amber', 92, ['limits.workspace.for.workspace.amber', 92], ['/gws/aurora'], 'it is below 92 %'),
    },
  },
  ...(
    [
      ['a usage that could not be read', { usage_problem: 'the file is too old' }, 'the file is too old'],
      ['the usage of a workspace that is not reached', { reached: false, problem: 'not mounted' }, 'not mounted'],
    ] as const
  ).map(([what, given, reason]): Case => ({
    sees: `${what} is unknown, never green`,
    given: { workspace: workspace(given) },
    find: {
      workspace: found(
        'unknown',
        null,
        ['limits.workspace.red', 90],
        ['the usage of the workspace is unknown', reason],
        'its usage can be read again',
      ),
    },
  })),
];
