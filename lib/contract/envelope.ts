// The envelope around every reading on disk: ok with data, absent or failed with a reason. A failed reading is never a number.
import { fits, number, object, oneOf, optional, type Shape, string, wrongInPart } from './shape.ts';

const fields = object({
  status: oneOf(['ok', 'absent', 'failed']),
  kind: optional(oneOf(['timeout', 'shape', 'error'])),
  reason: optional(string),
  because: optional(string),
  ms: optional(number),
  collected_at: optional(string),
});

export const envelope = (data: Shape): Shape<Envelope> => ({
  form: fields.form,
  wrongIn: (value) => {
    if (!fits(fields, value)) return fields.wrongIn(value);
    const { status, kind, reason, ms, collected_at } = value;
    const read: unknown = Reflect.get(value, 'data');
    const isWhole =
      status === 'ok'
        ? ms !== undefined && collected_at !== undefined && read !== undefined
        : reason !== undefined && (status === 'absent' || (kind !== undefined && ms !== undefined));
    if (!isWhole) return { path: [], expected: `a reading that is ${status} with ${needed[status]}` };
    return read === undefined ? undefined : wrongInPart(data, read, 'data');
  },
});

const needed = { ok: 'ms, collected_at and data', absent: 'a reason', failed: 'kind, reason and ms' };

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
