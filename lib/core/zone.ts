// Clocks of time zones by their IANA name, such as Europe/Berlin.

/** No zone changes its offset more often than at the quarters of an hour. */
const quarterMs = 900_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** How far the zone's clock is ahead of UTC at this time, in milliseconds. */
function offsetMs(at: Date, zone: string): number {
  if (zone === 'UTC') return 0;
  const start = Math.floor(at.getTime() / quarterMs) * quarterMs;
  const key = `${zone} ${start}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
  formats.set(zone, format);
  const offset = Date.parse(`${format.format(start).replace(' ', 'T')}Z`) - start;
  offsets.set(key, offset);
  return offset;
}

/** A time whose UTC fields show what a clock in the zone shows at this time. */
export const zoneClock = (at: Date, zone: string): Date => new Date(at.getTime() + offsetMs(at, zone));

/** The reverse of zoneClock. Of an hour that the clock shows twice, the second one. */
export function timeOfClock(clock: Date, zone: string): Date {
  const guess = new Date(clock.getTime() - offsetMs(clock, zone));
  return new Date(clock.getTime() - offsetMs(guess, zone));
}

export function isZone(name: string): boolean {
  try {
    return name === 'UTC' || new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
