// Reads the power supply from the newest finite samples of a Zarr store that another job maintains.
import { Absent } from '../../contract/errors.ts';
import { ageOf } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { formatBeside, formatLimit } from '../../core/quantity.ts';
import { reasonOf } from '../../core/text.ts';
import { defineProbe } from '../define.ts';
import { power as section } from '../sections/power.ts';

/** Ranges of real values. A value outside is a device's code for "no reading", such as 65535 or -9999. */
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
        if (!sample) return { problem: `${variable} has had no value for more than ${formatLimit(stale)}` };
        const { seconds: age } = ageOf(sample.time, at);
        if (age === undefined)
          return { problem: `the newest sample of ${variable} is from the future: a clock is wrong` };
        const age_seconds = Math.round(age);
        const when = { sampled_at: sample.time.toISOString(), age_seconds };
        const problem =
          age > stale
            ? `the newest sample of ${variable} is ${formatBeside(age, stale, 's')} old; samples older than ${formatLimit(stale)} are ignored`
            : implausible(quantity, variable, sample.value);
        return problem === undefined ? { ...when, value: sample.value } : { ...when, problem };
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    };
    const [voltage, charge, temperature] = await Promise.all([
      readQuantity('voltage'),
      readQuantity('charge'),
      readQuantity('temperature'),
    ]);
    return withoutUndefined({
      host,
      store: path,
      stale_seconds: stale,
      voltage_volts: voltage.value,
      voltage_sampled_at: voltage.sampled_at,
      voltage_age_seconds: voltage.age_seconds,
      voltage_problem: voltage.problem,
      charge_percent: charge.value,
      charge_sampled_at: charge.sampled_at,
      charge_age_seconds: charge.age_seconds,
      charge_problem: charge.problem,
      temperature_celsius: temperature.value,
      temperature_sampled_at: temperature.sampled_at,
      temperature_age_seconds: temperature.age_seconds,
      temperature_problem: temperature.problem,
    });
  },
});

function implausible(quantity: keyof typeof plausible, variable: string, value: number): string | undefined {
  const { from, to, unit } = plausible[quantity];
  return value < from || value > to
    ? `${variable} was ${value}, which is implausible: not from ${from} to ${to} ${unit}`
    : undefined;
}

interface QuantityReading {
  readonly value?: number;
  readonly sampled_at?: string;
  readonly age_seconds?: number;
  readonly problem?: string;
}
