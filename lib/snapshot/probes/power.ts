// Reads the power supply from the newest finite samples of a Zarr store that another job maintains.
import { Absent } from '../../contract/errors.ts';
import { secondsSince } from '../../core/age.ts';
import { formatDuration } from '../../core/quantity.ts';
import { reasonOf } from '../../core/text.ts';
import { defineProbe } from '../define.ts';
import { power as section } from '../sections/power.ts';
import type { Sample } from '../zarr.ts';

/** Plausible values for a battery and its box. Values outside are sentinels by which some device means "no reading". */
const plausible = {
  voltage: { from: 0, to: 1500, unit: 'V' },
  charge: { from: 0, to: 110, unit: '%' },
  temperature: { from: -90, to: 150, unit: 'C' },
} as const;

export const power = defineProbe({
  name: 'power',
  summary: 'battery voltage, state of charge and internal temperature',
  section,

  async read({ host: open, config, at }) {
    const { power: configured } = config;
    if (!configured) throw new Absent('no power store is configured');
    const { host = 'local', store: path, stale } = configured;
    const { newestSample, openZarr } = await import('../zarr.ts');
    const store = await openZarr(open(host), path);
    const from = new Date(at.getTime() - stale * 1000);

    const readQuantity = async (quantity: keyof typeof plausible): Promise<QuantityReading> => {
      const variable = configured[quantity];
      try {
        const sample = await newestSample(store, variable, { from, to: at });
        if (!sample) return { problem: `${variable} has had no value for more than ${formatDuration(stale)}` };
        return checkSample(sample, variable, { at, stale, ...plausible[quantity] });
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    };
    const [voltage, charge, temperature] = await Promise.all([
      readQuantity('voltage'),
      readQuantity('charge'),
      readQuantity('temperature'),
    ]);
    return {
      host,
      store: path,
      stale_seconds: stale,
      ...(voltage.value === undefined ? {} : { voltage_volts: voltage.value }),
      ...withPrefix('voltage', voltage),
      ...(charge.value === undefined ? {} : { charge_percent: charge.value }),
      ...withPrefix('charge', charge),
      ...(temperature.value === undefined ? {} : { temperature_celsius: temperature.value }),
      ...withPrefix('temperature', temperature),
    };
  },
});

interface QuantityReading {
  readonly value?: number;
  readonly sampled_at?: string;
  readonly age_seconds?: number;
  readonly problem?: string;
}

interface SampleLimits {
  readonly at: Date;
  readonly stale: number;
  readonly from: number;
  readonly to: number;
  readonly unit: string;
}

function checkSample(
  { value, time }: Sample,
  variable: string,
  { at, stale, from, to, unit }: SampleLimits,
): QuantityReading {
  const age_seconds = Math.max(0, Math.round(secondsSince(time, at)));
  const when = { sampled_at: time.toISOString(), age_seconds };
  if (secondsSince(time, at) > stale) {
    const age = formatDuration(age_seconds);
    return {
      ...when,
      problem: `the newest sample of ${variable} is ${age} old; samples older than ${formatDuration(stale)} are ignored`,
    };
  }
  if (value < from || value > to)
    return { ...when, problem: `${variable} was ${value}, which is implausible: not from ${from} to ${to} ${unit}` };
  return { ...when, value };
}

const withPrefix = (
  quantity: string,
  { sampled_at, age_seconds, problem }: QuantityReading,
): Record<string, string | number> => ({
  ...(sampled_at === undefined ? {} : { [`${quantity}_sampled_at`]: sampled_at }),
  ...(age_seconds === undefined ? {} : { [`${quantity}_age_seconds`]: age_seconds }),
  ...(problem === undefined ? {} : { [`${quantity}_problem`]: problem }),
});
