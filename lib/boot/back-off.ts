// How long to wait before a component is started again.

const longestSeconds = 900;

/** `first`: the pause before the first retry. `retry`: 1 for the first. */
export const backOffSeconds = (first: number, retry: number): number =>
  Math.min(longestSeconds, first * 2 ** Math.min(retry - 1, 20));
