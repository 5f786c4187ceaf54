// The power supply, from the newest finite samples of a Zarr store that another job keeps up.
import { Absent } from '../../contract/errors.ts';
import { defineProbe } from '../../contract/probe.ts';
import { secondsSince } from '../../core/age.ts';
import { formatDuration } from '../../core/quantity.ts';
import { reasonOf } from '../../core/text.ts';
import type { SnapshotConfig } from '../config.ts';
import { power as section } from '../sections/power.ts';
import type { Sample } from '../zarr.ts';

/** What a battery and its box can have. Beyond it stands some device's own word for "no reading". */
const plausible = {
  voltage: { from: 0, to: 1500, unit: 'V' },
  charge: { from: 0, to: 110, unit: '%' },
  temperature: { from: -90, to: 150, unit: 'C' },
} as const;

export const power = defineProbe<typeof section.schema, SnapshotConfig>({
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

    const readingOf = async (quantity: keyof typeof plausible): Promise<Reading> => {
      const variable = configured[quantity];
      try {
        const sample = await newestSample(store, variable, { from, to: at });
        if (!sample) return { problem: `${variable} has had no value for more than ${formatDuration(stale)}` };
        return judgeSample(sample, `${variable} was `, { at, stale, ...plausible[quantity] });
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    };
    const [voltage, charge, temperature] = await Promise.all([
      readingOf('voltage'),
      readingOf('charge'),
      readingOf('temperature'),
    ]);
    return {
      host,
      store: path,
      stale_seconds: stale,
      ...(voltage.value === undefined ? {} : { voltage_volts: voltage.value }),
      ...named('voltage', voltage),
      ...(charge.value === undefined ? {} : { charge_percent: charge.value }),
      ...named('charge', charge),
      ...(temperature.value === undefined ? {} : { temperature_celsius: temperature.value }),
      ...named('temperature', temperature),
    };
  },
});

interface Reading {
  readonly value?: number;
  readonly sampled_at?: string;
  readonly age_seconds?: number;
  readonly problem?: string;
}

interface Judged {
  readonly at: Date;
  readonly stale: number;
  readonly from: number;
  readonly to: number;
  readonly unit: string;
}

function judgeSample({ value, time }: Sample, says: string, { at, stale, from, to, unit }: Judged): Reading {
  const age_seconds = Math.max(0, Math.round(secondsSince(time, at)));
  const when = { sampled_at: time.toISOString(), age_seconds };
  if (secondsSince(time, at) > stale) {
    const age = formatDuration(age_seconds);
    return {
      ...when,
      problem: `${says}last told ${age} ago, and is not known any more after ${formatDuration(stale)}`,
    };
  }
  if (value < from || value > to)
    return { ...when, problem: `${says}${value}, which is no reading: it lies between ${from} and ${to} ${unit}` };
  return { ...when, value };
}

const named = (quantity: string, { sampled_at, age_seconds, problem }: Reading): Record<string, string | number> => ({
  ...(sampled_at === undefined ? {} : { [`${quantity}_sampled_at`]: sampled_at }),
  ...(age_seconds === undefined ? {} : { [`${quantity}_age_seconds`]: age_seconds }),
  ...(problem === undefined ? {} : { [`${quantity}_problem`]: problem }),
});
