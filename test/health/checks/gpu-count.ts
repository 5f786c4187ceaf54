import { type Case, found } from '../case.ts';
import { gpus } from '../seen.ts';

const key = 'gpus.crunch.count';
const problem = 'Unable to determine the device handle';

export const gpuCount: readonly Case[] = [
  { sees: 'without a number in the configuration nothing is judged', given: { gpus: gpus({}) }, find: {} },
  {
    sees: 'the right number is green',
    given: { gpus: gpus({}, { listed: 8, expected: 8 }) },
    find: { crunch: found('green', 8, [key, 8], ['crunch has 8 of 8 GPUs']) },
  },
  {
    sees: 'fewer are red, with what nvidia-smi says',
    given: { gpus: gpus({}, { listed: 7, expected: 8, problem }) },
    find: { crunch: found('red', 7, [key, 8], ['crunch has 7 of 8 GPUs', problem]) },
  },
  {
    sees: 'more are amber: the configuration is out of date',
    given: { gpus: gpus({}, { listed: 9, expected: 8 }) },
    find: { crunch: found('amber', 9, [key, 8], ['crunch has 9 of 8 GPUs']) },
  },
];
