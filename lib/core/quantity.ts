// Parses and formats quantities with units as people write them: `1.5h`, `80%`, `52 V`.

const secondsOf: Record<string, number> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90s`, `1.5h`, `1h30m`, `7d` → seconds. A bare number is refused: 30 could mean seconds or minutes. */
export function parseDuration(text: string): number | undefined {
  const compact = text.replaceAll(' ', '');
  if (!/^(\d+(\.\d+)?(ms|min|[smhdw]))+$/.test(compact)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|min|[smhdw])/g)) {
    seconds += Number(amount) * (secondsOf[unit ?? ''] ?? Number.NaN);
  }
  return seconds;
}

/** `52 V` with unit V → 52; `80%` with unit % → 80. */
export function parseMeasure(text: string, unit: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*(\S+)$/.exec(text.trim());
  return match?.[2] === unit ? Number(match[1]) : undefined;
}

const durationUnits = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** Durations are rounded to the first of these steps that fits their size: seconds below an hour, minutes below a week. */
const durationSteps = [
  [7 * 86_400, 3600],
  [3600, 60],
  [60, 1],
  [1, 0.1],
] as const;

const durationStep = (seconds: number): number =>
  durationSteps.find(([from]) => Math.abs(seconds) >= from)?.[1] ?? 0.001;

const bytesOf: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `2GB`, `1.5 GiB` → bytes. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]?i?B)$/.exec(text.trim());
  const size = bytesOf[match?.[2] ?? ''];
  return size === undefined ? undefined : Number(match?.[1]) * size;
}

/** Rounded, for people: 91_800 → `1d 1h 30m`; 905 → `15m 5s`; 2.38 → `2.4s`; 0.25 → `250ms`. */
export function formatDuration(seconds: number): string {
  return durationText(roundTo(seconds, durationStep(seconds)));
}

function durationText(seconds: number): string {
  if (seconds < 0) return `-${durationText(-seconds)}`;
  if (seconds > 0 && seconds < 1) return `${plain(seconds * 1000)}ms`;
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, size] of durationUnits) {
    const count = Math.floor(left / size + 1e-9);
    if (count > 0) parts.push(`${count}${unit}`);
    left = Math.max(0, left - count * size);
  }
  if (left > 1e-4 || parts.length === 0) parts.push(`${plain(left)}s`);
  return parts.join(' ');
}

/** A limit as a person writes it, in one unit and exact: 93_600 → `26h`, 6000 → `100m`, 5400 → `1.5h`, 1_209_600 → `14d`. */
export function formatLimit(seconds: number): string {
  if (seconds < 0) return `-${formatLimit(-seconds)}`;
  for (const [unit, size] of durationUnits) {
    const count = seconds / size;
    const isExact = Number.isInteger(count) || (unit === 'h' && count > 1 && Number.isInteger(count * 2));
    if (count >= 1 && isExact) return `${count}${unit}`;
  }
  if (seconds >= 1 && seconds < 600) return `${plain(seconds)}s`;
  return durationText(seconds);
}

/** 1_500_000_000 → `1.5 GB`: decimal units, as `df -H` prints. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let index = 0;
  // 999,960 bytes are 1 MB, not 1000 kB.
  while (index < units.length - 1 && roundTo(bytes / 1000 ** index, index === 0 ? 1 : 0.1) >= 1000) index += 1;
  return `${plain(roundTo(bytes / 1000 ** index, 0.1))} ${units[index]}`;
}

/** A number with its unit, rounded to one decimal: `83.2 %`, `2.4s`. Only 100 % itself is shown as 100 %. */
export function formatMeasure(value: number, unit: string): string {
  if (unit === 's') return formatDuration(value);
  return unit === 'percent' ? formatBeside(value, 100, unit) : measureText(value, unit, 0.1);
}

/** Like formatMeasure, with as many digits as it takes to show on which side of each limit the value is. */
export function formatBeside(value: number, limits: number | readonly number[], unit: string): string {
  if (unit === 'byte') return formatBytes(value);
  const usual = unit === 's' ? durationStep(value) : 0.1;
  const steps = [usual, 60, 1, 0.1, 0.01, 0.001, 0.0001, 0.00001].filter((step) => step <= usual);
  const isTelling = (step: number): boolean =>
    [limits].flat().every((limit) => Math.sign(roundTo(value, step) - limit) === Math.sign(value - limit));
  return measureText(value, unit, steps.find(isTelling) ?? usual);
}

/** A limit with its unit: exact, as it was written. */
export const formatBound = (limit: number, unit: string): string =>
  unit === 's' ? formatLimit(limit) : unit === 'byte' ? formatBytes(limit) : measureText(limit, unit, 0.0001);

/** The value of an observation or alert, or its limit (with formatBound), for people. */
export const formatScalar = (
  value: number | string | boolean | null,
  unit: string,
  format: (value: number, unit: string) => string = formatMeasure,
): string => (typeof value === 'number' ? format(value, unit) : value === null ? 'none' : String(value));

function measureText(value: number, unit: string, step: number): string {
  if (unit === 's') return durationText(roundTo(value, step));
  if (unit === 'byte') return formatBytes(value);
  const text = plain(roundTo(value, step));
  return unit === '1' || unit === '' ? text : `${text} ${unit === 'percent' ? '%' : unit}`;
}

/** Rounded to thousandths: seconds as results keep them. */
export const milli = (value: number): number => Math.round(value * 1000) / 1000;

/** Cut off after four digits, not rounded: 999,999 of a million files must not print as 100 %. */
export const percentOf = (part: number, all: number): number => Math.floor((part / all) * 1e6) / 1e4;

const roundTo = (value: number, step: number): number => Math.round(value / step + 1e-9) * step;

/** Without the noise of binary fractions: 0.1 + 0.2 → `0.3`. */
const plain = (value: number): string => String(Math.round(value * 1e6) / 1e6);
