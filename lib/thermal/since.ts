// How long ago something was, by a clock that somebody may have put back meanwhile.

export const secondsSince = (time: string | undefined, at: Date): number =>
  time === undefined ? Infinity : (at.getTime() - Date.parse(time)) / 1000;

/** Never, or longer ago, or in a future that has not come: remembered by a clock that was ahead. */
export function isDueAgain(time: string | undefined, everySeconds: number, at: Date): boolean {
  const seconds = secondsSince(time, at);
  return !(seconds >= 0 && seconds < everySeconds);
}
