// The axis of time: a UTC day, some days, a month. All times are UTC.

const hour = 3_600_000;
const day = 24 * hour;

interface TimeTick {
  /** Milliseconds since 1970: where the label stands. */
  readonly at: number;
  readonly label: string;
  readonly tone: 'plain' | 'strong' | 'muted';
}

export interface TimeAxis {
  readonly labels: readonly TimeTick[];
  /** Vertical lines; lines of days are stronger than lines of hours. */
  readonly lines: readonly { readonly at: number; readonly isDay: boolean }[];
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const weekdayOf = (at: number): number => new Date(at).getUTCDay();

/** `27 Oct` */
export const dayName = (at: number): string => `${new Date(at).getUTCDate()} ${months[new Date(at).getUTCMonth()]}`;
/** `Tue 27` */
export const shortDay = (at: number): string => `${weekdays[weekdayOf(at)]} ${new Date(at).getUTCDate()}`;
/** `27 Oct 11:40` */
export const dayAndMinute = (at: number): string => `${dayName(at)} ${new Date(at).toISOString().slice(11, 16)}`;

/** `Tue, 27 Oct 2026 UTC`, `24 Oct – 30 Oct 2026 UTC`: `to` is exclusive. */
export function spanName(from: number, to: number): string {
  const [first, last] = [new Date(from), new Date(to - 1)];
  const year = last.getUTCFullYear();
  if (to - from <= day) return `${weekdays[weekdayOf(from)]}, ${dayName(from)} ${year} UTC`;
  const firstYear = first.getUTCFullYear() === year ? '' : ` ${first.getUTCFullYear()}`;
  return `${dayName(from)}${firstYear} – ${dayName(to - 1)} ${year} UTC`;
}

/** `from` and `to` are beginnings of UTC days; one day has hours, up to ten days have names, more have numbers. */
export function timeAxis(from: number, to: number): TimeAxis {
  const days = Math.round((to - from) / day);
  if (days <= 1) {
    const hours = Array.from({ length: 9 }, (_, index) => from + 3 * index * hour);
    const labels = hours.map((at) => ({
      at,
      label: at === to ? '24:00' : new Date(at).toISOString().slice(11, 16),
      tone: 'plain' as const,
    }));
    return { labels, lines: hours.slice(1, -1).map((at) => ({ at, isDay: false })) };
  }
  const starts = Array.from({ length: days }, (_, index) => from + index * day);
  const lines = starts.slice(1);
  if (days <= 10)
    return {
      labels: starts.map((at) => ({ at: at + day / 2, label: shortDay(at), tone: 'plain' })),
      lines: lines.map((at) => ({ at, isDay: true })),
    };
  const step = Math.ceil(days / 31);
  return {
    labels: starts
      .filter((_, index) => index % step === 0)
      .map((at) => ({ at: at + day / 2, label: String(new Date(at).getUTCDate()), tone: toneOf(weekdayOf(at)) })),
    lines: lines.map((at) => ({ at, isDay: weekdayOf(at) === 1 })),
  };
}

const toneOf = (weekday: number): TimeTick['tone'] =>
  weekday === 1 ? 'strong' : weekday === 0 || weekday === 6 ? 'muted' : 'plain';

/** The 24 hours until `to`: every sixth UTC hour, and the day's name at its beginning. */
export function lastDayAxis(to: number): TimeAxis {
  const last = Math.floor(to / (6 * hour)) * 6 * hour;
  const hours = Array.from({ length: 4 }, (_, index) => last - (3 - index) * 6 * hour);
  const isDay = (at: number): boolean => at % day === 0;
  return {
    labels: hours.map((at) => ({
      at,
      label: isDay(at) ? shortDay(at) : new Date(at).toISOString().slice(11, 16),
      tone: isDay(at) ? 'strong' : 'plain',
    })),
    lines: hours.map((at) => ({ at, isDay: isDay(at) })),
  };
}
