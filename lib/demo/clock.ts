// The clock of the simulated days: its time changes only by pass() and setTo().

export interface VirtualClock {
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  /** Moves the clock forward by the time that an operation is meant to take. */
  readonly pass: (ms: number) => void;
  readonly setTo: (ms: number) => void;
}

export function virtualClock(from: number): VirtualClock {
  let at = from;
  return {
    now: () => new Date(at),
    monotonicMs: () => at - from,
    pass: (ms) => {
      at += ms;
    },
    setTo: (ms) => {
      at = ms;
    },
  };
}
