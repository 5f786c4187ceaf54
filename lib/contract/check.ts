// A check looks at sections that were already collected, and says of each subject what it measured there, or what is a
// fact. It is pure: the clock comes in as data. The engine judges what was measured by the check's limits.
import type { Level } from '../core/level.ts';
import type { Observation } from './observation.ts';

export interface Check<Sections = never> {
  readonly name: string;
  readonly summary: string;
  /** A section that failed gives `unknown`, one that is absent gives no observation; `assess` is called in neither
   * case (per item, where the section has items: it sees only the items that were read). */
  readonly needs: readonly (keyof Sections & string)[];
  /** By which its measurements are judged; none where each brings its own, or the level is a fact. */
  readonly limits?: CheckLimits;
  /** At most one per subject. */
  assess(sections: Sections, at: Date): readonly Finding[];
}

/** What counts as across a limit: the limit itself and beyond (`from`, `at or below`), or only beyond it. A band of amber
 * whose both ends belong to it (from 50 to 52 V) begins at its own limit, and is red only below the other. */
export type Side = 'from' | 'above' | 'below' | 'at or below' | 'at or below, red below';

/** Plain data, so that judging loads no schema; the configuration makes its schema of it. */
export interface CheckLimits {
  /** Where they stand in the configuration: `limits.KEY`, and for single subjects `limits.KEY.for.SUBJECT`. */
  readonly key: string;
  readonly side: Side;
  readonly amber?: LimitDefinition;
  readonly red?: LimitDefinition;
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
  readonly limits?: CheckLimits;
  assess(sections: Readonly<Record<string, unknown>>, at: Date): readonly Finding[];
}

export type Finding = Measurement | Verdict;

/** A number, and the sentence around it: `/data is`, 83.2 %, ` full, 1.5 TB left`. */
export interface Measured {
  readonly value: number;
  readonly unit: string;
  readonly says: string;
  readonly after?: string;
  /** Stands behind the limit: `; the last try: …`. */
  readonly aside?: string;
}

/** For the engine to judge. */
interface Measurement extends Measured, Particulars {
  readonly subject: string;
  /** Where the limits are not the check's own but come with what was read. */
  readonly limits?: Limits;
  /** At least this bad, whatever the limits say. */
  readonly least?: Level;
  /** In place of the sentence, where the number in it would read badly. */
  readonly message?: string;
  /** In place of the limit seen from its other side. */
  readonly clears_when?: string;
}

/** A level that is a fact: reachable or not. */
export interface Verdict
  extends Pick<Observation, 'subject' | 'level' | 'value' | 'unit' | 'message' | 'because'>, Particulars {
  /** The limit that decided; without one, the red limit of the check. */
  readonly limit?: Observation['limit'];
  readonly clears_when?: string | undefined;
  /** What an alert policy with a limit of its own judges in its place. */
  readonly measured?: Measured;
}

/** What alerts tell beyond an observation. */
export interface Particulars {
  /** Since when, where the data themselves know. */
  readonly since?: string | undefined;
  /** What depends on the subject, by name. */
  readonly serves?: readonly string[];
  /** The message as short as the subject of a mail wants it. */
  readonly brief?: string;
}

/** A limit and where it stands in the configuration. */
export interface NumberLimit {
  readonly value: number;
  readonly key: string;
}

export interface Limits {
  readonly side: Side;
  readonly amber?: NumberLimit | undefined;
  readonly red?: NumberLimit | undefined;
}

export const defineCheck = <Sections>() => {
  return (check: Check<Sections>): Check<Sections> => check;
};
