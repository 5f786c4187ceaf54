// The time of simulated days: it stands until somebody moves it on.

export interface VirtualClock {
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  /** What is done takes so long. */
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
