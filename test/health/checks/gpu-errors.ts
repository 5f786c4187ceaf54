import { type Case, found } from '../case.ts';
import { gpus } from '../seen.ts';

const subject = 'crunch.3b:00';
const limit = ['', 'ok'] as const;
const name = 'GPU 3 of crunch (3b:00)';

const red = (words: string): [level: 'red', words: string] => ['red', words];
const faults: readonly (readonly [sees: string, Parameters<typeof gpus>[0], ['red' | 'amber' | 'unknown', string]])[] =
  [
    ['a GPU that is lost is red', { state: 'lost', reason: 'GPU is lost' }, red('it is lost: GPU is lost')],
    ['a GPU that is missing is red', { state: 'missing', reason: 'not listed' }, red('it is missing: not listed')],
    ['a GPU that must be reset is red', { reset_required: true }, red('it must be reset')],
    ['an advice of the driver is red', { recovery: 'Drain and Reset' }, red('the driver advises: Drain and Reset')],
    ['a failed repair is red', { repair_failed: true }, red('a repair of its memory failed: it should be replaced')],
    [
      'an uncorrected memory error is red',
      { recent_uncorrected_errors: 1 },
      red('1 uncorrected memory error since the driver was loaded'),
    ],
    [
      'a repair that waits for a reset is amber',
      { repair_pending: true },
      ['amber', 'a repair of its memory waits for a reset'],
    ],
    ['a warning of nvidia-smi is amber', { warning: 'infoROM is corrupted' }, ['amber', 'infoROM is corrupted']],
    [
      'a GPU that nvidia-smi did not come to is unknown',
      { state: 'unread', reason: 'it gave up' },
      ['unknown', 'it could not be read: it gave up'],
    ],
    [
      'a counter that could not be read is unknown, never green',
      { recent_uncorrected_errors: undefined, problems: { 'ecc.errors.uncorrected.volatile.total': 'Unknown Error' } },
      ['unknown', 'ecc.errors.uncorrected.volatile.total could not be read: Unknown Error'],
    ],
  ];

export const gpuErrors: readonly Case[] = [
  {
    sees: 'a GPU without errors is green, also with old ones in its life',
    given: { gpus: gpus({ uncorrected_errors: 2 }) },
    find: { [subject]: found('green', 'ok', limit, [name, 'no error']) },
  },
  {
    sees: 'a GPU that counts no memory errors is green',
    given: {
      gpus: gpus({ recent_uncorrected_errors: undefined, repair_pending: undefined, repair_failed: undefined }),
    },
    find: { [subject]: found('green', 'ok', limit, [name]) },
  },
  ...faults.map(([sees, seen, [level, words]]): Case => ({
    sees,
    given: { gpus: gpus(seen) },
    find: { [subject]: found(level, words, limit, [name, words]) },
  })),
  {
    sees: 'the worst fault is told where there are several',
    given: { gpus: gpus({ repair_pending: true, reset_required: true, warning: 'x', recent_uncorrected_errors: 2 }) },
    find: { [subject]: found('red', 'it must be reset', limit, ['it must be reset; 2 uncorrected memory errors']) },
  },
];
