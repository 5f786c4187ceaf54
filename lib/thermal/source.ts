// A source of temperatures: reads some of them from one place of the machine, through a Host.
import type { Host } from '../contract/host.ts';
import type { Reading, SourceName } from './reading.ts';

export interface Source {
  readonly name: SourceName;
  readonly summary: string;
  /** Throws Absent where this machine has no such thing. What ails one sensor is told with it and costs no other. */
  read(host: Host, at: Date): Promise<Collected>;
}

export interface Collected {
  readonly readings: readonly Reading[];
  /** How old the oldest of it is, where somebody else reads it for us. */
  readonly age_seconds?: number;
  /** What a person could act on, beside the readings. */
  readonly warnings?: readonly string[];
}

export const defineSource = (source: Source): Source => source;
