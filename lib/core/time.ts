// Instants are ISO 8601 in UTC everywhere on disk; these are the few ways we write and read them.
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import { isValid } from 'date-fns/isValid';
import { parseISO } from 'date-fns/parseISO';

/** 20261120: the UTC day, as it stands in the names of day files. */
export function dayStamp(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

export function startOfUtcDay(at: Date): Date {
  return new Date(`${at.toISOString().slice(0, 10)}T00:00:00Z`);
}

/** The same hour some days earlier. In UTC a day always has 24 hours; date-fns' subDays would follow the local clock. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * 86_400_000);
}

/** 2026-11-20T07:28:01.123456Z: microseconds, as the snapshot's two time fields are written. */
export function isoMicroseconds(epochMs: number): string {
  const micros = Math.round((epochMs - Math.floor(epochMs)) * 1000);
  return new Date(Math.floor(epochMs)).toISOString().replace('Z', `${String(Math.min(micros, 999)).padStart(3, '0')}Z`);
}

/** An instant a person typed. Without an offset it is UTC: a monitor's times must not depend on who reads them. */
export function parseInstant(text: string): Date | undefined {
  const hasOffset = /([zZ]|[+-]\d\d:?\d\d)$/.test(text);
  const hasTime = /[T ]\d\d/.test(text);
  const parsed = parseISO(hasOffset || !hasTime ? text : `${text}Z`);
  if (!isValid(parsed)) return undefined;
  return hasTime ? parsed : new Date(`${text.slice(0, 10)}T00:00:00Z`);
}

/** `3 hours`: for people. */
export function distance(from: Date, to: Date): string {
  return formatDistanceStrict(from, to);
}

/** `2026-11-20 07:28 UTC`: for people. */
export function clockMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
