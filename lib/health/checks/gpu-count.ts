import { counted } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

/** Judged only where the configuration says how many GPUs the machine has. */
export const gpuCount = defineCheck({
  name: 'gpu-count',
  summary: 'a machine has not as many GPUs as the configuration says',
  needs: ['gpus'],
  assess: ({ gpus }) =>
    Object.entries(gpus).flatMap(([subject, { listed, expected, problem }]) => {
      if (expected === undefined) return [];
      const why = listed < expected && problem !== undefined ? `: ${problem}` : '';
      return [
        {
          subject,
          level: listed === expected ? ('green' as const) : listed < expected ? ('red' as const) : ('amber' as const),
          value: listed,
          unit: '1',
          limit: { value: expected, key: `gpus.${subject}.count` },
          message: `${subject} has ${listed} of ${counted(expected, 'GPU')}${why}`,
          clears_when: `nvidia-smi lists ${counted(expected, 'GPU')}, or the configuration names another number`,
        },
      ];
    }),
});
