// What stands around every reading on disk: whether it is one, and if not, why. A failed reading is never a number.
import * as z from 'zod/mini';

/** Fields any reading has, whatever came of it; `data` is added by `envelope` below. */
const failed = z.looseObject({
  status: z.literal('failed'),
  kind: z.enum(['timeout', 'shape', 'error']),
  reason: z.string(),
  ms: z.number(),
});
const absent = z.looseObject({ status: z.literal('absent'), reason: z.string() });

export const envelope = <Data extends z.ZodMiniType>(data: Data) =>
  z.discriminatedUnion('status', [
    z.looseObject({ status: z.literal('ok'), ms: z.number(), collected_at: z.string(), data }),
    absent,
    failed,
  ]);

export type Failed = { status: 'failed'; kind: 'timeout' | 'shape' | 'error'; reason: string; ms: number };
export type Envelope<Data = unknown> =
  { status: 'ok'; ms: number; collected_at: string; data: Data } | { status: 'absent'; reason: string } | Failed;
