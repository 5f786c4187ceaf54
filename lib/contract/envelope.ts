// The envelope around every reading on disk: ok with data, absent or failed with a reason. A failed reading is never a number.
import * as z from 'zod/mini';

/** One flat object instead of a union of three: every stage builds dozens of these schemas at its start, and a union
 * costs several times as much. The refinement checks which keys belong to which status. */
export const envelope = (data: z.ZodMiniType) =>
  z
    .looseObject({
      status: z.enum(['ok', 'absent', 'failed']),
      kind: z.optional(z.enum(['timeout', 'shape', 'error'])),
      reason: z.optional(z.string()),
      because: z.optional(z.string()),
      ms: z.optional(z.number()),
      collected_at: z.optional(z.string()),
      data: z.optional(data),
    })
    .check(
      z.refine(
        ({ status, kind, reason, ms, collected_at, data: read }) =>
          status === 'ok'
            ? ms !== undefined && collected_at !== undefined && read !== undefined
            : reason !== undefined && (status === 'absent' || (kind !== undefined && ms !== undefined)),
        'an ok reading has ms, collected_at and data; an absent one a reason; a failed one kind, reason and ms',
      ),
    );

export type Failed = {
  status: 'failed';
  kind: 'timeout' | 'shape' | 'error';
  reason: string;
  /** The name of the reading whose failure made this one fail: `hosts.source`, `workspace`. */
  because?: string | undefined;
  ms: number;
};
export type Envelope<Data = unknown> =
  { status: 'ok'; ms: number; collected_at: string; data: Data } | { status: 'absent'; reason: string } | Failed;
