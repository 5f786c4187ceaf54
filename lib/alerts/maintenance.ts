// Recurring times without mails, as the configuration writes them.

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** By the full name, or its first three or more letters. */
const weekdayOf = (name: string): number =>
  name.length < 3 ? -1 : weekdays.findIndex((weekday) => weekday.startsWith(name));

/** `daily`, `tue`, `monday,thu`, `mon-fri`, `sat-mon` → numbers of weekdays, 0 for Sunday; undefined if a part is not a day. */
function listDays(text: string): readonly number[] | undefined {
  if (text === 'daily') return weekdays.keys().toArray();
  const days = text.split(',').flatMap((part) => {
    const [first = -1, last = first, more] = part.split('-').map(weekdayOf);
    if (first < 0 || last < 0 || more !== undefined) return [-1];
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
  });
  return days.includes(-1) ? undefined : days;
}

/** `Tue 09:00-10:00 UTC`, `Mon-Fri 23:30-00:30`, `daily 02:00-03:00` → tells whether an instant is in the window; undefined if invalid. */
export function parseWindow(text: string): ((at: Date) => boolean) | undefined {
  const match = /^([a-z,-]+)\s+(\d\d):(\d\d)-(\d\d):(\d\d)(?:\s+utc)?$/.exec(text.trim().toLowerCase());
  if (!match) return undefined;
  const [, days = '', ...numbers] = match;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = numbers.map(Number);
  const wanted = listDays(days);
  if (!wanted || fromHour > 23 || toHour > 24 || fromMinute > 59 || toMinute > 59) return undefined;
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  if (from === to) return undefined;
  return (at) => {
    const minute = at.getUTCHours() * 60 + at.getUTCMinutes() + at.getUTCSeconds() / 60;
    const today = wanted.includes(at.getUTCDay());
    const yesterday = wanted.includes((at.getUTCDay() + 6) % 7);
    if (from < to) return today && minute >= from && minute < to;
    // A window over midnight belongs to the day on which it begins.
    return (today && minute >= from) || (yesterday && minute < to);
  };
}
