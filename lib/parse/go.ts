// Parses what programs in Go print.

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** A time.Duration, such as `1h2m3.5s` or `-300ms` → seconds. */
export function parseGoDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  const isWhole = parts.map(([part]) => part).join('') === text.replace(/^[+-]/, '');
  if (text.replace(/^[+-]/, '') === '0') return 0;
  if (parts.length === 0 || !isWhole)
    throw new Error(`not a duration of a Go program: ${JSON.stringify(text.slice(0, 80))}`);
  const seconds = parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0), 0);
  return text.startsWith('-') ? -seconds : seconds;
}
