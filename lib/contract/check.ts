// A check is a pure function from collected sections to findings: for each subject a measurement, which the engine compares
// with limits, or a verdict, whose level the check decides itself. A check reads no clock: `at` is passed in.
import type { Level } from '../core/level.ts';
import type { Observation } from './observation.ts';

export interface Check<Sections = never> {
  readonly name: string;
  readonly summary: string;
  /** Names of the sections that `assess` gets. If one failed, the level is `unknown`; if one is absent, there is no observation;
   * in both cases `assess` is not called. Of a section with items `assess` gets those that were read; each failed item is `unknown`. */
  readonly needs: readonly (keyof Sections & string)[];
  /** Limits for the measurements; absent where each measurement carries its own, or where all findings are verdicts. */
  readonly limits?: CheckLimits;
  /** Returns at most one finding per subject. */
  assess(sections: Sections, at: Date): readonly Finding[];
}

/** Which values cross a limit. `from` and `at or below` include the limit itself, `above` and `below` do not. With
 * `at or below, red below` amber includes both limits (52 V and 50 V), and only values below the red limit are red. */
export type Side = 'from' | 'above' | 'below' | 'at or below' | 'at or below, red below';

/** Plain data, so that judging does not load zod; the schema of the configuration is built from it. */
export interface CheckLimits {
  /** Position in the configuration: `limits.KEY`, and for single subjects `limits.KEY.for.SUBJECT`. */
  readonly key: string;
  readonly side: Side;
  readonly amber?: LimitDefinition;
  readonly red?: LimitDefinition;
}

/** `byDefault` is written as in the configuration: `80%`, `14d`. */
export type LimitDefinition = readonly [
  quantity: 'percent' | 'duration' | 'age' | 'count' | 'factor' | 'V' | 'C',
  byDefault: string | number,
  description: string,
];

/** A check whose types of sections are not known. */
export interface AnyCheck extends Omit<Check, 'needs' | 'assess'> {
  readonly needs: readonly string[];
  assess(sections: Readonly<Record<string, unknown>>, at: Date): readonly Finding[];
}

export type Finding = Measurement | Verdict;

/** A number and the message around it. `/data is` + 83.2 % + ` full, 1.5 TB left` becomes
 * `/data is 83.2 % full, 1.5 TB left (amber from 80 %)`. */
export interface Measured {
  readonly value: number;
  readonly unit: string;
  readonly prefix: string;
  readonly suffix?: string;
  /** Text after the limit: `; the last try: …`. */
  readonly note?: string;
}

interface Measurement extends Measured, Particulars {
  readonly subject: string;
  /** Used in place of the check's limits, where the section itself contains the limit (the window of a stream). */
  readonly limits?: Limits;
  /** The level is never better than this, whatever the limits say. */
  readonly minimumLevel?: Level;
  /** Replaces the composed message where the number would read badly in it (`ends in -12h`). */
  readonly message?: string;
  /** Replaces `it is below 80 %`. */
  readonly clears_when?: string;
  /** The reading or observation that is the cause. */
  readonly because?: string | undefined;
}

/** A level that no limit decides, such as reachable or not. */
export interface Verdict
  extends Pick<Observation, 'subject' | 'level' | 'value' | 'unit' | 'message' | 'because'>, Particulars {
  /** The default is the red limit of the check. */
  readonly limit?: Observation['limit'];
  readonly clears_when?: string | undefined;
  /** An alert policy with its own limit compares this number and ignores the level. */
  readonly measured?: Measured;
}

/** Details that alerts show and observations do not contain. */
export interface Particulars {
  /** The item whose reading was judged, where the subject is a part of that item: `node` of the subject `node.3b:00`. */
  readonly item?: string;
  /** The subject is `ITEM:PART`, of a part that comes and goes. The check has a finding about the item itself, too. */
  readonly isPassing?: true;
  /** Start of the condition, where the data contain it; otherwise an alert starts when the condition is first seen. */
  readonly since?: string | undefined;
  /** Names of the groups that depend on the subject. */
  readonly dependents?: readonly string[];
  /** An alert about it is raised at once, without the hold of its policy: waiting would change nothing. */
  readonly urgent?: true;
  /** A shorter message, for the subject line of a mail. */
  readonly shortMessage?: string;
  /** Where several machines are judged together: what each of them said. */
  readonly evidence?: Readonly<Record<string, string>>;
  /** What to do about this finding, where the advice of its check is for others. */
  readonly advice?: string | undefined;
}

export interface NumberLimit {
  readonly value: number;
  readonly key: string;
}

export interface Limits {
  readonly side: Side;
  readonly amber?: NumberLimit | undefined;
  readonly red?: NumberLimit | undefined;
}
