// A part of a stage's run, such as one probe: its trace shows the part as a span.
import type { Attributes } from '../core/otlp.ts';

export interface Step {
  /** What every run calls this part. The item that was read is an attribute. */
  readonly name: string;
  /** World.monotonicMs at its start. */
  readonly began: number;
  readonly ms: number;
  /** Why the part failed. */
  readonly failure?: { readonly kind: string; readonly reason: string };
  readonly attributes: Attributes;
  readonly parts?: readonly Step[];
}
