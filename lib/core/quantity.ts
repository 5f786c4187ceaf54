// Parses and formats quantities with units as people write them: `1.5h`, `80%`, `52 V`.

const secondsOf: Record<string, number> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };
const bytesOf: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };

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

const durationSteps = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** 5400 → `1.5h`; 45 → `45s`; 0.25 → `250ms`. One unit, at most one decimal. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  for (const [unit, size] of durationSteps) if (seconds >= size) return `${trim(seconds / size)}${unit}`;
  return seconds >= 1 || seconds === 0 ? `${trim(seconds)}s` : `${Math.min(999, Math.round(seconds * 1000))}ms`;
}

/** 1_500_000_000 → `1.5 GB`: decimal units, as `df -H` prints. */
export function formatBytes(bytes: number): string {
  const unit = ['PB', 'TB', 'GB', 'MB', 'kB'].find((name) => bytes >= (bytesOf[name] ?? Infinity)) ?? 'B';
  return `${trim(bytes / (bytesOf[unit] ?? 1))} ${unit}`;
}

/** A number with its unit: `83.2 %`, `2.4 s`. Cut off after one decimal, never rounded across a limit printed beside it. */
export function formatMeasure(value: number, unit: string): string {
  if (unit === 's') return formatDuration(value);
  if (unit === 'byte') return formatBytes(value);
  return unit === '1' || unit === '' ? trim(value) : `${trim(value)} ${unit === 'percent' ? '%' : unit}`;
}

/** Like formatMeasure, but prints all digits where cutting off would show the limit itself for a value beyond it. */
export function formatBeside(value: number, limit: number, unit: string): string {
  const short = formatMeasure(value, unit);
  if (value === limit || short !== formatMeasure(limit, unit)) return short;
  const digits = String(Math.round(value * 10_000) / 10_000);
  return unit === '1' ? digits : unit === 's' ? `${digits}s` : `${digits} ${unit === 'percent' ? '%' : unit}`;
}

/** Cut off after four digits, not rounded: 999,999 of a million files must not print as 100 %. */
export const percentOf = (part: number, all: number): number => Math.floor((part / all) * 1e6) / 1e4;

// Cut off, not rounded: 79.99 % printed as "80 %" beside "amber from 80 %" would look wrong.
function trim(value: number): string {
  return String(Math.trunc(value * 10 + (value < 0 ? -1e-9 : 1e-9)) / 10);
}
