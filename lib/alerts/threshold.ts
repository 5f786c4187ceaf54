// A number beyond a limit, as most rules see it.
import type { Sighting } from '../contract/rule.ts';
import { formatMeasure } from '../core/quantity.ts';

interface Threshold {
  readonly subject: string;
  /** Undefined where it is not known, and then why. */
  readonly value: number | undefined;
  readonly why: string | undefined;
  readonly unit: string;
  readonly limit: number;
  readonly key: string;
  readonly fires: 'from' | 'at or below' | 'below';
  /** As a sentence begins: `/data is`. */
  readonly says: string;
  readonly after?: string;
}

export function beyond({ subject, value, why, unit, limit, key, fires, says, after = '' }: Threshold): Sighting {
  if (value === undefined || Number.isNaN(value))
    return { subject, state: 'unknown', message: why ?? `${says} not known` };
  const shown = `${says} ${formatMeasure(value, unit)}${after}`;
  const firing = fires === 'from' ? value >= limit : fires === 'below' ? value < limit : value <= limit;
  if (!firing) return { subject, state: 'clear', message: shown };
  const message = `${shown} (${fires} ${formatMeasure(limit, unit)})`;
  return { subject, state: 'firing', value, unit, limit: { value: limit, key: `alerts.rules.${key}` }, message };
}
