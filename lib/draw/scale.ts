// Scales from values to pixels, with ticks. d3-scale picks round ticks.
import { scaleLinear, scaleLog } from 'd3-scale';

export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [from: number, to: number];
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** `range`: pixels of the beginning and the end of the domain; for a vertical axis bottom and top. */
export function linearScale(domain: Scale['domain'], range: readonly [number, number], count = 4): Scale {
  const scale = scaleLinear(domain, range);
  return { kind: 'linear', domain, at: scale, ticks: scale.ticks(count) };
}

/** Ages from minutes to weeks on one axis. A value below the domain lies on its edge: zero has no logarithm. */
export function logScale(
  domain: Scale['domain'],
  range: readonly [number, number],
  candidates: readonly number[],
): Scale {
  const [least, most] = domain;
  const scale = scaleLog(domain, range).clamp(true);
  return {
    kind: 'log',
    domain,
    at: (value) => scale(Math.max(value, least)),
    ticks: candidates.filter((tick) => tick >= least && tick <= most),
  };
}

const [minute, hour, day] = [60, 3600, 86_400];
/** Ticks of a logarithmic axis of seconds. */
export const durationTicks: readonly number[] = [
  ...[1, 6, 15].map((count) => count * minute),
  ...[1, 6, 24, 72].map((count) => count * hour),
  ...[10, 30, 100, 365].map((count) => count * day),
];

/** The least domain of round numbers around all of these values; a domain is never empty. */
export function niceDomain(values: readonly number[], count = 4): Scale['domain'] {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) return [0, 1];
  const slack = most === least ? Math.max(Math.abs(most) * 0.1, 1) : 0;
  const [from = 0, to = 1] = scaleLinear([least - slack, most + slack], [0, 1])
    .nice(count)
    .domain();
  return [from, to];
}
