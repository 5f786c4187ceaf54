// A case of an alert policy: sections of a snapshot, and the state of the sighting that the policy makes of them.
import type { Envelope } from '../../../lib/contract/envelope.ts';
import type { Sighting } from '../../../lib/contract/policy.ts';

export type PolicyCase = readonly [
  policy: string,
  sections: Record<string, Envelope>,
  state: Sighting['state'],
  subject: string,
];

/** The time of every snapshot. */
export const at = new Date('2026-11-20T12:00:00Z');
export const before = (seconds: number): Date => new Date(at.getTime() - seconds * 1000);
