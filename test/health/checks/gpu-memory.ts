import { type Case, found } from '../case.ts';
import { gpus } from '../seen.ts';

const subject = 'crunch.3b:00';
const memory_limits = { amber: 95, red: 99 };
const about = 'the memory of GPU 3 of crunch (3b:00)';

export const gpuMemory: readonly Case[] = [
  { sees: 'a full memory is not judged without limits', given: { gpus: gpus({ memory_used_percent: 100 }) }, find: {} },
  ...(
    [
      [94.9, 'green', 'amber', 95],
      [95, 'amber', 'amber', 95],
      [99, 'red', 'red', 99],
    ] as const
  ).map(([value, level, decided, limit]): Case => ({
    sees: `a memory that is ${value} % full is ${level} with limits`,
    given: { gpus: gpus({ memory_used_percent: value }, { memory_limits }) },
    find: { [subject]: found(level, value, [`gpus.crunch.memory.${decided}`, limit], [about, 'in use']) },
  })),
  {
    sees: 'a memory that could not be read is unknown',
    given: { gpus: gpus({ memory_used_percent: undefined, problems: { 'memory.used': 'x' } }, { memory_limits }) },
    find: { [subject]: found('unknown', null, ['', null], [about, 'x']) },
  },
];
