// Times and names as the page writes them.
import { shortDuration } from '../../draw/words.ts';
import { dayAndMinute } from '../../draw/time-axis.ts';

/** `24 Oct 18:35 UTC` */
export const minuteOf = (iso: string): string =>
  Number.isNaN(Date.parse(iso)) ? iso : `${dayAndMinute(Date.parse(iso))} UTC`;

/** `since 24 Oct 18:35 UTC, 2.7 d` */
export function sinceWords(iso: string, at: Date, isAtLeast = false): string {
  const seconds = (at.getTime() - Date.parse(iso)) / 1000;
  return `since ${isAtLeast ? 'before ' : ''}${minuteOf(iso)}${seconds >= 0 ? `, ${shortDuration(seconds)}` : ''}`;
}

/** `power-voltage:power` → `power voltage power` */
export const nameOf = (id: string): string => {
  const [check = '', ...subject] = id.split(':');
  const rest = subject.join(':');
  const words = check.replaceAll('-', ' ');
  return rest === '' || words.split(' ').includes(rest) ? words : `${words} ${rest}`;
};
