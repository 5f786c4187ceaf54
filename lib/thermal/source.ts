// A source of temperatures: reads some of them from one place of the machine, through a Host.
import type { Host } from '../contract/host.ts';
import type { Devices } from './devices.ts';
import type { Reading, SourceName } from './reading.ts';

export interface Source {
  readonly name: SourceName;
  readonly summary: string;
  /** Throws Absent where this machine has no such thing. What ails one sensor is told with it and costs no other. */
  read(from: From): Promise<Collected>;
}

interface From {
  readonly host: Host;
  /** Shared by all sources: a chip that hangs may be known to several. */
  readonly devices: Devices;
  readonly at: Date;
}

export interface Collected {
  readonly readings: readonly Reading[];
  /** How old the oldest of it is, where somebody else reads it for us. */
  readonly age_seconds?: number;
  /** What a person could act on, beside the readings. */
  readonly warnings?: readonly string[];
}

export const defineSource = (source: Source): Source => source;
