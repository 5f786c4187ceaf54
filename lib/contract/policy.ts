// An alert policy is data: which observations somebody is to hear of, from which level or by which limit of its own, and
// after what hold. The checks have measured already; no policy has code.
import type { Level } from '../core/level.ts';
import type { LimitDefinition, Side } from './check.ts';
import type { Observation } from './observation.ts';

export interface Policy {
  readonly name: string;
  /** What an alert of it says, without its subject. */
  readonly summary: string;
  /** What to do about it, for whoever gets the mail; undefined where it is that of the observation. */
  readonly runbook?: string;
  /** Check → what stands before its subjects in those of the alerts. Undefined: every observation that no other policy
   * covers, by its id. */
  readonly of?: Readonly<Record<string, string>>;
  /** Subjects that are left to others. */
  readonly except?: readonly string[];
  /** Only subjects on which something depends; the alert says what. */
  readonly onlyServing?: true;
  /** Beside the observations each reading that fails, by its name, unless another of these observations is its cause. */
  readonly readings?: true;
  /** Its own limit, for what was measured: its key under `alerts.rules.NAME`, and from which side it fires. */
  readonly limit?: { readonly key: string; readonly side: Side; readonly definition: LimitDefinition };
  /** Without a limit, or where nothing was measured: the levels that fire. */
  readonly levels: readonly Level[];
  /** Behind the subject, once it is well; otherwise the observation says how it is. */
  readonly wellSays?: string;
  /** Under which key it is said how long it must last, and how long by default. */
  readonly hold?: readonly [key: string, byDefault: string | undefined, description: string];
  /** What stands under `for` by default, as one would write it. */
  readonly exceptions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type Sighting = Firing | Clear | Unknown;

export interface Firing extends Pick<Observation, 'subject' | 'value' | 'unit' | 'limit' | 'message' | 'clears_when'> {
  readonly state: 'firing';
  /** Since when, where the data themselves know. */
  readonly since?: string | undefined;
  /** Where it is another than its policy's. */
  readonly runbook?: string | undefined;
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
