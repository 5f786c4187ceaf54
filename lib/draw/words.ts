// Values as pictures and cards show them: two or three digits, a unit with a space.

import { formatBytes } from '../core/quantity.ts';

const [minute, hour, day] = [60, 3600, 86_400];

/** Two or three digits: 0.042, 4.2, 42.1, 421, 4210. */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return String(Math.round(value));
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(size >= 1 ? value.toFixed(digits) : value.toPrecision(2)));
}

/** 48 → `48 s`, 3300 → `55 min`, 17_640 → `4.9 h`, 241_920 → `2.8 d`. */
export function shortDuration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size > 0 && size < 1) return `${Math.round(seconds * 1000)} ms`;
  if (size < 2 * minute) return `${Number(seconds.toFixed(size < 10 ? 1 : 0))} s`;
  if (size < 1.49 * hour) return `${Math.round(seconds / minute)} min`;
  const [unit, name] = size < 2 * day ? [hour, 'h'] : [day, 'd'];
  const count = seconds / unit;
  return `${Math.abs(count) < 10 ? count.toFixed(1) : Math.round(count)} ${name}`;
}

const symbols: Readonly<Record<string, string>> = { percent: '%', degree_Celsius: '°C', C: '°C', '1': '' };

/** The unit of the archive as people write it; empty for counts. */
const unitSymbol = (unit: string): string => symbols[unit] ?? unit;

/** A value of the archive with its unit: `77.5 %`, `52.8 V`, `55 min`. */
export function shortMeasure(value: number, unit: string): string {
  if (unit === 's') return shortDuration(value);
  if (unit === 'byte') return formatBytes(value);
  if (unit === 'ms') return Math.abs(value) < 1000 ? `${Math.round(value)} ms` : shortDuration(value / 1000);
  const symbol = unitSymbol(unit);
  // Only 100 % itself is shown as 100 %.
  const shown = unit === 'percent' && value < 100 && value > 99.9 ? '99.9' : shortNumber(value);
  return symbol === '' ? shown : `${shown} ${symbol}`;
}

const oneDecimal = new Set(['percent', 'V', 'C', 'degree_Celsius']);

/** Like shortMeasure, but all values of a quantity have the same decimals, for values below one another: `56.0 %`, `68.6 %`. */
export function evenMeasure(value: number, unit: string): string {
  const size = Math.abs(value);
  // Zero and 100 % are exact; a value below 0.1 would become 0.0.
  if (!oneDecimal.has(unit) || size < 0.1 || size > 99.9) return shortMeasure(value, unit);
  return `${value.toFixed(1)} ${unitSymbol(unit)}`;
}

/** A tick of an axis: with a unit only where it changes along the axis. */
export const tickWords = (value: number, unit: string): string =>
  unit === 's'
    ? tickDuration(value)
    : unit === 'byte'
      ? formatBytes(value)
      : shortNumber(unit === 'ms' ? value / 1000 : value);

/** `15 min`, `6 h`, `72 h`, `10 d`: ticks of a logarithmic axis are whole. */
const tickDuration = (seconds: number): string =>
  seconds < hour ? `${seconds / minute} min` : seconds < 10 * day ? `${seconds / hour} h` : `${seconds / day} d`;

/** The unit that an axis is labelled in; empty for counts, and where each tick has its own. */
export const unitBesideTitle = (unit: string): string =>
  unit === 's' || unit === 'byte' ? '' : unit === 'ms' ? 's' : unitSymbol(unit);
