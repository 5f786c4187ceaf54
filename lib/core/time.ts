// Writes and reads instants. On disk they are ISO 8601 in UTC everywhere.
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** 20261120: the UTC day in the names of day files. */
export function dayStamp(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

/** 20261120T072801Z: the second in the names of files that were set aside. */
export function secondStamp(at: Date): string {
  return at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

export function startOfUtcDay(at: Date): Date {
  return new Date(`${at.toISOString().slice(0, 10)}T00:00:00Z`);
}

/** Subtracts days of 24 hours; date-fns' subDays would follow the local clock's summer time. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * dayMs);
}

/** 2026-11-20T07:28:01.123456Z: microseconds, as the snapshot's two time fields are written. */
export function isoMicroseconds(epochMs: number): string {
  const micros = Math.round((epochMs - Math.floor(epochMs)) * 1000);
  return new Date(Math.floor(epochMs)).toISOString().replace('Z', `${String(Math.min(micros, 999)).padStart(3, '0')}Z`);
}

/** Parses an instant that a person typed: `2026-11-20`, `2026-11-20T07:30`, `2026-11-20 07:30:15+01:00`. A time without
 * an offset is UTC: the result must not depend on the reader's time zone. */
export function parseInstant(text: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(?:Z|([+-]\d\d):?(\d\d)?)?)?$/i.exec(text);
  if (!match) return undefined;
  const [, day = '', minute = '00:00', second = ':00', hours, minutes = '00'] = match;
  const instant = new Date(`${day}T${minute}${second}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  // JavaScript's Date accepts 30 February as 2 March.
  const dayExists = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  return dayExists && !Number.isNaN(instant.getTime()) ? instant : undefined;
}

/** The last millisecond of what such a text names: `2026-11-20` is a whole day, `2026-11-20T12:00` a whole minute. */
export function parseLastInstant(text: string): Date | undefined {
  const first = parseInstant(text);
  const named = /^[^T ]*$/.test(text) ? dayMs : /:\d\d:\d\d\./.test(text) ? 1 : /:\d\d:\d\d/.test(text) ? 1000 : 60_000;
  return first && new Date(first.getTime() + named - 1);
}

/** `3 hours`: for people. */
export { formatDistanceStrict as distance };

/** `2026-11-20 07:28 UTC`: for people. */
export function clockMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
