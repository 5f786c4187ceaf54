import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatDuration, formatMeasure } from '../../core/quantity.ts';
import { clockMinute } from '../../core/time.ts';
import type { SnapshotConfig } from '../config.ts';

const quantities = [
  ['battery voltage', 'voltage', 'voltage_volts', 'V'],
  ['state of charge', 'charge', 'charge_percent', 'percent'],
  ['internal temperature', 'temperature', 'temperature_celsius', 'C'],
] as const;

// For each quantity: the value if the newest sample is fresh, else the problem; time and age of the newest sample if there
// is one. A stale sample is never given as a value.
export const power = defineSection({
  many: false,
  source:
    'the newest finite samples of a Zarr store (try: python3 -c "import xarray; print(xarray.open_zarr(\'STORE\').isel(time=-1))")',
  noun: 'subject',
  subjects: () => [{ name: 'power', path: ['power'] }],
  places: ({ power: supply }: SnapshotConfig) =>
    supply ? [{ host: supply.host, path: supply.store, key: ['power', 'host'] }] : [],
  schema: object({
    host: words('machine it is read on'),
    store: words('the Zarr store'),
    stale_seconds: quantity('s', 'an older sample is not a reading'),
    voltage_volts: optional(quantity('V', 'battery voltage')),
    voltage_sampled_at: optional(instant('time of the newest finite sample of the battery voltage')),
    voltage_age_seconds: optional(quantity('s', 'age of the newest finite sample of the battery voltage')),
    voltage_problem: optional(words('why there is no battery voltage')),
    charge_percent: optional(quantity('percent', 'state of charge of the battery')),
    charge_sampled_at: optional(instant('time of the newest finite sample of the state of charge')),
    charge_age_seconds: optional(quantity('s', 'age of the newest finite sample of the state of charge')),
    charge_problem: optional(words('why there is no state of charge')),
    temperature_celsius: optional(quantity('degree_Celsius', 'internal temperature')),
    temperature_sampled_at: optional(instant('time of the newest finite sample of the internal temperature')),
    temperature_age_seconds: optional(quantity('s', 'age of the newest finite sample of the internal temperature')),
    temperature_problem: optional(words('why there is no internal temperature')),
  }),
  group: 'power',
  panels: [
    { title: 'State of charge', field: 'charge_percent', limits: { check: 'power-charge' }, inSummary: true },
    { title: 'Battery voltage', field: 'voltage_volts', limits: { check: 'power-voltage' }, inSummary: true },
    {
      title: 'Internal temperature',
      field: 'temperature_celsius',
      limits: { check: 'power-temperature' },
      inSummary: true,
    },
  ],
  table: {
    title: 'Power',
    columns: ['what', 'reading', 'sampled', 'age', 'problem'],
    rows: (power) =>
      quantities.map(([what, quantity, key, unit]) => {
        const value = power[key];
        const sampled_at = power[`${quantity}_sampled_at` as const];
        const age = power[`${quantity}_age_seconds` as const];
        return [
          what,
          value === undefined ? 'not known' : formatMeasure(value, unit),
          sampled_at === undefined ? '' : clockMinute(new Date(sampled_at)),
          age === undefined ? '' : formatDuration(age),
          power[`${quantity}_problem` as const] ?? '',
        ];
      }),
  },
});
