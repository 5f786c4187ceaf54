// An alert policy is data and has no code: which observations raise an alert, from which level or beyond which limit of the
// policy itself, and after what hold. The checks have already measured.
import type { Level } from '../core/level.ts';
import type { LimitDefinition, Side } from './check.ts';
import type { Observation } from './observation.ts';

export interface Policy {
  readonly name: string;
  /** The text of its alerts, without the subject. */
  readonly summary: string;
  /** Undefined where alerts link to the runbook of the observation. */
  readonly runbook?: string;
  /** Check name → prefix of the alert's subject. Undefined: the policy covers every observation that no other policy
   * covers, and the subject is the observation's id. */
  readonly of?: Readonly<Record<string, string>>;
  /** Subjects that other policies cover. */
  readonly except?: readonly string[];
  /** Covers only subjects on which a group depends (the finding's `dependents`), such as a stream's units; the alert names the
   * groups. */
  readonly onlyServing?: true;
  /** Failed readings raise alerts too, by name, unless another observation of this policy is the cause. */
  readonly readings?: true;
  /** A limit for the measured number, in place of the check's; `key` is below `alerts.rules.NAME`. */
  readonly limit?: { readonly key: string; readonly side: Side; readonly definition: LimitDefinition };
  /** The levels that fire, where the policy has no limit or the observation no measured number. */
  readonly levels: readonly Level[];
  /** The message after the subject when the alert clears; the default is the message of the observation. */
  readonly wellSays?: string;
  /** How long the condition must last before it raises an alert: key in the configuration, default, description. */
  readonly hold?: readonly [key: string, byDefault: string | undefined, description: string];
  /** Default of `for`, written as in the configuration. */
  readonly exceptions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type Sighting = Firing | NotFiring;

export interface Firing extends Pick<Observation, 'subject' | 'value' | 'unit' | 'limit' | 'message' | 'clears_when'> {
  readonly state: 'firing';
  /** Start of the condition, where the data contain it. */
  readonly since?: string | undefined;
  /** Raised at once, without the hold of the policy. */
  readonly urgent?: true | undefined;
  /** Set where it differs from the policy's runbook. */
  readonly runbook?: string | undefined;
}

/** `unknown`: an unreadable value neither raises nor clears an alert. */
interface NotFiring {
  readonly subject: string;
  readonly state: 'clear' | 'unknown';
  readonly message: string;
  /** The value now, where one was measured; its unit is that of the alert. */
  readonly value?: Observation['value'];
}
