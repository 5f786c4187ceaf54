import type { Level } from '../../core/level.ts';
import { worst } from '../../core/level.ts';
import { counted } from '../../core/text.ts';
import { defineCheck } from '../define.ts';
import { findingsOf, type Gpu } from '../gpus.ts';

export const gpuErrors = defineCheck({
  name: 'gpu-errors',
  summary: 'a GPU is lost, must be reset, or has memory errors',
  needs: ['gpus'],
  assess: ({ gpus }) =>
    findingsOf(gpus, ({ gpu, subject, name }) => {
      const faults = faultsOf(gpu);
      const level = faults.length === 0 ? 'green' : worst(faults.map(([one]) => one));
      const told = faults.filter(([one]) => one === level).map(([, words]) => words);
      return {
        subject,
        level,
        value: level === 'green' ? 'ok' : (told[0] ?? ''),
        unit: '',
        limit: { value: 'ok', key: '' },
        message: level === 'green' ? `${name} tells of no error` : `${name}: ${told.join('; ')}`,
        clears_when:
          gpu.state === 'missing'
            ? 'nvidia-smi lists it again, or gpus.NAME.count is the number of GPUs that are left'
            : 'the GPU is reset or replaced, and tells of no error',
      };
    }),
});

const errorFields = [
  'ecc.errors.uncorrected.volatile.total',
  'retired_pages.pending',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'gpu_recovery_action',
];

function faultsOf(gpu: Gpu): (readonly [Level, string])[] {
  const { state, reason = '', recent_uncorrected_errors: errors = 0, recovery, warning, problems = {} } = gpu;
  if (state === 'unread') return [['unknown', `it could not be read: ${reason}`]];
  if (state !== 'present') return [['red', `it is ${state}: ${reason}`]];
  const unread = errorFields.find((field) => Object.hasOwn(problems, field));
  return [
    ...(gpu.reset_required ? ([['red', 'it must be reset']] as const) : []),
    ...(recovery === undefined ? [] : ([['red', `the driver advises: ${recovery}`]] as const)),
    ...(gpu.repair_failed ? ([['red', 'a repair of its memory failed: it should be replaced']] as const) : []),
    ...(errors > 0
      ? ([['red', `${counted(errors, 'uncorrected memory error')} since the driver was loaded`]] as const)
      : []),
    ...(gpu.repair_pending ? ([['amber', 'a repair of its memory waits for a reset']] as const) : []),
    ...(warning === undefined ? [] : ([['amber', warning]] as const)),
    ...(unread === undefined ? [] : ([['unknown', `${unread} could not be read: ${problems[unread]}`]] as const)),
  ];
}
