import { flag, instant, names, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { described, number, object, oneOf, optional, recordOf, string } from '../../contract/shape.ts';
import { formatBytes, formatDuration, formatMeasure } from '../../core/quantity.ts';
import { counted } from '../../core/text.ts';
import type { SnapshotConfig } from '../config.ts';

/** `missing`: listed before, and not any more. `unread`: nvidia-smi gave up before it listed the GPU. */
const gpuStates = ['present', 'lost', 'missing', 'unread'] as const;

export const gpus = defineSection({
  many: true,
  hasParts: true,
  source: 'nvidia-smi --query-gpu (try: nvidia-smi; nvidia-smi -q -i INDEX)',
  noun: 'machine with GPUs',
  subjects: ({ gpus: own }: SnapshotConfig) => namesUnder('gpus', own),
  places: ({ gpus: own }: SnapshotConfig) =>
    Object.entries(own).map(([item, { host }]) => ({ item, host, path: 'nvidia-smi', key: ['gpus', item, 'host'] })),
  schema: object({
    host: words('machine it is read on'),
    driver_version: optional(words('version of the driver')),
    listed: quantity('1', 'GPUs that nvidia-smi lists, without those that are lost'),
    expected: optional(quantity('1', 'GPUs that the configuration names')),
    problem: optional(words('what nvidia-smi says beside its list')),
    /** By PCI address, which names the slot and outlives a reboot; the index of a GPU does not. */
    card: recordOf(
      object({
        index: optional(words('number by which nvidia-smi and CUDA count it')),
        model: words('model'),
        uuid: optional(words('UUID')),
        state: described(oneOf(gpuStates), { long_name: 'whether the GPU can be reached' }),
        /** Set where the state is not `present`. */
        reason: optional(words('why the GPU cannot be reached')),
        seen_at: optional(instant('when nvidia-smi last listed the GPU')),
        used_percent: optional(quantity('percent', 'time in which the GPU computed')),
        memory_total_bytes: optional(quantity('byte', 'memory of the GPU')),
        memory_used_bytes: optional(quantity('byte', 'memory in use on the GPU')),
        memory_used_percent: optional(quantity('percent', 'memory in use on the GPU, of its memory')),
        temperature_celsius: optional(quantity('degree_Celsius', 'temperature of the GPU')),
        memory_celsius: optional(quantity('degree_Celsius', 'temperature of the GPU’s memory')),
        power_watts: optional(quantity('W', 'power that the GPU draws')),
        power_limit_watts: optional(quantity('W', 'power limit of the GPU')),
        slowed_by: optional(names('why the GPU is slowed down')),
        slowed_seconds: optional(quantity('s', 'for how long each reading has found the GPU slowed down')),
        recent_uncorrected_errors: optional(quantity('1', 'uncorrected memory errors since the driver was loaded')),
        uncorrected_errors: optional(quantity('1', 'uncorrected memory errors in the life of the GPU')),
        repair_pending: optional(flag('a repair of memory waits for a reset of the GPU')),
        repair_failed: optional(flag('a repair of memory failed')),
        reset_required: optional(flag('the GPU must be reset')),
        recovery: optional(words('what the driver advises, to recover the GPU')),
        mig: optional(flag('the GPU is divided into instances (MIG)')),
        persistence: optional(flag('the driver stays loaded while nothing uses the GPU')),
        warning: optional(words('what nvidia-smi warns of')),
        problems: optional(described(recordOf(string), { long_name: 'why values are missing, by field' })),
      }),
    ),
    /** Configured with the machine, like a stream’s window. */
    memory_limits: optional(object({ amber: optional(number), red: optional(number) })),
  }),
  group: 'gpus',
  panels: [
    { title: 'GPUs in use', field: 'used_percent', inSummary: true },
    { title: 'Memory of GPUs in use', field: 'memory_used_percent' },
    {
      title: 'Temperature of GPUs',
      field: 'temperature_celsius',
      limits: { check: 'gpu-temperature' },
      inSummary: true,
    },
    { title: 'Power of GPUs', field: 'power_watts' },
  ],
  table: {
    title: 'GPUs',
    columns: ['GPU', 'index', 'model', 'in use', 'memory', 'temperature', 'power', 'slowed down', 'remark'],
    rows: ({ card, problem }, name) => [
      ...Object.entries(card).map(([address, gpu]) => {
        const { memory_used_bytes: used, memory_total_bytes: total, slowed_by = [], slowed_seconds = 0 } = gpu;
        const { power_watts: power, power_limit_watts: limit } = gpu;
        return [
          `${name}.${address}`,
          gpu.index ?? '',
          gpu.model,
          measured(gpu.used_percent, 'percent'),
          used === undefined || total === undefined ? '' : `${formatBytes(used)} of ${formatBytes(total)}`,
          measured(gpu.temperature_celsius, 'C'),
          power === undefined || limit === undefined
            ? measured(power, 'W')
            : `${power} of ${formatMeasure(limit, 'W')}`,
          slowed_by.length === 0 ? '' : `${formatDuration(slowed_seconds)}: ${slowed_by.join(', ')}`,
          remarksOn(gpu),
        ];
      }),
      ...(problem === undefined ? [] : [[name, '', '', '', '', '', '', '', problem]]),
    ],
  },
});

const measured = (value: number | undefined, unit: string): string =>
  value === undefined ? '' : formatMeasure(value, unit);

interface Remarks {
  readonly state: string;
  readonly reason?: string | undefined;
  readonly warning?: string | undefined;
  readonly uncorrected_errors?: number | undefined;
  readonly mig?: boolean | undefined;
}

function remarksOn({ state, reason, warning, uncorrected_errors: errors = 0, mig }: Remarks): string {
  const all = [
    ...(state === 'present' ? [] : [`${state}${reason === undefined ? '' : `: ${reason}`}`]),
    ...(warning === undefined ? [] : [warning]),
    ...(errors === 0 ? [] : [`${counted(errors, 'uncorrected memory error')} in its life`]),
    ...(mig ? ['MIG'] : []),
  ];
  return all.join('; ');
}
