// The cases that the three checks of the power supply share.
import { along, type Case, found } from './case.ts';
import { power } from './seen.ts';

const staleSample = 'the last sample is 2h old';

interface Quantity {
  readonly name: 'voltage' | 'charge' | 'temperature';
  readonly field: 'voltage_volts' | 'charge_percent' | 'temperature_celsius';
  readonly about: string;
  readonly limits: { readonly amber: number; readonly red: number };
  readonly clears: string;
  /** A value that is amber by this limit of its own alone. */
  readonly exception: readonly [value: number, limit: number, written: string];
}

export function powerCases(
  { name, field, about, limits, clears, exception: [value, limit, written] }: Quantity,
  rows: Parameters<typeof along>[1],
): readonly Case[] {
  const given = (value: number) => ({ power: power({ [field]: value }) });
  const unread = power({ [`${name}_problem`]: staleSample, [`${name}_age_seconds`]: 7200 });
  const says = [`${about} is not known`, staleSample];
  return [
    ...along({ under: name, limits, subject: 'power', about, clears, given }, rows),
    {
      sees: 'an exception counts for the power supply',
      given: given(value),
      limits: { [name]: { for: { power: { amber: written } } } },
      find: { power: found('amber', value, [`limits.${name}.for.power.amber`, limit], [about]) },
    },
    {
      sees: `${about} without a fresh sample is unknown, never green, with the reason`,
      given: { power: unread },
      find: {
        power: found('unknown', null, [`limits.${name}.red`, limits.red], says, `a fresh sample of ${about} is read`),
      },
    },
  ];
}
