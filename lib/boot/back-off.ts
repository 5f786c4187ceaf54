// How long to wait before a component is started again.

const longestSeconds = 900;

/** Seconds before a retry. `first`: the pause before the first retry; `retry`: number of the retry, from 1. */
export const backOffSeconds = (first: number, retry: number): number =>
  Math.min(longestSeconds, first * 2 ** Math.min(retry - 1, 20));
