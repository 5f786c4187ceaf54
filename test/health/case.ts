// One case of a check: what it is shown, and what it must find.
import type { Observation } from '../../lib/contract/observation.ts';
import type { Level } from '../../lib/core/level.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';

export interface Expected {
  readonly level: Level;
  readonly value: Observation['value'];
  /** Where the limit that decided stands in the configuration. */
  readonly key: string;
  readonly limit: Observation['limit']['value'];
  /** What the message must have in it: what it is about, and the value as a person reads it. */
  readonly says: readonly string[];
  readonly clears?: string;
}

export interface Case {
  readonly sees: string;
  readonly given: Partial<Readable>;
  /** As one would write them under `limits`; the defaults where there are none. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** By subject; nothing is found of what is not in it. */
  readonly find: Readonly<Record<string, Expected>>;
}

/** The same thing at several values: `[value, level, which limit decided, how the value is printed]`. */
type Row = readonly [value: number, level: Level, decided: 'amber' | 'red', printed?: string];

interface Bounds {
  readonly under: string;
  readonly limits: { readonly amber?: number; readonly red?: number };
  readonly subject: string;
  readonly about: string;
  readonly clears: string;
  readonly given: (value: number) => Partial<Readable>;
}

export const along = ({ under, limits, subject, about, clears, given }: Bounds, rows: readonly Row[]): Case[] =>
  rows.map(([value, level, decided, printed]) => ({
    sees: `${about} at ${value} is ${level}`,
    given: given(value),
    find: {
      [subject]: {
        level,
        value,
        key: `limits.${under}.${decided}`,
        limit: limits[decided] ?? Number.NaN,
        says: printed === undefined ? [about] : [about, printed],
        ...(level === 'green' ? {} : { clears }),
      },
    },
  }));
