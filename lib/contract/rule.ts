// A rule decides from what was read whether somebody should hear of something. It is pure: the clock comes in as data,
// and so do the limits. When a mail goes out, again and for the last time is not its matter.
import type { LimitDefinition } from './check.ts';

export interface Rule<Input = never, Limits = unknown> {
  readonly name: string;
  /** What an alert of it says, without its subject. */
  readonly summary: string;
  /** What to do about it, for whoever gets the mail. */
  readonly runbook: string;
  /** Sections of the snapshot. Those that could not be read, and items of them, are unknown: the rule is not shown them. */
  readonly needs: readonly (keyof Input & string)[];
  /** Of which observations of health it tells: by check, what stands before their subject in that of the alert. */
  readonly tells: Readonly<Record<string, string>>;
  /** Its keys under `alerts.rules.NAME`. */
  readonly limits: Readonly<Record<string, LimitDefinition>>;
  /** Under which key it is said how long something must last, and how long by default. */
  readonly hold?: readonly [key: string, byDefault: string | undefined, description: string];
  /** What stands under `for` by default, as one would write it. */
  readonly exceptions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** One for every subject that there is, also where all is well: what is not named any more is gone. */
  sightings(input: Partial<Input>, limitsOf: (subject: string) => Limits, at: Date): readonly Sighting[];
}

export type Sighting = Firing | Clear | Unknown;

export interface Firing {
  readonly subject: string;
  readonly state: 'firing';
  readonly value: number | string | boolean | null;
  readonly unit: string;
  readonly limit: { readonly value: number | string | boolean; readonly key: string };
  /** Since when, where the data themselves know. */
  readonly since?: string;
  /** One sentence that a tired person understands. */
  readonly message: string;
  /** What would end it, where that is not the limit seen from the other side. */
  readonly clears_when?: string;
  /** Where it is another than its rule's. */
  readonly runbook?: string;
}

interface Clear {
  readonly subject: string;
  readonly state: 'clear';
  /** How it is now. */
  readonly message: string;
}

/** It could not be read: neither a reason to begin nor one to end. */
interface Unknown {
  readonly subject: string;
  readonly state: 'unknown';
  readonly message: string;
}

export interface AnyRule {
  readonly name: string;
  readonly summary: string;
  readonly runbook: string;
  readonly needs: readonly string[];
  readonly tells: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, LimitDefinition>>;
  readonly hold?: readonly [key: string, byDefault: string | undefined, description: string];
  readonly exceptions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  sightings(
    input: Readonly<Record<string, unknown>>,
    limitsOf: (subject: string) => unknown,
    at: Date,
  ): readonly Sighting[];
}

export const defineRule =
  <Input>() =>
  <Key extends string>(
    rule: Omit<Rule<Input, Readonly<Record<Key, number>>>, 'limits'> & {
      readonly limits: Readonly<Record<Key, LimitDefinition>>;
    },
  ): Rule<Input, Readonly<Record<Key, number>>> =>
    rule;
