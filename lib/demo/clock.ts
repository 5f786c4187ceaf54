// The clock of the simulated days: its time changes only by pass() and setTo().

export type VirtualClock = ReturnType<typeof virtualClock>;

export function virtualClock(from: number) {
  let at = from;
  return {
    now: () => new Date(at),
    monotonicMs: () => at - from,
    /** Moves the clock forward by the time that an operation is meant to take. */
    pass: (ms: number) => void (at += ms),
    setTo: (ms: number) => void (at = ms),
  };
}
