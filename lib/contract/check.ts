// A check judges sections that were already collected. It is pure: the clock comes in as data, and so do the limits.
import type { Level } from '../core/level.ts';

export interface Check<Sections = never, Limits = undefined> {
  readonly name: string;
  readonly summary: string;
  /** A section that failed gives `unknown`, one that is absent gives no observation; `assess` is called in neither
   * case (per item, where the section has items: it sees only the items that were read). */
  readonly needs: readonly (keyof Sections & string)[];
  /** Where the limits stand in the configuration (`limits.KEY`) and what they are; none where the limit is a fact. */
  readonly limits?: LimitsUnder<Limits>;
  /** At most one per subject. */
  assess(sections: Sections, limits: Limits, at: Date): readonly Finding[];
}

/** Plain data, so that judging loads no schema; the configuration makes its schema of it. */
export interface LimitsUnder<Limits = unknown> {
  readonly key: string;
  readonly definitions: Readonly<Record<string, LimitDefinition>>;
  /** What `assess` is handed. Only a type: there is no such value. */
  readonly parsed?: Limits;
}

/** What it is counted in, its default as one would write it, and what happens there. */
export type LimitDefinition = readonly [
  quantity: 'percent' | 'duration' | 'age' | 'count' | 'factor' | 'V' | 'C',
  byDefault: string | number,
  description: string,
];

/** Any check, seen from outside: what it needs is named, and what it is shown is looked up by that name. */
export interface AnyCheck {
  readonly name: string;
  readonly summary: string;
  readonly needs: readonly string[];
  readonly limits?: LimitsUnder;
  assess(sections: Readonly<Record<string, unknown>>, limits: unknown, at: Date): readonly Finding[];
}

/** What a check says of one subject; the engine makes the observation of it. */
export type Finding = {
  readonly subject: string;
  readonly level: Level;
  readonly value: number | string | boolean | null;
  readonly unit: string;
  /** The limit that decided, and where it stands in the configuration. */
  readonly limit: { readonly value: number | string | boolean; readonly key: string };
  /** One sentence that a tired person understands. */
  readonly message: string;
  /** What would make it green again. */
  readonly clears_when?: string;
};

export const defineCheck = <Sections>() => {
  return <Limits = undefined>(check: Check<Sections, Limits>): Check<Sections, Limits> => check;
};
