// Helpers of all checks of GPUs. Each GPU of each machine has one finding, whose subject is MACHINE.ADDRESS.
import type { Finding, Verdict } from '../contract/check.ts';
import type { Readable } from '../snapshot/sections/index.ts';
import { unknownFinding } from './unknown.ts';

type Machine = Readable['gpus'][string];
export type Gpu = Machine['card'][string];

export interface OneGpu {
  readonly gpu: Gpu;
  readonly machine: Machine;
  /** Name of the machine. */
  readonly item: string;
  readonly subject: string;
  /** Begins or ends a message: `GPU 3 of crunch (3b:00)`. */
  readonly name: string;
}

/** `judge` returns undefined where the GPU has nothing to judge. */
export const findingsOf = (
  gpus: Readable['gpus'],
  judge: (one: OneGpu) => Omit<Finding, 'item'> | undefined,
): Finding[] =>
  Object.entries(gpus).flatMap(([item, machine]) =>
    Object.entries(machine.card).flatMap(([address, gpu]) => {
      const number = gpu.index === undefined ? '' : ` ${gpu.index}`;
      const name = `GPU${number} of ${item} (${address})`;
      const found = judge({ gpu, machine, item, subject: `${item}.${address}`, name });
      return found === undefined ? [] : [{ ...found, item } as Finding];
    }),
  );

/** The value of a field that this GPU does not have is not judged; a value that could not be read is unknown. */
export function unreadFinding(
  { gpu, subject, name }: OneGpu,
  what: string,
  unit: string,
  fields: readonly string[],
): Verdict | undefined {
  const problem = fields.map((field) => gpu.problems?.[field]).find((one) => one !== undefined);
  if (gpu.state === 'present' && problem === undefined) return undefined;
  return unknownFinding({ subject, unit }, `${what} of ${name}`, gpu.reason ?? problem);
}
