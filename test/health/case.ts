// A case of a check: the sections that it gets, and the findings that it must return.
import type { Observation } from '../../lib/contract/observation.ts';
import type { Level } from '../../lib/core/level.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';

interface Expected {
  readonly level: Level;
  readonly value: Observation['value'];
  readonly limit: Observation['limit'];
  /** Parts of the message, such as the subject and the value with its unit. */
  readonly says: readonly string[];
  readonly clears?: string;
}

export interface Case {
  /** Name of the test. */
  readonly sees: string;
  readonly given: Partial<Readable>;
  /** Written as under `limits` in the configuration; the defaults where absent. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Subject → finding; no other subject may have a finding. */
  readonly find: Readonly<Record<string, Expected>>;
}

/** An expected finding; `key` is the limit's key in the configuration. `clears` does not apply to green. */
export const found = (
  level: Level,
  value: Observation['value'],
  [key, limit]: readonly [key: string, limit: Observation['limit']['value']],
  says: readonly string[],
  clears?: string,
): Expected => ({
  level,
  value,
  limit: { value: limit, key },
  says,
  ...(level === 'green' || clears === undefined ? {} : { clears }),
});

/** The same subject at several values: `[value, level, the limit that decided, the value as printed]`. */
type Row = readonly [value: number, level: Level, decided: 'amber' | 'red', printed?: string];

/** Values around limits of 80 % and 90 %. */
export const around80And90: readonly Row[] = [
  [79.99, 'green', 'amber', '79.99 %'],
  [80, 'amber', 'amber', ' 80 %'],
  [80.01, 'amber', 'amber', ' 80.01 %'],
  [89.99, 'amber', 'amber', '89.99 %'],
  [90, 'red', 'red', ' 90 %'],
  [90.01, 'red', 'red', ' 90.01 %'],
];

interface Bounds {
  readonly under: string;
  readonly limits: { readonly amber?: number; readonly red?: number };
  readonly subject: string;
  readonly about: string;
  readonly clears: string;
  readonly given: (value: number) => Partial<Readable>;
}

export const along = ({ under, limits, subject, about, clears, given }: Bounds, rows: readonly Row[]): Case[] =>
  rows.map(([value, level, decided, printed]) => {
    const limit = [`limits.${under}.${decided}`, limits[decided] ?? Number.NaN] as const;
    const says = printed === undefined ? [about] : [about, printed];
    return {
      sees: `${about} at ${value} is ${level}`,
      given: given(value),
      find: { [subject]: found(level, value, limit, says, clears) },
    };
  });
